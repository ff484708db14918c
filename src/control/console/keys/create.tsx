// Creating a key. The kind comes first, because it decides what else is asked.

import { hasChosenScopes, hasOrigins, type Kind } from '../../../credentials/kinds.ts'
import { call } from '../api.ts'
import type { PageContext } from '../context.ts'
import { formPage, misread } from '../kit/form-page.tsx'
import { onceHeader, OnceField } from '../kit/form.tsx'
import { Tabs } from '../kit/tabs.tsx'
import { page } from '../respond.tsx'
import { withQuery } from '../urls.ts'
import { EnvironmentField, KeyFields } from './fields.tsx'
import { KEY_LABELS, productChoices, readPost, suggestion } from './form.ts'
import { CREATED, title, WORDS } from './kinds.ts'
import { backToKeys, keyUrl } from './read.ts'
import { NewKey } from './new-key.tsx'

/** What the form asks for when nothing is chosen yet. */
const USUAL_KIND: Kind = 'secret'

function kindOf(c: PageContext): Kind {
  const asked = c.get('form')?.get('kind') ?? c.req.query('kind')
  return CREATED.find((kind) => kind === asked) ?? USUAL_KIND
}

export const createKey = formPage({
  title: 'Create a key',
  back: backToKeys,
  submit: 'Create the key',
  action: (c) => c.req.path,
  labels: KEY_LABELS,
  intro: (c) => <Kinds c={c} kind={kindOf(c)} />,
  content: (c) => {
    const kind = kindOf(c)
    return (
      <>
        <input type="hidden" name="kind" value={kind} />
        <OnceField c={c} />
        <EnvironmentField />
        <KeyFields c={c} kind={kind} initial={suggestion(c, kind)} />
      </>
    )
  },
  act: async (c) => {
    const form = c.get('form')
    const kind = kindOf(c)
    const posted = readPost(form)
    if (!posted.ok) return misread(posted.error)
    const { name, products, scopes, ips, origins, expires_at } = posted.value
    return await call(c, 'createKey', {
      headers: onceHeader(form),
      body: {
        ...{ kind, environment: form.get('environment') ?? undefined, name, ips, expires_at },
        // Where nothing can be chosen, nothing is asked.
        products: productChoices(c, kind).length > 0 ? products : undefined,
        scopes: hasChosenScopes(kind) ? scopes : undefined,
        origins: hasOrigins(kind) ? origins : undefined,
      },
    })
  },
  answer: (c, _, made) =>
    page(
      c,
      { title: `Key “${made.name}”`, status: 201, back: backToKeys(c) },
      <>
        <NewKey c={c} made={made} />
        <p>
          <a href={keyUrl(c, made.id)}>Go to the key</a>
        </p>
      </>,
    ),
})

function Kinds({ c, kind }: { c: PageContext; kind: Kind }) {
  const tabs = CREATED.map((name) => ({
    label: title(name),
    href: withQuery(c.req.path, { kind: name }),
    here: name === kind,
  }))
  return (
    <Tabs label="Kind of key" tabs={tabs}>
      <p>{WORDS[kind].use}</p>
    </Tabs>
  )
}
