// The webhook endpoints of an organization.

import { call } from '../api.ts'
import type { PageContext } from '../context.ts'
import { Actions } from '../kit/link.tsx'
import { Listing } from '../kit/listing.tsx'
import { Table, type Cells } from '../kit/table.tsx'
import { Time } from '../kit/time.tsx'
import { page, refused } from '../respond.tsx'
import { mayWrite } from '../session.ts'
import { endpointUrl, type Endpoint } from './read.ts'
import { EndpointState } from './state.tsx'

const COLUMNS = ['Address', 'Events', 'State', 'Added']

export async function listEndpoints(c: PageContext): Promise<Response> {
  const found = await call(c, 'listEndpoints', { query: { cursor: c.req.query('cursor') } })
  if (!found.ok) return refused(c, found)
  const write = mayWrite(c.get('session'))
  const first = write
    ? 'Add the address of your server, give it the secret that is shown, and verify it.'
    : 'An administrator of the organization can add the first one.'
  const rows = found.value.items.map((endpoint) => rowOf(c, endpoint))
  return page(
    c,
    { title: 'Webhooks' },
    <>
      <p>
        A webhook tells your own server when a key is created, ends, or was seen in a browser. Each
        is signed, and tried again for three days until it arrives.
      </p>
      {write ? <Actions links={[['Add an endpoint', endpointUrl(c, 'new')]]} /> : null}
      <Listing c={c} noun="endpoint" listed={found.value} first={first}>
        <Table caption="Endpoints, newest first" columns={COLUMNS} rows={rows} />
      </Listing>
    </>,
  )
}

function rowOf(c: PageContext, endpoint: Endpoint): Cells {
  const { id, url, description, events, created_at } = endpoint
  return [
    <>
      <a href={endpointUrl(c, id)}>{url}</a>
      {description === '' ? null : (
        <>
          <br />
          <small>{description}</small>
        </>
      )}
    </>,
    events.map((event) => event.replace('system.apiKey.', '')).join(', '),
    <EndpointState found={endpoint} />,
    <Time ms={created_at} />,
  ]
}
