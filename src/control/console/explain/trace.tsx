// The gate's steps in its own order, in words: what passed, what refused, and what was not reached.

import type { AnswerOf } from '../api.ts'
import type { PageContext } from '../context.ts'
import { Badge } from '../kit/badge.tsx'
import { Buttons } from '../kit/link.tsx'
import { Section } from '../kit/section.tsx'
import { number, Table } from '../kit/table.tsx'
import { explainReason, type Subject } from '../reasons/explain.ts'

/** What the operation `explain` answers. */
export type Explanation = AnswerOf<'explain'>

const SPANS: Readonly<Record<string, string>> = {
  day: 'a day',
  month: 'a month',
  balance: 'in all',
}

/** By the names that the API gives them, in the gate's order. */
const STEPS: Readonly<Record<string, string>> = {
  path: 'Does the path have one meaning?',
  authenticate: 'Is the credential one of ours?',
  status: 'Is it still good: not revoked, not expired, its owner in good standing?',
  address: 'Is the caller’s address on the allowlists?',
  route: 'Is there a product at this method and path?',
  origin: 'May this page call, if it is one?',
  grant: 'May this key call this: kind, product, scope, department?',
  admit: 'Is there quota left?',
}

interface TraceProps {
  c: PageContext
  found: Explanation
  subject: Subject
}

export function Trace({ c, found, subject }: TraceProps) {
  const { verdict, status, reason, steps, limits } = found
  const reached = new Set(steps.map(({ step }) => step))
  const rest = Object.keys(STEPS).filter((step) => !reached.has(step))
  const title =
    verdict === 'forwarded'
      ? 'It would be forwarded to the product'
      : `It would be refused: ${status ?? ''} ${reason ?? ''}`
  return (
    <Section id="trace" title={title}>
      <ol class="trace">
        {steps.map(({ step, verdict: passed, reason: why, detail }) => (
          <li class={passed}>
            <p>
              <Badge
                text={passed === 'pass' ? 'passes' : 'refused here'}
                tone={passed === 'pass' ? 'good' : 'bad'}
              />{' '}
              <strong>{STEPS[step] ?? step}</strong>
              {why === null ? <> {detail}</> : null}
            </p>
            {why === null ? null : <Why c={c} reason={why} told={detail} subject={subject} />}
          </li>
        ))}
        {verdict === 'refused'
          ? rest.map((step) => (
              <li class="rest">
                <p>
                  <Badge text="not reached" /> {STEPS[step]}
                </p>
              </li>
            ))
          : null}
      </ol>
      {limits.length === 0 ? null : <Limits limits={limits} />}
    </Section>
  )
}

interface WhyProps {
  c: PageContext
  reason: string
  subject: Subject
  /** What the caller was told. */
  told?: string
}

/** A reason in words, with the way to mend it. */
export function Why({ c, reason, subject, told }: WhyProps) {
  const { words, mend } = explainReason(c.get('organization').id, reason, subject)
  return (
    <>
      <p>{words}</p>
      {told === undefined ? null : <p>The caller is told: “{told}”</p>}
      {mend ? (
        <p>
          <Buttons links={[[mend.label, mend.href]]} />
        </p>
      ) : null}
    </>
  )
}

const COLUMNS = ['Limit', number('Quota'), number('Left now'), number('All again in')]

function Limits({ limits }: Pick<Explanation, 'limits'>) {
  const rows = limits.map(({ name, limit, window_seconds, period, remaining, reset_after_ms }) => [
    ...[name, `${limit} ${SPANS[period ?? ''] ?? `in ${window_seconds} s`}`],
    ...[remaining, `${Math.ceil(reset_after_ms / 1000)} s`],
  ])
  return <Table caption="The limits of this call" columns={COLUMNS} rows={rows} quiet={false} />
}
