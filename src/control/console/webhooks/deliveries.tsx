// An endpoint's deliveries: what became of each, every attempt with its answer, and once more by hand.

import type { AnswerOf } from '../api.ts'
import type { PageContext } from '../context.ts'
import { Badge } from '../kit/badge.tsx'
import { Empty } from '../kit/empty.tsx'
import { Pager } from '../kit/pager.tsx'
import { Section } from '../kit/section.tsx'
import { Table, type Cells } from '../kit/table.tsx'
import { Tabs } from '../kit/tabs.tsx'
import { Time } from '../kit/time.tsx'
import { mayWrite } from '../session.ts'
import { withQuery } from '../urls.ts'
import { PostButton } from './post-button.tsx'
import { endpointUrl, type Endpoint } from './read.ts'

type Listed = AnswerOf<'listDeliveries'>
type Delivery = Listed['items'][number]
type Attempt = Delivery['log'][number]

const STATES: Readonly<Record<Delivery['state'], string>> = {
  pending: 'On their way',
  held: 'Held',
  delivered: 'Delivered',
  failed: 'Failed',
}

interface DeliveriesProps {
  c: PageContext
  endpoint: Endpoint
  listed: Listed
}

const COLUMNS = ['Event', 'State', 'Attempts', 'Next attempt']

export function Deliveries({ c, endpoint, listed: { items, next_cursor } }: DeliveriesProps) {
  const state = c.req.query('state') ?? ''
  const resends = endpoint.enabled && mayWrite(c.get('session'))
  const columns = resends ? [...COLUMNS, 'Once more'] : COLUMNS
  const rows = items.map((one) => rowOf(c, endpoint.id, one).slice(0, columns.length))
  return (
    <Section id="deliveries" title="Deliveries">
      <States page={endpointUrl(c, endpoint.id)} state={state} />
      {items.length > 0 ? (
        <Table caption="Deliveries, newest first" columns={columns} rows={rows} />
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
    </Section>
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

function rowOf(c: PageContext, endpoint: string, delivery: Delivery): Cells {
  const { id, type, event_id, state, created_at, next_attempt_at } = delivery
  const resend = endpointUrl(c, endpoint, 'deliveries', id, 'resend')
  return [
    <>
      <span id={id}>
        {type}, <Time ms={created_at} />
      </span>
      <br />
      <code class="id">{event_id}</code>
    </>,
    <Badge text={state} />,
    <Attempts delivery={delivery} />,
    <Time ms={next_attempt_at} otherwise={state === 'held' ? 'when enabled' : 'none'} />,
    <PostButton c={c} action={resend} label="Resend" describedBy={id} small />,
  ]
}

function Attempts({ delivery: { attempts, log } }: { delivery: Delivery }) {
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

const OUTCOMES: Readonly<Record<NonNullable<Attempt['outcome']>, string>> = {
  delivered: 'delivered',
  failed: 'failed',
  throttled: 'asked to wait',
  gone: 'asked for no more',
  interrupted: 'interrupted on our side',
}

/** What came of an attempt, such as `failed, answered 500`. */
function attemptText({ outcome, status, error }: Attempt): string {
  const came = outcome === null ? 'under way' : OUTCOMES[outcome]
  const detail = error ?? (status === null ? '' : `status ${status}`)
  return detail === '' ? came : `${came}, ${detail}`
}
