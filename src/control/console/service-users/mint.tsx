// Minting a token. Its value, and the line to paste with it, are in this one answer and nowhere else.

import { scopesFor } from '../../../catalog/define.ts'
import { TOKEN_KIND } from '../../../credentials/kinds.ts'
import type { KeyView } from '../../api/keys/schemas.ts'
import type { ServiceUserView } from '../../api/service-users/read.ts'
import { call } from '../api.ts'
import type { PageContext } from '../context.ts'
import { Examples } from '../keys/examples.tsx'
import { readExpiry } from '../keys/form.ts'
import { scopeChoices } from '../keys/scopes.tsx'
import { Choices } from '../kit/choices.tsx'
import { Secret } from '../kit/code.tsx'
import { faultOf, type Fault } from '../kit/fault.ts'
import { Field, NameField } from '../kit/field.tsx'
import { Form, onceHeader, OnceField } from '../kit/form.tsx'
import { Problem } from '../kit/problem.tsx'
import { errorPage, page, refused, type Answered } from '../respond.tsx'
import { readServiceUser, userUrl } from './read.ts'

const LABELS = {
  name: 'Name',
  environment: 'Environment',
  scopes: 'Scopes',
  expires_at: 'Expires',
}

const ENVIRONMENTS = [
  { value: 'live', label: 'Live' },
  { value: 'sandbox', label: 'Sandbox', hint: 'Reaches the product’s sandbox alone.' },
]

interface NewToken extends KeyView {
  /** null: an equal form was sent before, and showed it. */
  readonly value: string | null
}

const backToTokens = (c: PageContext, { id, name }: ServiceUserView) => ({
  href: userUrl(c, id, 'tokens'),
  label: `Tokens of “${name}”`,
})

export async function newToken(c: PageContext): Promise<Response> {
  const found = await readServiceUser(c)
  if (!found.ok) return refused(c, found)
  if (found.value.state === 'active') return mintingPage(c, found.value)
  return errorPage(c, 409, 'The service user is disabled; enable it first.')
}

export async function mintToken(c: PageContext): Promise<Response> {
  const found = await readServiceUser(c)
  if (!found.ok) return refused(c, found)
  const user = found.value
  const form = c.get('form')
  const expiry = readExpiry(form.get('expires_at'))
  if (!expiry.ok) return mintingPage(c, user, expiry.error)
  const made = await call<NewToken>(c, 'mintToken', {
    params: { id: user.id },
    headers: onceHeader(form),
    body: {
      name: form.get('name') ?? '',
      environment: form.get('environment') ?? undefined,
      scopes: form.getAll('scopes'),
      expires_at: expiry.value,
    },
  })
  if (!made.ok) return mintingPage(c, user, faultOf(made, LABELS))
  const back = backToTokens(c, user)
  return page(
    c,
    { title: `Token “${made.value.name}”`, status: 201, back },
    <Minted c={c} then={back.href} made={made.value} />,
  )
}

function Minted({ c, then, made }: { c: PageContext; then: string; made: NewToken }) {
  const { value } = made
  if (value === null) {
    return (
      <div class="notice warn" data-once={then}>
        <p>
          This token was minted by the same form before, and its value was shown then. If it was not
          copied, revoke the token and mint another.
        </p>
      </div>
    )
  }
  return (
    <>
      <Secret label="The token’s value" value={value} then={then} />
      <p>The token stands in the line below; keep it as you keep the value.</p>
      <Examples c={c} credential={made} value={value} />
      <p>
        <a href={then}>Go to the tokens</a>
      </p>
    </>
  )
}

function mintingPage(c: PageContext, user: ServiceUserView, fault?: Fault): Answered {
  const { catalog } = c.env.context.edge
  const typed = fault ? c.get('form') : undefined
  const back = backToTokens(c, user)
  const scopes = scopesFor(catalog, TOKEN_KIND)
  return page(
    c,
    { title: 'Mint a token', back, fault },
    <>
      <Problem fault={fault} labels={LABELS} />
      <Form c={c} submit="Mint the token" cancel={back.href}>
        <OnceField value={typed?.get('once') ?? undefined} />
        <NameField
          value={typed?.get('name') ?? ''}
          hint="Where it will be used, such as “Ingest job, production”."
          fault={fault}
        />
        <Choices
          name="environment"
          legend="Environment"
          type="radio"
          choices={ENVIRONMENTS}
          chosen={[typed?.get('environment') ?? 'live']}
          fault={fault}
        />
        <Choices
          name="scopes"
          legend="Scopes"
          type="checkbox"
          choices={scopeChoices(catalog, scopes)}
          chosen={typed?.getAll('scopes') ?? scopes}
          hint="What the system may do with it."
          fault={fault}
        />
        <Field
          name="expires_at"
          label="Expires (UTC)"
          type="datetime-local"
          value={typed?.get('expires_at') ?? ''}
          hint="Empty: never."
          fault={fault}
        />
      </Form>
    </>,
  )
}
