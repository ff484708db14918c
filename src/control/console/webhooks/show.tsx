// An endpoint's page: where it sends and how that goes, what can be done, and its deliveries.

import type { EndpointView } from '../../webhooks/endpoint-view.ts'
import type { PageContext } from '../context.ts'
import { Facts, type Fact } from '../kit/facts.tsx'
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
  const {
    enabled,
    verified,
    disabled_reason: reason,
    disabled_at: at,
    failing_since: since,
  } = found
  if (!enabled && !verified) {
    return (
      <div class="notice warn">
        <p>
          {reason === 'unverified' ? null : (
            <>
              Disabled since <Time ms={at} />. {DISABLED[reason ?? 'owner']}{' '}
            </>
          )}
          Nothing is sent to it until it is verified: <strong>Verify</strong> sends the event{' '}
          <code>system.challenge</code>, and your server answers it within 15 seconds with status
          200 and this, computed with the endpoint’s secret:
        </p>
        <p>
          <code>{'{"challenge_response": base64(HMAC-SHA256(secret, data.challenge))}'}</code>
        </p>
        <p>
          The documentation of the API has a receiver that does. What was on its way is held, and
          goes out then. What happens meanwhile is never sent.
        </p>
      </div>
    )
  }
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

/** What an endpoint needs next. */
function nextStep({ enabled, verified }: EndpointView) {
  if (enabled) return { part: 'test', label: 'Send a test event' }
  return verified ? { part: 'enable', label: 'Enable' } : { part: 'verify', label: 'Verify' }
}

function Actions({ c, found }: { c: PageContext; found: EndpointView }) {
  const { id, enabled } = found
  const { part, label } = nextStep(found)
  return (
    <div class="actions above">
      <PostButton c={c} action={endpointUrl(c, id, part)} label={label} />
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
