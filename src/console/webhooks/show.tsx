// An endpoint's page: where it sends and how that goes, what can be done, and its deliveries.

import type { EndpointView } from '../../webhooks/endpoint-view.ts'
import type { PageContext } from '../context.ts'
import { Facts } from '../kit/facts.tsx'
import type { Fact } from '../kit/facts.tsx'
import { Time } from '../kit/time.tsx'
import { page, refused } from '../respond.tsx'
import { mayWrite } from '../session.ts'
import { Deliveries } from './deliveries.tsx'
import { PostButton } from './post-button.tsx'
import { backToEndpoints, endpointUrl, hostOf, readDeliveries, readEndpoint } from './read.ts'
import { DISABLED, EndpointState } from './state.tsx'

export async function showEndpoint(c: PageContext): Promise<Response> {
  const found = await readEndpoint(c)
  if (!found.ok) return refused(c, found)
  const endpoint = found.value
  const deliveries = await readDeliveries(c, endpoint.id)
  if (!deliveries.ok) return refused(c, deliveries)
  return page(
    c,
    { title: `Endpoint ${hostOf(endpoint.url)}`, back: backToEndpoints(c) },
    <>
      <Trouble found={endpoint} />
      {mayWrite(c.get('session')) ? <Actions c={c} found={endpoint} /> : null}
      <Facts rows={factsOf(endpoint)} />
      <Deliveries c={c} endpoint={endpoint} listed={deliveries.value} />
    </>,
  )
}

/** What keeps deliveries from arriving, where something does. */
function Trouble({ found }: { found: EndpointView }) {
  const { enabled, disabled_reason: reason, disabled_at: at, failing_since: since } = found
  if (!enabled) {
    return (
      <div class="notice warn">
        <p>
          Disabled since <Time ms={at} />. {DISABLED[reason ?? 'owner']} What was on its way is
          held, and goes out when the endpoint is enabled again. What happens meanwhile is never
          sent.
        </p>
      </div>
    )
  }
  if (since === null) return null
  return (
    <div class="notice warn">
      <p>
        Nothing could be delivered since <Time ms={since} />. After five days the endpoint is
        disabled. The attempts below tell what your server answered.
      </p>
    </div>
  )
}

function Actions({ c, found: { id, enabled } }: { c: PageContext; found: EndpointView }) {
  return (
    <div class="actions above">
      {enabled ? (
        <PostButton c={c} action={endpointUrl(c, id, 'test')} label="Send a test event" />
      ) : (
        <PostButton c={c} action={endpointUrl(c, id, 'enable')} label="Enable" />
      )}
      <a role="button" class="quiet" href={endpointUrl(c, id, 'edit')}>
        Edit
      </a>
      <a role="button" class="quiet" href={endpointUrl(c, id, 'rotate')}>
        Rotate the secret
      </a>
      {enabled ? (
        <a role="button" class="quiet" href={endpointUrl(c, id, 'disable')}>
          Disable
        </a>
      ) : null}
      <a role="button" class="danger" href={endpointUrl(c, id, 'delete')}>
        Delete
      </a>
    </div>
  )
}

function factsOf(found: EndpointView): readonly (Fact | false)[] {
  return [
    ['State', <EndpointState found={found} />],
    ['Address', <code class="id">{found.url}</code>],
    found.description !== '' && ['Description', found.description],
    ['Events', found.events.join(', ')],
    ['Id', <code class="id">{found.id}</code>],
    ['Added', <Time ms={found.created_at} />],
    found.previous_secret_expires_at !== null && [
      'Old secret signs until',
      <Time ms={found.previous_secret_expires_at} />,
    ],
  ]
}
