// The tokens of a service user.

import { call } from '../api.ts'
import type { PageContext } from '../context.ts'
import { keyUrl, type Key } from '../keys/read.ts'
import { Badge } from '../kit/badge.tsx'
import { Actions, Named } from '../kit/link.tsx'
import { Listing } from '../kit/listing.tsx'
import { Receipt } from '../kit/receipt.tsx'
import { Notice } from '../kit/section.tsx'
import { Table, type Cells } from '../kit/table.tsx'
import { Time } from '../kit/time.tsx'
import { page, receiptOf, refused } from '../respond.tsx'
import { mayWrite } from '../session.ts'
import { backToAll, readServiceUser, userUrl, type ServiceUser } from './read.ts'
import { UserTabs } from './tabs.tsx'

const COLUMNS = ['Name', 'Environment', 'Scopes', 'Last use', 'Expires', 'State']
const FIRST = 'A token’s value is shown once, when it is minted, with a line to paste.'

export async function listTokens(c: PageContext): Promise<Response> {
  const found = await readServiceUser(c)
  if (!found.ok) return refused(c, found)
  const user = found.value
  const query = { cursor: c.req.query('cursor') }
  const tokens = await call(c, 'listTokens', { params: { id: user.id }, query })
  if (!tokens.ok) return refused(c, tokens)
  const write = mayWrite(c.get('session'))
  const columns = write ? [...COLUMNS, 'Actions'] : COLUMNS
  const rows = tokens.value.items.map((token) => rowOf(c, user, token).slice(0, columns.length))
  return page(
    c,
    { title: `Tokens of “${user.name}”`, back: backToAll(c) },
    <>
      <Receipt {...await receiptOf(c)} />
      <UserTabs c={c} id={user.id} here="tokens" />
      <Minting c={c} user={user} />
      <Listing c={c} noun="token" listed={tokens.value} first={FIRST}>
        <Table caption="Tokens, newest first" columns={columns} rows={rows} />
      </Listing>
    </>,
  )
}

function Minting({ c, user: { id, state } }: { c: PageContext; user: ServiceUser }) {
  if (state === 'disabled') {
    return (
      <Notice tone="warn">
        The service user is disabled: none of its tokens passes, and none can be minted.
      </Notice>
    )
  }
  if (!mayWrite(c.get('session'))) return null
  return <Actions links={[['Mint a token', userUrl(c, id, 'tokens', 'new')]]} />
}

function rowOf(c: PageContext, user: ServiceUser, token: Key): Cells {
  const { id, name, state } = token
  return [
    <Named href={keyUrl(c, id)} name={name} id={id} />,
    token.environment,
    token.scopes.join(', '),
    <Time ms={token.last_used_at} />,
    <Time ms={token.expires_at} />,
    <Badge text={state} />,
    state === 'revoked' ? null : (
      <a href={userUrl(c, user.id, 'tokens', id, 'revoke')} aria-label={`Revoke ${name}`}>
        Revoke
      </a>
    ),
  ]
}
