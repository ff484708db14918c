// Whether the record is whole. Every hash is computed again, so it is asked for by name.

import { call, type Answer, type AnswerOf } from '../api.ts'
import type { PageContext } from '../context.ts'
import { Badge } from '../kit/badge.tsx'
import { Facts } from '../kit/facts.tsx'
import { numberText } from '../kit/number.ts'
import { page, refused } from '../respond.tsx'
import { withQuery } from '../urls.ts'
import { ofNobody, readSearch } from './search.ts'
import { auditUrl } from './read.ts'

/** Parts of the chain that are verified for one page. */
const PARTS_MAX = 10

type Verdict = AnswerOf<'verifyAudit'>

export async function verifyChain(c: PageContext): Promise<Response> {
  const { nobody } = readSearch(c)
  const verdict = await verifyParts(c, nobody)
  if (!verdict.ok) return refused(c, verdict)
  const back = { href: auditUrl(c, '', nobody), label: 'Audit' }
  const { broken } = verdict.value
  return page(
    c,
    { title: 'The chain of the audit', back },
    broken ? (
      <Broken c={c} broken={broken} />
    ) : (
      <Intact c={c} found={verdict.value} nobody={nobody} />
    ),
  )
}

/**
 * As many parts of the chain as one page is worth waiting for, from where the page before it ended,
 * which the address says: `cursor`, and how many events had been verified by then.
 */
async function verifyParts(c: PageContext, nobody: boolean): Promise<Answer<Verdict>> {
  let cursor = c.req.query('cursor')
  let events = Number(c.req.query('verified') ?? 0) || 0
  for (let part = 1; ; part++) {
    const answer = await call(c, 'verifyAudit', { query: { ...ofNobody(nobody), cursor } })
    if (!answer.ok) return answer
    events += answer.value.events ?? 0
    cursor = answer.value.next_cursor ?? undefined
    if (answer.value.complete || part === PARTS_MAX) {
      return { ...answer, value: { ...answer.value, events } }
    }
  }
}

interface IntactProps {
  c: PageContext
  found: Verdict
  nobody: boolean
}

function Intact({ c, found, nobody }: IntactProps) {
  const { events, pruned, head, next_cursor } = found
  if (next_cursor !== null) {
    const asked = { ...ofNobody(nobody), cursor: next_cursor, verified: events ?? 0 }
    return (
      <section class="notice" aria-label="Verdict">
        <p>The first {numberText(events ?? 0)} events hold. There are more.</p>
        <p>
          <a href={withQuery(c.req.path, asked)}>Verify on from there</a>
        </p>
      </section>
    )
  }
  return (
    <section class="notice good" aria-label="Verdict">
      <p>
        <Badge text="intact" /> Every event links to the one before it, and every hash holds.
      </p>
      <Facts
        rows={[
          ['Events checked', events ?? 0],
          pruned !== null && pruned > 0 && ['Removed by retention', pruned],
          head !== null && ['Newest event', head.sequence],
          head !== null && ['Its hash', <code class="id">{head.hash}</code>],
        ]}
      />
      <p>Note the hash elsewhere: whoever rewrites the whole record cannot keep it.</p>
    </section>
  )
}

function Broken({ c, broken }: { c: PageContext; broken: NonNullable<Verdict['broken']> }) {
  const { flaw, sequence, id, detail } = broken
  return (
    <section class="notice bad" aria-label="Verdict">
      <p>
        <Badge text="broken" /> The record was changed by another hand. Tell an operator at once;
        what stands before the place named here still holds.
      </p>
      <Facts
        rows={[
          ['First at', id === null ? sequence : <a href={auditUrl(c, id)}>{sequence}</a>],
          ['Flaw', flaw],
          ['Detail', detail],
        ]}
      />
    </section>
  )
}
