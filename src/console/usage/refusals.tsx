// Why calls were refused: the refusals on record by reason, each in words, with the page that would
// mend it. One bounded question to the audit; the sums of usage do not keep reasons.

import { call } from '../api.ts'
import type { PageContext } from '../context.ts'
import { Table } from '../kit/table.tsx'
import { Time, timeInput } from '../kit/time.tsx'
import { explainReason } from '../reasons.ts'
import { pageUrl, withQuery } from '../urls.ts'
import { msOf } from './period.ts'
import type { Narrowing } from './read.ts'
import { numberText } from './number.ts'

const LOOKED_AT = 200

interface Event {
  readonly at: number
  readonly key_id: string | null
  readonly service_user_id: string | null
  readonly reason: string | null
}

interface Refusal {
  readonly reason: string
  readonly count: number
  /** Of the newest one. */
  readonly lastAt: number
  /** Set where all of them have the same. */
  readonly key: string | null
  readonly serviceUser: string | null
}

export interface Refusals {
  /** The most frequent first. */
  readonly reasons: readonly Refusal[]
  /** There were more than were looked at. */
  readonly more: boolean
}

/** The newest refusals by reason; undefined where they are not told. */
export async function readRefusals(
  c: PageContext,
  { key, product, ...period }: Narrowing,
): Promise<Refusals | undefined> {
  const query = { key, product, decision: 'refused', limit: LOOKED_AT, ...msOf(period) }
  const found = await call<{ items: readonly Event[]; next_cursor: string | null }>(
    c,
    'listAudit',
    { query },
  )
  if (!found.ok) return undefined
  const { items, next_cursor } = found.value
  return { reasons: byReason(items), more: next_cursor !== null }
}

/** Events come newest first, so the first of a reason is its last. */
export function byReason(events: readonly Event[]): Refusal[] {
  const reasons = new Map<string, Refusal>()
  for (const { at, key_id: key, service_user_id: serviceUser, reason } of events) {
    const name = reason ?? ''
    const known = reasons.get(name) ?? { reason: name, count: 0, lastAt: at, key, serviceUser }
    reasons.set(name, {
      ...known,
      count: known.count + 1,
      key: known.key === key ? key : null,
      serviceUser: known.serviceUser === serviceUser ? serviceUser : null,
    })
  }
  return [...reasons.values()].toSorted((a, b) => b.count - a.count)
}

interface RefusalsProps {
  c: PageContext
  found: Refusals | undefined
  asked: Narrowing
}

export function RefusalsByReason({ c, found, asked }: RefusalsProps) {
  return (
    <section aria-labelledby="reasons">
      <h2 id="reasons">Why calls were refused</h2>
      {found === undefined ? (
        <p>The record could not be read just now. Load the page again.</p>
      ) : found.reasons.length === 0 ? (
        <p>No refusal of this time is on record.</p>
      ) : (
        <Reasons c={c} found={found} asked={asked} />
      )}
      <p>
        <small>
          Calls without a key that is known here belong to no organization, and are not counted.
        </small>
      </p>
    </section>
  )
}

function Reasons({ c, found, asked }: RefusalsProps & { found: Refusals }) {
  const { id } = c.get('organization')
  const columns = ['Reason', { label: 'Refusals', number: true }, 'What it means', 'Last']
  return (
    <>
      {found.more ? (
        <p>Of the latest {LOOKED_AT} refusals of this time; there were more before.</p>
      ) : null}
      <Table caption="Refusals by reason, the most frequent first" columns={columns}>
        {found.reasons.map(({ reason, count, lastAt, key, serviceUser }) => {
          const { words, mend } = explainReason(id, reason, { key, serviceUser })
          return (
            <tr>
              <th scope="row" class="short">
                <a href={auditOf(id, reason, asked)}>
                  <code class="id">{reason}</code>
                </a>
              </th>
              <td class="number">{numberText(count)}</td>
              <td class="words">
                {words} {mend ? <a href={mend.href}>{mend.label}</a> : null}
              </td>
              <td>
                <Time ms={lastAt} />
              </td>
            </tr>
          )
        })}
      </Table>
    </>
  )
}

/** The refusals themselves. */
function auditOf(organization: string, reason: string, { key, product, ...period }: Narrowing) {
  const { from, to } = msOf(period)
  return withQuery(pageUrl(organization, 'audit'), {
    ...{ decision: 'refused', reason, key, product },
    ...{ from: timeInput(from), to: timeInput(to) },
  })
}
