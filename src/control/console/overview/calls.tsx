// The latest calls; a refused one leads to why.

import type { Event } from '../audit/read.ts'
import type { PageContext } from '../context.ts'
import { keyUrl } from '../keys/read.ts'
import { Badge } from '../kit/badge.tsx'
import { Table } from '../kit/table.tsx'
import { Time } from '../kit/time.tsx'
import { pageUrl, withQuery } from '../urls.ts'

export function Calls({ c, events }: { c: PageContext; events: readonly Event[] }) {
  const audit = pageUrl(c.get('organization').id, 'audit')
  return (
    <section aria-labelledby="calls">
      <h2 id="calls">Latest calls</h2>
      <Table
        caption="Latest calls, newest first"
        columns={['Call', 'When', 'Answer', 'From', 'Key']}
      >
        {events.map((event) => (
          <Row c={c} event={event} />
        ))}
      </Table>
      <p>
        <a href={audit}>All calls are in the audit</a>
      </p>
    </section>
  )
}

function Row({ c, event }: { c: PageContext; event: Event }) {
  const { id, at, method, path, decision, reason, status, client_ip, key_id } = event
  const why = withQuery(pageUrl(c.get('organization').id, 'explain'), { request: id })
  return (
    <tr>
      <th scope="row">
        <code class="id">{`${method} ${path}`}</code>
      </th>
      <td>
        <Time ms={at} />
      </td>
      <td>
        {status} <Badge text={decision} />
        {reason === null ? null : (
          <>
            <br />
            <a href={why}>{reason}</a>
          </>
        )}
      </td>
      <td>
        <code class="id">{client_ip ?? 'unknown'}</code>
      </td>
      <td>{key_id === null ? 'none' : <a href={keyUrl(c, key_id)}>{key_id}</a>}</td>
    </tr>
  )
}
