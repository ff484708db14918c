// Why calls were refused: the refusals of the period by reason, each in words, with the page that would
// mend it.

import { call, type AnswerOf } from '../api.ts'
import type { PageContext } from '../context.ts'
import { numberText } from '../kit/number.ts'
import { Section } from '../kit/section.tsx'
import { number, Table, type Cells } from '../kit/table.tsx'
import { Time, timeInput } from '../kit/time.tsx'
import { explainReason } from '../reasons/explain.ts'
import { pageUrl, withQuery } from '../urls.ts'
import { msOf } from './period.ts'
import type { Narrowing } from './read.ts'

/** There are fewer reasons than that. */
const REASONS_MAX = 200

/** Refusals of one reason. */
type Refusals = AnswerOf<'getRefusals'>['items'][number]

/** The most frequent first; undefined where they are not told. */
export async function readRefusals(
  c: PageContext,
  narrowing: Narrowing,
): Promise<readonly Refusals[] | undefined> {
  const found = await call(c, 'getRefusals', { query: { ...narrowing, limit: REASONS_MAX } })
  return found.ok ? found.value.items : undefined
}

interface RefusalsProps {
  c: PageContext
  found: readonly Refusals[] | undefined
  asked: Narrowing
}

export function RefusalsByReason({ c, found, asked }: RefusalsProps) {
  return (
    <Section id="reasons" title="Why calls were refused">
      {found === undefined ? (
        <p>The counts could not be read just now. Load the page again.</p>
      ) : found.length === 0 ? (
        <p>Nothing was refused in this time.</p>
      ) : (
        <Table
          caption="Refusals by reason, the most frequent first"
          columns={COLUMNS}
          rows={found.map((one) => rowOf(c.get('organization').id, one, asked))}
        />
      )}
      <p>
        <small>
          Calls without a key that is known here belong to no organization, and are not counted.
        </small>
      </p>
    </Section>
  )
}

const COLUMNS = [
  { label: 'Reason', cells: 'short' } as const,
  number('Refusals'),
  { label: 'What it means', cells: 'words' } as const,
  'Last',
]

function rowOf(organization: string, one: Refusals, asked: Narrowing): Cells {
  const { reason, refused, last_at: lastAt, only_key_id: key } = one
  const { words, mend } = explainReason(organization, reason, { key, serviceUser: null })
  return [
    <a href={auditOf(organization, reason, asked)}>
      <code class="id">{reason}</code>
    </a>,
    numberText(refused),
    <>
      {words} {mend ? <a href={mend.href}>{mend.label}</a> : null}
    </>,
    <Time ms={lastAt} />,
  ]
}

/** The refusals themselves. */
function auditOf(organization: string, reason: string, { key, product, ...period }: Narrowing) {
  const { from, to } = msOf(period)
  return withQuery(pageUrl(organization, 'audit'), {
    ...{ decision: 'refused', caller: 'credential', reason, key, product },
    ...{ from: timeInput(from), to: timeInput(to) },
  })
}
