// An endpoint's deliveries: what became of each, every attempt with its answer, and once more by hand.

import type { AttemptView, DeliveryState, DeliveryView } from '../../webhooks/deliveries.ts'
import type { EndpointView } from '../../webhooks/endpoint-view.ts'
import type { Listed } from '../api.ts'
import type { PageContext } from '../context.ts'
import { Badge } from '../kit/badge.tsx'
import { Empty } from '../kit/empty.tsx'
import { Pager } from '../kit/pager.tsx'
import { Table } from '../kit/table.tsx'
import { Tabs } from '../kit/tabs.tsx'
import { Time } from '../kit/time.tsx'
import { mayWrite } from '../session.ts'
import { withQuery } from '../urls.ts'
import { PostButton } from './post-button.tsx'
import { endpointUrl } from './read.ts'

const STATES: Readonly<Record<DeliveryState, string>> = {
  pending: 'On their way',
  held: 'Held',
  delivered: 'Delivered',
  failed: 'Failed',
}

interface DeliveriesProps {
  c: PageContext
  endpoint: EndpointView
  listed: Listed<DeliveryView>
}

export function Deliveries({ c, endpoint, listed }: DeliveriesProps) {
  const { items, next_cursor } = listed
  const state = c.req.query('state') ?? ''
  return (
    <section aria-labelledby="deliveries">
      <h2 id="deliveries">Deliveries</h2>
      <States page={endpointUrl(c, endpoint.id)} state={state} />
      {items.length > 0 ? (
        <Rows c={c} endpoint={endpoint} items={items} />
      ) : (
        <Empty title={state === '' ? 'Nothing was sent yet.' : 'There are none of these.'}>
          <p>
            {state === '' && endpoint.enabled
              ? 'Send a test event to see the first delivery here.'
              : 'The newest are shown first, as soon as something happens.'}
          </p>
        </Empty>
      )}
      <Pager c={c} next={next_cursor} />
    </section>
  )
}

function States({ page, state }: { page: string; state: string }) {
  const tabs = Object.entries({ '': 'All', ...STATES }).map(([value, label]) => ({
    label,
    href: withQuery(page, { state: value }),
    here: value === state,
  }))
  return <Tabs label="State of deliveries" tabs={tabs} />
}

function Rows({
  c,
  endpoint,
  items,
}: Omit<DeliveriesProps, 'listed'> & { items: readonly DeliveryView[] }) {
  const resends = endpoint.enabled && mayWrite(c.get('session'))
  const columns = ['Event', 'State', 'Attempts', 'Next attempt']
  return (
    <Table
      caption="Deliveries, newest first"
      columns={resends ? [...columns, 'Once more'] : columns}
    >
      {items.map((delivery) => (
        <tr>
          <th scope="row">
            <span id={delivery.id}>
              {delivery.type}, <Time ms={delivery.created_at} />
            </span>
            <br />
            <code class="id">{delivery.event_id}</code>
          </th>
          <td>
            <Badge text={delivery.state} />
          </td>
          <td>
            <Attempts delivery={delivery} />
          </td>
          <td>
            <Time
              ms={delivery.next_attempt_at}
              otherwise={delivery.state === 'held' ? 'when enabled' : 'none'}
            />
          </td>
          {resends ? (
            <td>
              <PostButton
                c={c}
                action={endpointUrl(c, endpoint.id, 'deliveries', delivery.id, 'resend')}
                label="Resend"
                describedBy={delivery.id}
                small
              />
            </td>
          ) : null}
        </tr>
      ))}
    </Table>
  )
}

function Attempts({ delivery: { attempts, log } }: { delivery: DeliveryView }) {
  const [latest] = log
  if (!latest) return <>not tried yet</>
  return (
    <details>
      <summary>
        {attempts === 1 ? 'One attempt' : `${attempts} attempts`}: {attemptText(latest)}
      </summary>
      <ol class="entries" aria-label="Attempts, newest first">
        {log.map((attempt) => (
          <li>
            Attempt {attempt.number}, <Time ms={attempt.started_at} />: {attemptText(attempt)}
            {attempt.duration_ms === null ? null : `, after ${attempt.duration_ms} ms`}
            {attempt.answer === null || attempt.answer === '' ? null : (
              <pre tabindex={0} role="group" aria-label={`Answer to attempt ${attempt.number}`}>
                <code>{attempt.answer}</code>
              </pre>
            )}
          </li>
        ))}
      </ol>
    </details>
  )
}

const OUTCOMES: Readonly<Record<NonNullable<AttemptView['outcome']>, string>> = {
  delivered: 'delivered',
  failed: 'failed',
  throttled: 'asked to wait',
  gone: 'asked for no more',
  interrupted: 'interrupted on our side',
}

/** What came of an attempt, such as `failed, answered 500`. */
function attemptText({ outcome, status, error }: AttemptView): string {
  const came = outcome === null ? 'under way' : OUTCOMES[outcome]
  const detail = error ?? (status === null ? '' : `status ${status}`)
  return detail === '' ? came : `${came}, ${detail}`
}
