// Why calls were refused: the refusals of the period by reason, each in words, with the page that would
// mend it.

import { call } from '../api.ts'
import type { PageContext } from '../context.ts'
import { Table } from '../kit/table.tsx'
import { Time, timeInput } from '../kit/time.tsx'
import { explainReason } from '../reasons/explain.ts'
import { pageUrl, withQuery } from '../urls.ts'
import { msOf } from './period.ts'
import type { Narrowing } from './read.ts'
import { numberText } from '../kit/number.ts'

/** There are fewer reasons than that. */
const REASONS_MAX = 200

/** Refusals of one reason, as getRefusals answers them. */
interface Refusals {
  readonly reason: string
  readonly refused: number
  /** Of the newest one. */
  readonly last_at: number
  /** Set where all of them have the same. */
  readonly only_key_id: string | null
}

/** The most frequent first; undefined where they are not told. */
export async function readRefusals(
  c: PageContext,
  narrowing: Narrowing,
): Promise<readonly Refusals[] | undefined> {
  const query = { ...narrowing, limit: REASONS_MAX }
  const found = await call<{ items: readonly Refusals[] }>(c, 'getRefusals', { query })
  return found.ok ? found.value.items : undefined
}

interface RefusalsProps {
  c: PageContext
  found: readonly Refusals[] | undefined
  asked: Narrowing
}

export function RefusalsByReason({ c, found, asked }: RefusalsProps) {
  return (
    <section aria-labelledby="reasons">
      <h2 id="reasons">Why calls were refused</h2>
      {found === undefined ? (
        <p>The counts could not be read just now. Load the page again.</p>
      ) : found.length === 0 ? (
        <p>Nothing was refused in this time.</p>
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

function Reasons({ c, found, asked }: RefusalsProps & { found: readonly Refusals[] }) {
  const { id } = c.get('organization')
  const columns = ['Reason', { label: 'Refusals', number: true }, 'What it means', 'Last']
  return (
    <Table caption="Refusals by reason, the most frequent first" columns={columns}>
      {found.map(({ reason, refused, last_at: lastAt, only_key_id: key }) => {
        const { words, mend } = explainReason(id, reason, { key, serviceUser: null })
        return (
          <tr>
            <th scope="row" class="short">
              <a href={auditOf(id, reason, asked)}>
                <code class="id">{reason}</code>
              </a>
            </th>
            <td class="number">{numberText(refused)}</td>
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
  )
}

/** The refusals themselves. */
function auditOf(organization: string, reason: string, { key, product, ...period }: Narrowing) {
  const { from, to } = msOf(period)
  return withQuery(pageUrl(organization, 'audit'), {
    ...{ decision: 'refused', caller: 'credential', reason, key, product },
    ...{ from: timeInput(from), to: timeInput(to) },
  })
}
