// Changing a key. Only what differs is sent, so that an expiry keeps its seconds.

import { hasChosenScopes, hasOrigins } from '../../../credentials/kinds.ts'
import { sameSet } from '../../../lib/same-set.ts'
import { call } from '../api.ts'
import type { PageContext } from '../context.ts'
import { formPage, misread } from '../kit/form-page.tsx'
import { timeInput } from '../kit/time.tsx'
import { done } from '../respond.tsx'
import { KeyFields } from './fields.tsx'
import { KEY_LABELS, productChoices, readPost, type KeyForm } from './form.ts'
import { backToKey, keyUrl, readKey, type Key } from './read.ts'

export const editKey = formPage({
  read: readKey,
  title: 'Edit the key',
  back: backToKey,
  submit: 'Save',
  labels: KEY_LABELS,
  content: (c, key) => <KeyFields c={c} kind={key.kind} initial={key} held={key.scopes} />,
  act: async (c, key) => {
    const posted = readPost(c.get('form'))
    if (!posted.ok) return misread(posted.error)
    const body = changes(c, key, posted.value)
    if (Object.keys(body).length === 0) return c.redirect(keyUrl(c, key.id), 303)
    return await call(c, 'updateKey', { params: { id: key.id }, body })
  },
  answer: (c, { id }, { receipt }) => done(c, keyUrl(c, id), 'key_saved', receipt),
})

/** The fields that differ from the key as it is; what its form does not ask stays. */
function changes(c: PageContext, key: Key, typed: KeyForm): Partial<KeyForm> {
  // Products that the form does not show, because the organization lost them, stay as well.
  const choices = productChoices(c, key.kind)
  const hidden = key.products.filter((product) => !choices.includes(product))
  const products = [...hidden, ...typed.products]
  const { name, scopes, ips, origins, expires_at } = typed
  const scoped = hasChosenScopes(key.kind) && !sameSet(scopes, key.scopes)
  const moved = hasOrigins(key.kind) && !sameList(origins, key.origins)
  return {
    ...(name !== key.name && { name }),
    ...(scoped && { scopes }),
    ...(!sameSet(products, key.products) && { products }),
    ...(!sameList(ips, key.ips) && { ips }),
    ...(moved && { origins }),
    ...(timeInput(expires_at) !== timeInput(key.expires_at) && { expires_at }),
  }
}

function sameList(a: readonly string[] | null, b: readonly string[] | null): boolean {
  return a === null || b === null ? a === b : sameSet(a, b)
}
