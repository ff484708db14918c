// Who still calls with a key that is being replaced: its calls since the rotation, by address.

import { call } from '../api.ts'
import type { Event } from '../audit/read.ts'
import type { PageContext } from '../context.ts'
import { Section } from '../kit/section.tsx'
import { number, Table } from '../kit/table.tsx'
import { Time } from '../kit/time.tsx'
import type { Key } from './read.ts'

const LOOKED_AT = 200

interface Caller {
  readonly address: string
  readonly products: Set<string>
  calls: number
  refused: number
  readonly lastAt: number
}

interface Callers {
  readonly since: number
  readonly callers: readonly Caller[]
  /** There were more calls than were looked at. */
  readonly more: boolean
}

/** The callers of an old key since its successor was made; undefined where it has none. */
export async function readCallers(c: PageContext, key: Key): Promise<Callers | undefined> {
  if (key.rotated_to === null) return undefined
  const successor = await call(c, 'getKey', { params: { id: key.rotated_to } })
  if (!successor.ok) return undefined
  const since = successor.value.created_at
  const events = await call(c, 'listAudit', {
    query: { key: key.id, from: since, limit: LOOKED_AT },
  })
  if (!events.ok) return undefined
  const { items, next_cursor } = events.value
  return { since, callers: byAddress(items), more: next_cursor !== null }
}

/** Newest caller first, as the events come. */
function byAddress(events: readonly Event[]): Caller[] {
  const callers = new Map<string, Caller>()
  for (const { at, client_ip, product, decision } of events) {
    const address = client_ip ?? 'unknown'
    const caller = callers.get(address) ?? newCaller(address, at)
    callers.set(address, caller)
    caller.calls++
    if (decision === 'refused') caller.refused++
    if (product !== null) caller.products.add(product)
  }
  return [...callers.values()]
}

function newCaller(address: string, lastAt: number): Caller {
  return { address, products: new Set(), calls: 0, refused: 0, lastAt }
}

const COLUMNS = ['Address', 'Products', number('Calls'), number('Refused'), 'Last call']

export function CallersTable({ found: { since, callers, more } }: { found: Callers }) {
  const rows = callers.map(({ address, products, calls, refused, lastAt }) => [
    <code class="id">{address}</code>,
    [...products].join(', '),
    ...[calls, refused, <Time ms={lastAt} />],
  ])
  return (
    <Section id="callers" title="Who still calls with the old key">
      {callers.length === 0 ? (
        <p>
          Nobody since the rotation at <Time ms={since} />. Calls appear here within seconds.
        </p>
      ) : (
        <Table caption="Calls since the rotation, by address" columns={COLUMNS} rows={rows} />
      )}
      {more ? <p>Of the latest {LOOKED_AT} calls; there were more before.</p> : null}
    </Section>
  )
}
