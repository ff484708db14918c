// The keys of an organization: what they are, what they may, and whether they are used.

import { hasChosenScopes } from '../../../credentials/kinds.ts'
import type { KeyView } from '../../api/keys/schemas.ts'
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
import { labelOf, LABELS } from './kinds.ts'
import { keyUrl, usageOfMonth, type KeyUsage } from './read.ts'

const FILTERS = ['search', 'kind', 'environment', 'state', 'service_user'] as const

export async function listKeys(c: PageContext): Promise<Response> {
  const asked = c.req.query()
  const query = Object.fromEntries([...FILTERS, 'cursor'].map((name) => [name, asked[name]]))
  const [found, usage] = await Promise.all([
    call<Listed<KeyView>>(c, 'listKeys', { query }),
    usageOfMonth(c),
  ])
  if (!found.ok) return refused(c, found)
  const { items, next_cursor } = found.value
  const filtered = FILTERS.some((name) => (asked[name] ?? '') !== '')
  const write = mayWrite(c.get('session'))
  return page(
    c,
    { title: 'Keys' },
    <>
      {write ? (
        <p class="actions">
          <a role="button" href={keyUrl(c, 'new')}>
            Create a key
          </a>
        </p>
      ) : null}
      <Filter c={c} />
      {items.length > 0 ? (
        <Rows c={c} items={items} usage={usage} />
      ) : filtered ? (
        <Empty title="No key matches.">
          <p>
            Take something out of the filter, or <a href={c.req.path}>see all keys</a>.
          </p>
        </Empty>
      ) : (
        <Empty title="There is no key yet.">
          <p>
            {write
              ? 'Create the first one: choose what it may call, copy its value once, and paste the line that is shown with it.'
              : 'An administrator of the organization can create the first one.'}
          </p>
        </Empty>
      )}
      <Pager c={c} next={next_cursor} />
    </>,
  )
}

const options = (labels: Readonly<Record<string, string>>) => [
  { value: '', label: 'Any' },
  ...Object.entries(labels).map(([value, label]) => ({ value, label })),
]

function Filter({ c }: { c: PageContext }) {
  const { search, kind, environment, state } = c.req.query()
  return (
    <form method="get" class="filter" aria-label="Filter keys">
      <Field name="search" label="Name contains" type="search" value={search} maxlength={100} />
      <Select name="kind" label="Kind" options={options(LABELS)} value={kind} />
      <Select
        name="environment"
        label="Environment"
        options={options({ live: 'Live', sandbox: 'Sandbox' })}
        value={environment}
      />
      <Select
        name="state"
        label="State"
        options={options({ active: 'Active', expired: 'Expired', revoked: 'Revoked' })}
        value={state}
      />
      <button type="submit" class="quiet">
        Filter
      </button>
    </form>
  )
}

interface RowsProps {
  c: PageContext
  items: readonly KeyView[]
  usage: ReadonlyMap<string, KeyUsage>
}

function Rows({ c, items, usage }: RowsProps) {
  const columns = [
    ...['Name', 'State', 'Kind', 'May call', 'Last use'],
    { label: 'Credits this month', number: true },
  ]
  return (
    <Table caption="Keys, newest first" columns={columns}>
      {items.map((key) => (
        <tr>
          <th scope="row">
            <a href={keyUrl(c, key.id)}>{key.name}</a>
            <br />
            <code class="id">{key.id}</code>
          </th>
          <td>
            <Badge text={key.state} />
            {key.rotated_to !== null && key.state === 'active' ? (
              <Badge text="being replaced" tone="warn" />
            ) : null}
          </td>
          <td>
            {labelOf(key.kind)}, {key.environment}
          </td>
          <td>{mayCall(key)}</td>
          <td>
            <Time ms={key.last_used_at} />
          </td>
          <td class="number">{usage.get(key.id)?.credits ?? 0}</td>
        </tr>
      ))}
    </Table>
  )
}

/** Scopes where the kind has them, else products; the first few. */
function mayCall({ kind, scopes, products }: KeyView): string {
  const all = hasChosenScopes(kind) ? scopes : products
  if (all.length === 0) return 'nothing'
  const more = all.length > 2 ? ` and ${all.length - 2} more` : ''
  return all.slice(0, 2).join(', ') + more
}
