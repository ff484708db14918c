// Minting a token. Its value, and the line to paste with it, are in this one answer and nowhere else.

import { scopesFor } from '../../../catalog/define.ts'
import { TOKEN_KIND } from '../../../credentials/kinds.ts'
import { call, type AnswerOf } from '../api.ts'
import type { PageContext } from '../context.ts'
import { Examples } from '../keys/examples.tsx'
import { EnvironmentField, ExpiryField } from '../keys/fields.tsx'
import { KEY_LABELS, readExpiry } from '../keys/form.ts'
import { scopeChoices } from '../keys/scopes.tsx'
import { Choices } from '../kit/choices.tsx'
import { Secret, AlreadyShown } from '../kit/code.tsx'
import { NameField } from '../kit/field.tsx'
import { formPage, misread } from '../kit/form-page.tsx'
import { onceHeader, OnceField } from '../kit/form.tsx'
import { page, type Link } from '../respond.tsx'
import { readServiceUser, userUrl, type ServiceUser } from './read.ts'

const backToTokens = (c: PageContext, { id, name }: ServiceUser): Link => ({
  href: userUrl(c, id, 'tokens'),
  label: `Tokens of “${name}”`,
})

export const mintToken = formPage({
  read: async (c) => {
    const found = await readServiceUser(c)
    if (!found.ok || c.req.method === 'POST' || found.value.state === 'active') return found
    const detail = 'The service user is disabled; enable it first.'
    return { ok: false, status: 409, reason: 'service_user_disabled', detail }
  },
  title: 'Mint a token',
  back: backToTokens,
  submit: 'Mint the token',
  labels: KEY_LABELS,
  content: (c) => <TokenFields c={c} />,
  act: async (c, { id }) => {
    const form = c.get('form')
    const expiry = readExpiry(form)
    if (!expiry.ok) return misread(expiry.error)
    return await call(c, 'mintToken', {
      params: { id },
      headers: onceHeader(form),
      body: {
        name: form.get('name') ?? '',
        environment: form.get('environment') ?? undefined,
        scopes: form.getAll('scopes'),
        expires_at: expiry.value,
      },
    })
  },
  answer: (c, user, made) => {
    const back = backToTokens(c, user)
    const title = `Token “${made.name}”`
    return page(c, { title, status: 201, back }, <Minted c={c} then={back.href} made={made} />)
  },
})

interface MintedProps {
  c: PageContext
  then: string
  made: AnswerOf<'mintToken'>
}

function Minted({ c, then, made }: MintedProps) {
  const { value } = made
  if (value === null) {
    return (
      <AlreadyShown then={then}>
        This token was minted by the same form before, and its value was shown then. If it was not
        copied, revoke the token and mint another.
      </AlreadyShown>
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

function TokenFields({ c }: { c: PageContext }) {
  const { catalog } = c.env.context.edge
  const scopes = scopesFor(catalog, TOKEN_KIND)
  return (
    <>
      <OnceField c={c} />
      <NameField hint="Where it will be used, such as “Ingest job, production”." />
      <EnvironmentField />
      <Choices
        name="scopes"
        legend="Scopes"
        type="checkbox"
        choices={scopeChoices(catalog, scopes)}
        chosen={scopes}
        hint="What the system may do with it."
      />
      <ExpiryField value={null} hint="Empty: never." />
    </>
  )
}
