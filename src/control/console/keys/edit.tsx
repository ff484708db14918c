// Changing a key. Only what differs is sent, so that an expiry keeps its seconds.

import { hasChosenScopes, hasOrigins } from '../../../credentials/kinds.ts'
import type { KeyView } from '../../api/keys/schemas.ts'
import { call } from '../api.ts'
import type { PageContext } from '../context.ts'
import { faultOf, type Fault } from '../kit/fault.ts'
import { Form } from '../kit/form.tsx'
import { Problem } from '../kit/problem.tsx'
import { timeInput } from '../kit/time.tsx'
import type { ChangeReceipt } from '../kit/receipt.tsx'
import { done, page, refused, type Answered } from '../respond.tsx'
import { KeyFields } from './fields.tsx'
import { formOfKey, KEY_LABELS, productChoices, readPost, type KeyForm } from './form.ts'
import { backToKey, keyUrl, readKey } from './read.ts'
import { sameSet } from '../../../lib/same-set.ts'

export async function editKey(c: PageContext): Promise<Response> {
  const found = await readKey(c)
  if (!found.ok) return refused(c, found)
  return editPage(c, found.value, formOfKey(found.value))
}

export async function saveKey(c: PageContext): Promise<Response> {
  const found = await readKey(c)
  if (!found.ok) return refused(c, found)
  const key = found.value
  const { values, expiresAt, fault } = readPost(c.get('form'))
  if (fault) return editPage(c, key, values, fault)
  const body = changes(c, key, values, expiresAt)
  const own = keyUrl(c, key.id)
  if (Object.keys(body).length === 0) return c.redirect(own, 303)
  const saved = await call<{ receipt: ChangeReceipt }>(c, 'updateKey', {
    params: { id: key.id },
    body,
  })
  if (!saved.ok) return editPage(c, key, values, faultOf(saved, KEY_LABELS))
  return await done(c, own, 'key_saved', saved.value.receipt)
}

/** The fields that differ from the key as it is; what its form does not ask stays. */
function changes(
  c: PageContext,
  key: KeyView,
  values: KeyForm,
  expiresAt: number | null,
): Record<string, unknown> {
  const body: Record<string, unknown> = {}
  if (values.name !== key.name) body['name'] = values.name
  if (hasChosenScopes(key.kind)) {
    if (!sameSet(values.scopes, key.scopes)) body['scopes'] = values.scopes
  }
  // Products that the form does not show, because the organization lost them, stay as well.
  const shown = productChoices(c, key.kind)
  const hidden = key.products.filter((product) => !shown.includes(product))
  const products = [...hidden, ...values.products]
  if (!sameSet(products, key.products)) body['products'] = products
  if (!sameList(values.ips, key.ips)) body['ips'] = values.ips
  if (hasOrigins(key.kind) && !sameList(values.origins, key.origins)) {
    body['origins'] = values.origins
  }
  if (values.expires !== timeInput(key.expires_at)) body['expires_at'] = expiresAt
  return body
}

function sameList(a: readonly string[] | null, b: readonly string[] | null): boolean {
  return a === null || b === null ? a === b : sameSet(a, b)
}

function editPage(c: PageContext, key: KeyView, values: KeyForm, fault?: Fault): Answered {
  const back = backToKey(c, key)
  return page(
    c,
    { title: 'Edit the key', back, fault },
    <>
      <Problem fault={fault} labels={KEY_LABELS} />
      <Form c={c} submit="Save" cancel={back.href}>
        <KeyFields c={c} kind={key.kind} values={values} held={key.scopes} fault={fault} />
      </Form>
    </>,
  )
}
