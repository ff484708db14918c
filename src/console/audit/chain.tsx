// Whether the record is whole. Every hash is computed again, so it is asked for by name.

import { call } from '../api.ts'
import type { PageContext } from '../context.ts'
import { Badge } from '../kit/badge.tsx'
import { Facts } from '../kit/facts.tsx'
import { page, refused } from '../respond.tsx'
import { ofNobody, readAsked } from './asked.ts'
import { auditUrl } from './read.ts'

/** As verifyAudit answers it. */
interface Verdict {
  readonly intact: boolean
  readonly events: number | null
  readonly pruned: number | null
  readonly head: { readonly sequence: number; readonly hash: string } | null
  readonly broken: {
    readonly flaw: string
    readonly sequence: number
    readonly id: string | null
    readonly detail: string
  } | null
}

export async function verifyChain(c: PageContext): Promise<Response> {
  const { nobody } = readAsked(c)
  const verdict = await call<Verdict>(c, 'verifyAudit', { query: ofNobody(nobody) })
  if (!verdict.ok) return refused(c, verdict)
  const back = { href: auditUrl(c, '', nobody), label: 'Audit' }
  const { broken } = verdict.value
  return page(
    c,
    { title: 'The chain of the audit', back },
    broken ? <Broken c={c} broken={broken} /> : <Intact found={verdict.value} />,
  )
}

function Intact({ found: { events, pruned, head } }: { found: Verdict }) {
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
