// An endpoint's page: where it sends and how that goes, what can be done, and its deliveries.

import { call } from '../api.ts'
import type { PageContext } from '../context.ts'
import { Facts, type Fact } from '../kit/facts.tsx'
import { Buttons } from '../kit/link.tsx'
import { Notice } from '../kit/section.tsx'
import { Time } from '../kit/time.tsx'
import { page, refused } from '../respond.tsx'
import { mayWrite } from '../session.ts'
import { Deliveries } from './deliveries.tsx'
import { PostButton } from './post-button.tsx'
import { backToEndpoints, endpointUrl, hostOf, readEndpoint, type Endpoint } from './read.ts'
import { DISABLED, EndpointState } from './state.tsx'

const DELIVERIES_SHOWN = 25

export async function showEndpoint(c: PageContext): Promise<Response> {
  const found = await readEndpoint(c)
  if (!found.ok) return refused(c, found)
  const endpoint = found.value
  const { state, cursor } = c.req.query()
  const query = { state, cursor, limit: DELIVERIES_SHOWN }
  const deliveries = await call(c, 'listDeliveries', { params: { id: endpoint.id }, query })
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
function Trouble({ found }: { found: Endpoint }) {
  const { enabled, verified, disabled_reason: reason, failing_since: since } = found
  const disabled = (
    <>
      Disabled since <Time ms={found.disabled_at} />. {DISABLED[reason ?? 'owner']}{' '}
    </>
  )
  if (!enabled && !verified) {
    return (
      <div class="notice warn">
        <p>
          {reason === 'unverified' ? null : disabled}
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
      <Notice tone="warn">
        {disabled}What was on its way is held, and goes out when the endpoint is enabled again. What
        happens meanwhile is never sent.
      </Notice>
    )
  }
  if (since === null) return null
  return (
    <Notice tone="warn">
      Nothing could be delivered since <Time ms={since} />. After five days the endpoint is
      disabled. The attempts below tell what your server answered.
    </Notice>
  )
}

/** What an endpoint needs next. */
function nextStep({ enabled, verified }: Endpoint) {
  if (enabled) return { part: 'test', label: 'Send a test event' }
  return verified ? { part: 'enable', label: 'Enable' } : { part: 'verify', label: 'Verify' }
}

function Actions({ c, found }: { c: PageContext; found: Endpoint }) {
  const { id, enabled } = found
  const { part, label } = nextStep(found)
  return (
    <div class="actions above">
      <PostButton c={c} action={endpointUrl(c, id, part)} label={label} />
      <Buttons
        links={[
          ['Edit', endpointUrl(c, id, 'edit'), 'quiet'],
          ['Rotate the secret', endpointUrl(c, id, 'rotate'), 'quiet'],
          enabled && ['Disable', endpointUrl(c, id, 'disable'), 'quiet'],
          ['Delete', endpointUrl(c, id, 'delete'), 'danger'],
        ]}
      />
    </div>
  )
}

function factsOf(found: Endpoint): readonly (Fact | false)[] {
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
