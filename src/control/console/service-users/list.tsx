// The service users of an organization: which system each is, for whom it acts, and whether it calls.

import type { ServiceUserView } from '../../api/service-users/read.ts'
import { call, type Listed } from '../api.ts'
import type { PageContext } from '../context.ts'
import { Badge } from '../kit/badge.tsx'
import { Empty } from '../kit/empty.tsx'
import { Field, Select } from '../kit/field.tsx'
import { Pager } from '../kit/pager.tsx'
import { Table } from '../kit/table.tsx'
import { Time } from '../kit/time.tsx'
import { page, refused } from '../respond.tsx'
import { mayWrite } from '../session.ts'
import { userUrl } from './read.ts'

const FILTERS = ['search', 'source_system', 'state'] as const

export async function listServiceUsers(c: PageContext): Promise<Response> {
  const asked = c.req.query()
  const query = Object.fromEntries([...FILTERS, 'cursor'].map((name) => [name, asked[name]]))
  const found = await call<Listed<ServiceUserView>>(c, 'listServiceUsers', { query })
  if (!found.ok) return refused(c, found)
  const { items, next_cursor } = found.value
  const filtered = FILTERS.some((name) => (asked[name] ?? '') !== '')
  return page(
    c,
    { title: 'Service users' },
    <>
      <p>
        A service user is a system of yours that calls with access tokens, for the departments that
        it names.
      </p>
      {mayWrite(c.get('session')) ? (
        <p class="actions">
          <a role="button" href={userUrl(c, 'new')}>
            Create a service user
          </a>
        </p>
      ) : null}
      {items.length > 0 || filtered ? <Filter c={c} /> : null}
      {items.length > 0 ? (
        <Rows c={c} items={items} />
      ) : filtered ? (
        <Empty title="No service user matches.">
          <p>
            Take something out of the filter, or <a href={c.req.path}>see all service users</a>.
          </p>
        </Empty>
      ) : (
        <Empty title="There is no service user yet.">
          <p>
            {mayWrite(c.get('session'))
              ? 'Create one for each system, then mint a token for it and paste the line that is shown with it.'
              : 'An administrator of the organization can create the first one.'}
          </p>
        </Empty>
      )}
      <Pager c={c} next={next_cursor} />
    </>,
  )
}

function Filter({ c }: { c: PageContext }) {
  const { search, source_system, state } = c.req.query()
  const states = [
    { value: '', label: 'Any' },
    { value: 'active', label: 'Active' },
    { value: 'disabled', label: 'Disabled' },
  ]
  return (
    <form method="get" class="filter" aria-label="Filter service users">
      <Field name="search" label="Name contains" type="search" value={search} maxlength={100} />
      <Field name="source_system" label="Source system" code value={source_system} maxlength={64} />
      <Select name="state" label="State" options={states} value={state} />
      <button type="submit" class="quiet">
        Filter
      </button>
    </form>
  )
}

function Rows({ c, items }: { c: PageContext; items: readonly ServiceUserView[] }) {
  const columns = [
    ...['Name', 'Source system', 'Departments'],
    { label: 'Active tokens', number: true },
    ...['Last use', 'State'],
  ]
  return (
    <Table caption="Service users, newest first" columns={columns}>
      {items.map((user) => (
        <tr>
          <th scope="row">
            <a href={userUrl(c, user.id)}>{user.name}</a>
            <br />
            <code class="id">{user.id}</code>
          </th>
          <td>
            <code class="id">{user.source_system}</code>
          </td>
          <td>{few(user.departments)}</td>
          <td class="number">
            <a
              href={userUrl(c, user.id, 'tokens')}
              aria-label={`${user.active_tokens} active tokens of ${user.name}`}
            >
              {user.active_tokens}
            </a>
          </td>
          <td>
            <Time ms={user.last_used_at} />
          </td>
          <td>
            <Badge text={user.state} />
          </td>
        </tr>
      ))}
    </Table>
  )
}

function few(all: readonly string[]): string {
  if (all.length === 0) return 'none'
  const more = all.length > 3 ? ` and ${all.length - 3} more` : ''
  return all.slice(0, 3).join(', ') + more
}
