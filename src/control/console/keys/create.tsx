// Creating a key. The kind comes first, because it decides what else is asked.

import { hasChosenScopes, hasOrigins, type Kind } from '../../../credentials/kinds.ts'
import { call } from '../api.ts'
import type { PageContext } from '../context.ts'
import { Choices } from '../kit/choices.tsx'
import { faultOf, type Fault } from '../kit/fault.ts'
import { Form, onceHeader, OnceField } from '../kit/form.tsx'
import { Problem } from '../kit/problem.tsx'
import { Tabs } from '../kit/tabs.tsx'
import { page, type Answered } from '../respond.tsx'
import { withQuery } from '../urls.ts'
import { KeyFields } from './fields.tsx'
import { KEY_LABELS, productChoices, readPost, suggestion, type KeyForm } from './form.ts'
import { CREATED, title, WORDS } from './kinds.ts'
import { backToKeys, keyUrl } from './read.ts'
import { ShownOnce, type NewKey } from './shown.tsx'

/** What the form asks for when nothing is chosen yet. */
const USUAL_KIND: Kind = 'secret'

function kindOf(text: string | null | undefined): Kind {
  return CREATED.find((kind) => kind === text) ?? USUAL_KIND
}

export function newKey(c: PageContext): Answered {
  const kind = kindOf(c.req.query('kind'))
  return creationPage(c, kind, suggestion(c, kind))
}

export async function createKey(c: PageContext): Promise<Response> {
  const form = c.get('form')
  const kind = kindOf(form.get('kind'))
  const { values, expiresAt, fault } = readPost(form)
  if (fault) return creationPage(c, kind, values, fault)
  const made = await call<NewKey>(c, 'createKey', {
    headers: onceHeader(form),
    body: {
      kind,
      environment: form.get('environment') ?? undefined,
      name: values.name,
      // Where nothing can be chosen, nothing is asked.
      products: productChoices(c, kind).length > 0 ? values.products : undefined,
      scopes: hasChosenScopes(kind) ? values.scopes : undefined,
      ips: values.ips,
      origins: hasOrigins(kind) ? values.origins : undefined,
      expires_at: expiresAt,
    },
  })
  if (!made.ok) return creationPage(c, kind, values, faultOf(made, KEY_LABELS))
  return page(
    c,
    { title: `Key “${made.value.name}”`, status: 201, back: backToKeys(c) },
    <>
      <ShownOnce c={c} made={made.value} />
      <p>
        <a href={keyUrl(c, made.value.id)}>Go to the key</a>
      </p>
    </>,
  )
}

function creationPage(c: PageContext, kind: Kind, values: KeyForm, fault?: Fault): Answered {
  const typed = fault ? c.get('form') : undefined
  const environments = [
    { value: 'live', label: 'Live' },
    { value: 'sandbox', label: 'Sandbox', hint: 'Reaches the products’ sandbox alone.' },
  ]
  return page(
    c,
    { title: 'Create a key', back: backToKeys(c), fault },
    <>
      <Problem fault={fault} labels={KEY_LABELS} />
      <Kinds c={c} kind={kind} />
      <Form c={c} action={c.req.path} submit="Create the key">
        <input type="hidden" name="kind" value={kind} />
        <OnceField value={typed?.get('once') ?? undefined} />
        <Choices
          name="environment"
          legend="Environment"
          type="radio"
          choices={environments}
          chosen={[typed?.get('environment') ?? 'live']}
          fault={fault}
        />
        <KeyFields c={c} kind={kind} values={values} fault={fault} />
      </Form>
    </>,
  )
}

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
