// What needs attention, each with the page that would mend it.

import type { Child } from 'hono/jsx'

import type { PageContext } from '../context.ts'
import { keyUrl } from '../keys/read.ts'
import { Section } from '../kit/section.tsx'
import { Time } from '../kit/time.tsx'
import { explainReason } from '../reasons/explain.ts'
import { pageUrl, withQuery } from '../urls.ts'
import type { Endpoint as WebhookEndpoint } from '../webhooks/read.ts'
import { EXPIRES_SOON_DAYS, SHOWN_MAX, type Attention, type Refusals } from './read.ts'

export function AttentionList({ c, attention }: { c: PageContext; attention: Attention }) {
  const { refusals, expiring, moreExpiring, endpoints } = attention
  const items: Child[] = [
    ...(c.get('organization').state === 'suspended'
      ? [
          <li>
            <strong>The organization is suspended.</strong> None of its keys pass. An operator can
            lift that.
          </li>,
        ]
      : []),
    ...refusals.map((one) => <Refused c={c} refusals={one} />),
    ...expiring.slice(0, SHOWN_MAX).map((key) => (
      <li>
        <strong>{key.name}</strong> expires <Time ms={key.expires_at} />, and nothing replaces it
        yet. <a href={keyUrl(c, key.id)}>Open the key</a>
      </li>
    )),
    ...endpoints.slice(0, SHOWN_MAX).map((endpoint) => <Endpoint c={c} endpoint={endpoint} />),
  ]
  const left = [
    ...more(
      expiring.length,
      `keys ${moreExpiring ? 'and more ' : ''}expire within ${EXPIRES_SOON_DAYS} days`,
    ),
    ...more(endpoints.length, 'webhook endpoints fail'),
  ]
  return (
    <Section id="attention" title="What needs attention">
      {items.length === 0 ? (
        <p>
          Nothing: no refusal since yesterday, no key that expires within {EXPIRES_SOON_DAYS} days,
          no webhook endpoint that fails.
        </p>
      ) : (
        <ul class="attention">{items}</ul>
      )}
      {left.length === 0 ? null : <p>{left.join(' ')}</p>}
    </Section>
  )
}

function more(count: number, what: string): string[] {
  return count > SHOWN_MAX ? [`${count} ${what}; the first ${SHOWN_MAX} are shown.`] : []
}

function Refused({ c, refusals }: { c: PageContext; refusals: Refusals }) {
  const { reason, count, onlyKey, latest } = refusals
  const { id } = c.get('organization')
  const subject = {
    key: latest?.key_id ?? onlyKey,
    serviceUser: latest?.service_user_id ?? null,
  }
  const why = latest
    ? withQuery(pageUrl(id, 'explain'), { request: latest.id })
    : withQuery(pageUrl(id, 'audit'), { decision: 'refused', reason })
  const { words, mend } = explainReason(id, reason, subject)
  return (
    <li>
      <strong>{count === 1 ? 'One call was refused' : `${count} calls were refused`}</strong> since
      yesterday: <code class="id">{reason}</code>. {words}{' '}
      <a href={why} aria-label={`See why: ${reason}`}>
        See why
      </a>
      {mend ? (
        <>
          {' · '}
          <a href={mend.href} aria-label={`${mend.label}: ${reason}`}>
            {mend.label}
          </a>
        </>
      ) : null}
    </li>
  )
}

const DISABLED = {
  unverified: 'has yet to answer a challenge',
  gone: 'was disabled because it answered 410 Gone',
  failing: 'was disabled because nothing could be delivered for days',
  owner: 'could not be delivered to before it was disabled',
} as const

function Endpoint({ c, endpoint }: { c: PageContext; endpoint: WebhookEndpoint }) {
  const { id, url, disabled_reason, failing_since } = endpoint
  return (
    <li>
      The webhook endpoint <strong>{url}</strong>{' '}
      {disabled_reason === null ? (
        <>
          has taken nothing since <Time ms={failing_since} />
        </>
      ) : (
        DISABLED[disabled_reason]
      )}
      .{' '}
      <a
        href={pageUrl(c.get('organization').id, 'webhooks', id)}
        aria-label={`Open the endpoint ${url}`}
      >
        Open the endpoint
      </a>
    </li>
  )
}
