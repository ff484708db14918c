// The webhook endpoints of an organization.

import type { EndpointView } from '../../webhooks/endpoint-view.ts'
import { call, type Listed } from '../api.ts'
import type { PageContext } from '../context.ts'
import { Empty } from '../kit/empty.tsx'
import { Pager } from '../kit/pager.tsx'
import { Table } from '../kit/table.tsx'
import { Time } from '../kit/time.tsx'
import { page, refused } from '../respond.tsx'
import { mayWrite } from '../session.ts'
import { endpointUrl } from './read.ts'
import { EndpointState } from './state.tsx'

export async function listEndpoints(c: PageContext): Promise<Response> {
  const query = { cursor: c.req.query('cursor') }
  const found = await call<Listed<EndpointView>>(c, 'listEndpoints', { query })
  if (!found.ok) return refused(c, found)
  const { items, next_cursor } = found.value
  const write = mayWrite(c.get('session'))
  return page(
    c,
    { title: 'Webhooks' },
    <>
      <p>
        A webhook tells your own server when a key is created, ends, or was seen in a browser. Each
        is signed, and tried again for three days until it arrives.
      </p>
      {write ? (
        <p class="actions">
          <a role="button" href={endpointUrl(c, 'new')}>
            Add an endpoint
          </a>
        </p>
      ) : null}
      {items.length > 0 ? (
        <Rows c={c} items={items} />
      ) : (
        <Empty title="There is no endpoint yet.">
          <p>
            {write
              ? 'Add the address of your server, give it the secret that is shown, and verify it.'
              : 'An administrator of the organization can add the first one.'}
          </p>
        </Empty>
      )}
      <Pager c={c} next={next_cursor} />
    </>,
  )
}

function Rows({ c, items }: { c: PageContext; items: readonly EndpointView[] }) {
  const columns = ['Address', 'Events', 'State', 'Added']
  return (
    <Table caption="Endpoints, newest first" columns={columns}>
      {items.map((endpoint) => (
        <tr>
          <th scope="row">
            <a href={endpointUrl(c, endpoint.id)}>{endpoint.url}</a>
            {endpoint.description === '' ? null : (
              <>
                <br />
                <small>{endpoint.description}</small>
              </>
            )}
          </th>
          <td>{endpoint.events.map((event) => event.replace('system.apiKey.', '')).join(', ')}</td>
          <td>
            <EndpointState found={endpoint} />
          </td>
          <td>
            <Time ms={endpoint.created_at} />
          </td>
        </tr>
      ))}
    </Table>
  )
}
