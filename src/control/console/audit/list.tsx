// The audit: every decision, newest first, found by who, what and when.

import type { PageContext } from '../context.ts'
import { Badge } from '../kit/badge.tsx'
import { Empty } from '../kit/empty.tsx'
import { faultOf, type Fault } from '../kit/fault.ts'
import { Pager } from '../kit/pager.tsx'
import { Actions } from '../kit/link.tsx'
import { Problem } from '../kit/problem.tsx'
import { number, Table, type Cells } from '../kit/table.tsx'
import { timeText } from '../kit/time.tsx'
import { explainReason } from '../reasons/explain.ts'
import { page, type Answered } from '../respond.tsx'
import { pageUrl, withQuery } from '../urls.ts'
import { FIELDS, isNarrowed, queryOf, readSearch, type Search } from './search.ts'
import { Filter } from './filter.tsx'
import { actorText, auditUrl, searchEvents, type Event, type Events } from './read.ts'

export async function listEvents(c: PageContext): Promise<Response> {
  const asked = readSearch(c)
  const made = queryOf(asked)
  if ('fault' in made) return faultyPage(c, asked, made.fault)
  const found = await searchEvents(c, made.query, c.req.query('cursor'))
  if (!found.ok) return faultyPage(c, asked, faultOf(found, FIELDS))
  const { of = '', ...filter } = c.req.query()
  const file = { ...filter, of, cursor: undefined }
  return page(
    c,
    { title: 'Audit' },
    <>
      <p>
        Every call with a key of this organization is on record, forwarded or refused: who, what,
        when and why, and whatever people change here. It appears within seconds. The key itself,
        headers, query and body are never kept.
      </p>
      <Filter c={c} asked={asked} fault={undefined} />
      <Actions
        above
        links={[
          ['Download as CSV', withQuery(auditUrl(c, 'export'), file), 'quiet'],
          ['Verify the chain', auditUrl(c, 'chain', asked.nobody), 'quiet'],
        ]}
      />
      <Found c={c} asked={asked} found={found.value} />
    </>,
  )
}

/** The form again with what was typed, and what is wrong with it. */
function faultyPage(c: PageContext, asked: Search, fault: Fault): Answered {
  return page(
    c,
    { title: 'Audit', fault },
    <>
      <Problem asked fault={fault} labels={FIELDS} />
      <Filter c={c} asked={asked} fault={fault} />
    </>,
  )
}

function Found({ c, asked, found }: { c: PageContext; asked: Search; found: Events }) {
  const { items, next_cursor } = found
  if (items.length === 0) {
    return isNarrowed(asked) ? (
      <Empty title="Nothing on record matches.">
        <p>
          Take something out of the search, or <a href={auditUrl(c)}>see everything</a>.
        </p>
      </Empty>
    ) : (
      <Empty title="Nothing is on record yet.">
        <p>The first call with a key of this organization appears here.</p>
      </Empty>
    )
  }
  const rows = items.map((event) => rowOf(c, asked, event))
  return (
    <>
      <Table caption="Decisions, newest first" columns={COLUMNS} rows={rows} />
      <Pager c={c} next={next_cursor} />
    </>
  )
}

const COLUMNS = [
  { label: 'Time (UTC)', cells: 'short' } as const,
  ...['Call', 'By', 'Product', 'Decision', number('Status'), 'Address'],
]

function rowOf(c: PageContext, asked: Search, event: Event): Cells {
  const { id, at, method, path, product, status, client_ip } = event
  return [
    <a href={auditUrl(c, id, asked.nobody)}>
      <time datetime={new Date(at).toISOString()}>{timeText(at)}</time>
    </a>,
    <code class="id call">
      {method} {path}
    </code>,
    <Caller c={c} event={event} />,
    product ?? 'none',
    <Decision c={c} event={event} />,
    status,
    <code class="id">{client_ip ?? 'unknown'}</code>,
  ]
}

function Caller({ c, event: { key_id: key, actor } }: { c: PageContext; event: Event }) {
  if (actor !== null) return <>{actorText(actor)}</>
  if (key === null) return <>no key</>
  return (
    <a href={pageUrl(c.get('organization').id, 'keys', key)}>
      <code class="id">{key}</code>
    </a>
  )
}

function Decision({ c, event: { decision, reason } }: { c: PageContext; event: Event }) {
  const words = reason === null ? '' : explainReason(c.get('organization').id, reason).words
  return (
    <>
      <Badge text={decision} />
      {reason === null ? null : (
        <span class="reason" title={words}>
          {reason}
        </span>
      )}
    </>
  )
}
