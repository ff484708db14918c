// One decision: all that is on record of it, why it was so in words, and where that is mended.

import type { Child } from 'hono/jsx'

import type { PageContext } from '../context.ts'
import { Badge } from '../kit/badge.tsx'
import { Facts, type Fact } from '../kit/facts.tsx'
import { Section } from '../kit/section.tsx'
import { Time } from '../kit/time.tsx'
import { explainReason } from '../reasons/explain.ts'
import { errorPage, page, refused } from '../respond.tsx'
import { pageUrl, withQuery } from '../urls.ts'
import { ofNobody, readSearch } from './search.ts'
import { actorText, auditUrl, searchEvents, type Event } from './read.ts'

export async function showEvent(c: PageContext): Promise<Response> {
  const { nobody } = readSearch(c)
  const id = c.req.param('id') ?? ''
  const found = await searchEvents(c, { request_id: id, limit: 1, ...ofNobody(nobody) })
  if (!found.ok && found.status !== 400) return refused(c, found)
  // An id that is none is not there, whatever its form.
  const event = found.ok ? found.value.items[0] : undefined
  if (!event) return errorPage(c, 404, 'There is no decision with this request id on record here.')
  const back = { href: auditUrl(c, '', nobody), label: 'Audit' }
  return page(
    c,
    { title: `${event.method} ${shortened(event.path)}`, back },
    <>
      <Why c={c} event={event} />
      <OnRecord c={c} event={event} />
    </>,
  )
}

const PATH_MAX = 80

function shortened(path: string): string {
  return path.length > PATH_MAX ? `${path.slice(0, PATH_MAX - 1).toWellFormed()}…` : path
}

function Why({ c, event }: { c: PageContext; event: Event }) {
  const { id } = c.get('organization')
  const { decision, reason, status } = event
  if (reason === null) {
    return (
      <div class="notice good">
        <p>
          The call was in order and was {event.product === 'edge' ? 'done here' : 'forwarded'}
          {event.actor === null ? '' : ` by ${actorText(event.actor)}`}. The answer was {status}.
        </p>
        {event.actor === null ? <Steps organization={id} event={event} /> : null}
      </div>
    )
  }
  const { words, mend } = explainReason(id, reason, {
    key: event.key_id,
    serviceUser: event.service_user_id,
  })
  return (
    <section class={`notice ${decision === 'refused' ? 'bad' : 'warn'}`} aria-labelledby="why">
      <h2 id="why">Why</h2>
      <p>
        {words} <code class="id">({reason})</code>
      </p>
      <p class="actions">
        {mend ? <a href={mend.href}>{mend.label}</a> : null}
        {event.actor === null ? <Steps organization={id} event={event} /> : null}
      </p>
    </section>
  )
}

/** The trace, on the page that explains. */
function Steps({ organization, event }: { organization: string; event: Event }) {
  const href = withQuery(pageUrl(organization, 'explain'), { request: event.id })
  return <a href={href}>Go through it step by step</a>
}

function OnRecord({ c, event }: { c: PageContext; event: Event }) {
  const { id } = c.get('organization')
  const link = (section: string, one: string | null): Child =>
    one === null ? (
      'none'
    ) : (
      <a href={pageUrl(id, section, one)}>
        <code class="id">{one}</code>
      </a>
    )
  const rows: readonly Fact[] = [
    ['Time', <Time ms={event.at} />],
    ['Decision', <Badge text={event.decision} />],
    ['Status', event.status],
    ['Reason', event.reason ?? 'none'],
    ['Method', event.method],
    ['Path', <code class="id">{event.path}</code>],
    ['Product', event.product ?? 'none'],
    ['Route', event.route === null ? 'none' : <code class="id">{event.route}</code>],
    ['Key', link('keys', event.key_id)],
    ['Kind', event.kind ?? 'none'],
    ['Environment', event.environment ?? 'none'],
    ['Person', event.actor === null ? 'none' : <ByPerson c={c} actor={event.actor} />],
    ['Service user', link('service-users', event.service_user_id)],
    ['Source system', event.source_system ?? 'none'],
    ['Address of the caller', <code class="id">{event.client_ip ?? 'unknown'}</code>],
    [
      'Upstream answered after',
      event.upstream_ms === null ? 'not asked' : `${event.upstream_ms} ms`,
    ],
    ['Credits', event.credits ?? 0],
    ['Request id', <code class="id">{event.id}</code>],
    ['Place in the chain', event.sequence],
    ['Hash', <code class="id">{event.hash}</code>],
  ]
  return (
    <Section id="record" title="On record">
      <Facts rows={rows} />
    </Section>
  )
}

/** A link to what else they did. */
function ByPerson({ c, actor }: { c: PageContext; actor: string }) {
  return <a href={withQuery(auditUrl(c), { actor })}>{actorText(actor)}</a>
}
