// The audit: every decision, newest first, found by who, what and when.

import type { Listed } from '../api.ts'
import type { PageContext } from '../context.ts'
import { Badge } from '../kit/badge.tsx'
import { Empty } from '../kit/empty.tsx'
import { faultOf, type Fault } from '../kit/fault.ts'
import { Pager } from '../kit/pager.tsx'
import { AskedWrongly } from '../kit/problem.tsx'
import { Table } from '../kit/table.tsx'
import { timeText } from '../kit/time.tsx'
import { explainReason } from '../reasons/explain.ts'
import { page, type Answered } from '../respond.tsx'
import { pageUrl, withQuery } from '../urls.ts'
import { FIELDS, isNarrowed, queryOf, readAsked, type Asked } from './asked.ts'
import { Filter } from './filter.tsx'
import { actorText, auditUrl, searchEvents, type Event } from './read.ts'

export async function listEvents(c: PageContext): Promise<Response> {
  const asked = readAsked(c)
  const made = queryOf(asked)
  if ('fault' in made) return faultyPage(c, asked, made.fault)
  const found = await searchEvents(c, made.query, c.req.query('cursor'))
  if (!found.ok) return faultyPage(c, asked, faultOf(found, FIELDS))
  const { of = '', ...filter } = c.req.query()
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
      <p class="actions above">
        <a
          role="button"
          class="quiet"
          href={withQuery(auditUrl(c, 'export'), { ...filter, of, cursor: undefined })}
        >
          Download as CSV
        </a>
        <a role="button" class="quiet" href={auditUrl(c, 'chain', asked.nobody)}>
          Verify the chain
        </a>
      </p>
      <Found c={c} asked={asked} found={found.value} />
    </>,
  )
}

/** The form again with what was typed, and what is wrong with it. */
function faultyPage(c: PageContext, asked: Asked, fault: Fault): Answered {
  return page(
    c,
    { title: 'Audit', fault },
    <>
      <AskedWrongly fault={fault} labels={FIELDS} />
      <Filter c={c} asked={asked} fault={fault} />
    </>,
  )
}

function Found({ c, asked, found }: { c: PageContext; asked: Asked; found: Listed<Event> }) {
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
  return (
    <>
      <Rows c={c} asked={asked} items={items} />
      <Pager c={c} next={next_cursor} />
    </>
  )
}

interface RowsProps {
  c: PageContext
  asked: Asked
  items: readonly Event[]
}

function Rows({ c, asked, items }: RowsProps) {
  const columns = [
    ...['Time (UTC)', 'Call', 'By', 'Product', 'Decision'],
    { label: 'Status', number: true },
    'Address',
  ]
  return (
    <Table caption="Decisions, newest first" columns={columns}>
      {items.map((event) => (
        <tr>
          <th scope="row" class="short">
            <a href={auditUrl(c, event.id, asked.nobody)}>
              <time datetime={new Date(event.at).toISOString()}>{timeText(event.at)}</time>
            </a>
          </th>
          <td>
            <code class="id call">
              {event.method} {event.path}
            </code>
          </td>
          <td>
            <Caller c={c} event={event} />
          </td>
          <td>{event.product ?? 'none'}</td>
          <td>
            <Decision c={c} event={event} />
          </td>
          <td class="number">{event.status}</td>
          <td>
            <code class="id">{event.client_ip ?? 'unknown'}</code>
          </td>
        </tr>
      ))}
    </Table>
  )
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
