// The latest calls; a refused one leads to why.

import type { Event } from '../audit/read.ts'
import type { PageContext } from '../context.ts'
import { keyUrl } from '../keys/read.ts'
import { Badge } from '../kit/badge.tsx'
import { Section } from '../kit/section.tsx'
import { Table, type Cells } from '../kit/table.tsx'
import { Time } from '../kit/time.tsx'
import { pageUrl, withQuery } from '../urls.ts'

const COLUMNS = ['Call', 'When', 'Answer', 'From', 'Key']

export function Calls({ c, events }: { c: PageContext; events: readonly Event[] }) {
  const rows = events.map((event) => rowOf(c, event))
  return (
    <Section id="calls" title="Latest calls">
      <Table caption="Latest calls, newest first" columns={COLUMNS} rows={rows} />
      <p>
        <a href={pageUrl(c.get('organization').id, 'audit')}>All calls are in the audit</a>
      </p>
    </Section>
  )
}

function rowOf(c: PageContext, event: Event): Cells {
  const { id, at, method, path, decision, reason, status, client_ip, key_id } = event
  const why = withQuery(pageUrl(c.get('organization').id, 'explain'), { request: id })
  return [
    <code class="id">{`${method} ${path}`}</code>,
    <Time ms={at} />,
    <>
      {status} <Badge text={decision} />
      {reason === null ? null : (
        <>
          <br />
          <a href={why}>{reason}</a>
        </>
      )}
    </>,
    <code class="id">{client_ip ?? 'unknown'}</code>,
    key_id === null ? 'none' : <a href={keyUrl(c, key_id)}>{key_id}</a>,
  ]
}
