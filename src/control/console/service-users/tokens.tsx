// The tokens of a service user.

import type { KeyView } from '../../api/keys/schemas.ts'
import type { ServiceUserView } from '../../api/service-users/read.ts'
import type { PageContext } from '../context.ts'
import { Badge } from '../kit/badge.tsx'
import { Empty } from '../kit/empty.tsx'
import { Pager } from '../kit/pager.tsx'
import { Receipt } from '../kit/receipt.tsx'
import { Table } from '../kit/table.tsx'
import { Time } from '../kit/time.tsx'
import { keyUrl } from '../keys/read.ts'
import { page, receiptOf, refused } from '../respond.tsx'
import { mayWrite } from '../session.ts'
import { backToAll, readServiceUser, readTokens, userUrl } from './read.ts'
import { UserTabs } from './tabs.tsx'

export async function listTokens(c: PageContext): Promise<Response> {
  const found = await readServiceUser(c)
  if (!found.ok) return refused(c, found)
  const user = found.value
  const tokens = await readTokens(c, user, { cursor: c.req.query('cursor') })
  if (!tokens.ok) return refused(c, tokens)
  const { items, next_cursor } = tokens.value
  return page(
    c,
    { title: `Tokens of “${user.name}”`, back: backToAll(c) },
    <>
      <Receipt {...await receiptOf(c)} />
      <UserTabs c={c} id={user.id} here="tokens" />
      <Minting c={c} user={user} />
      {items.length === 0 ? (
        <Empty title="There is no token yet.">
          <p>A token’s value is shown once, when it is minted, with a line to paste.</p>
        </Empty>
      ) : (
        <Rows c={c} user={user} items={items} />
      )}
      <Pager c={c} next={next_cursor} />
    </>,
  )
}

function Minting({ c, user: { id, state } }: { c: PageContext; user: ServiceUserView }) {
  if (state === 'disabled') {
    return (
      <div class="notice warn">
        <p>The service user is disabled: none of its tokens passes, and none can be minted.</p>
      </div>
    )
  }
  if (!mayWrite(c.get('session'))) return null
  return (
    <p class="actions">
      <a role="button" href={userUrl(c, id, 'tokens', 'new')}>
        Mint a token
      </a>
    </p>
  )
}

interface RowsProps {
  c: PageContext
  user: ServiceUserView
  items: readonly KeyView[]
}

function Rows({ c, user, items }: RowsProps) {
  const write = mayWrite(c.get('session'))
  const columns = [
    ...['Name', 'Environment', 'Scopes', 'Last use', 'Expires', 'State'],
    ...(write ? ['Actions'] : []),
  ]
  return (
    <Table caption="Tokens, newest first" columns={columns}>
      {items.map((token) => (
        <tr>
          <th scope="row">
            <a href={keyUrl(c, token.id)}>{token.name}</a>
            <br />
            <code class="id">{token.id}</code>
          </th>
          <td>{token.environment}</td>
          <td>{token.scopes.join(', ')}</td>
          <td>
            <Time ms={token.last_used_at} />
          </td>
          <td>
            <Time ms={token.expires_at} />
          </td>
          <td>
            <Badge text={token.state} />
          </td>
          {write ? (
            <td>
              {token.state === 'revoked' ? null : (
                <a
                  href={userUrl(c, user.id, 'tokens', token.id, 'revoke')}
                  aria-label={`Revoke ${token.name}`}
                >
                  Revoke
                </a>
              )}
            </td>
          ) : null}
        </tr>
      ))}
    </Table>
  )
}
