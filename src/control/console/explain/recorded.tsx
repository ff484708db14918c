// A call on record: what was decided then, and whether it would be decided so now.

import type { Event } from '../audit/read.ts'
import type { PageContext } from '../context.ts'
import { keyUrl } from '../keys/read.ts'
import { Badge } from '../kit/badge.tsx'
import { Facts, type Fact } from '../kit/facts.tsx'
import { Notice } from '../kit/section.tsx'
import { Time } from '../kit/time.tsx'
import { Why, type Explanation } from './trace.tsx'

interface RecordedProps {
  c: PageContext
  event: Event
  found: Explanation | undefined
}

export function Recorded({ c, event, found }: RecordedProps) {
  const { at, method, path, decision, reason, status, key_id, client_ip } = event
  const call = <code class="id">{`${method} ${path}`}</code>
  const nobody = 'none that was recognised: it is on no organization’s account'
  const rows: readonly Fact[] = [
    ['Call', [call, ' ', <Badge text={decision} />]],
    ['When', <Time ms={at} />],
    ['From', <code class="id">{client_ip ?? 'unknown'}</code>],
    ['Key', key_id === null ? nobody : <a href={keyUrl(c, key_id)}>{key_id}</a>],
  ]
  return (
    <section class={`notice ${reason === null ? 'good' : 'bad'}`} aria-labelledby="recorded">
      <h2 id="recorded">
        {decision === 'refused'
          ? `It was refused: ${status} ${reason ?? ''}`
          : reason === null
            ? `It was forwarded, and answered with ${status}`
            : `It was forwarded, and the upstream gave no answer: ${status} ${reason}`}
      </h2>
      {/* Where it would be decided the same way now, the step below says it. */}
      {reason === null || isSame(event, found) ? null : (
        <Why c={c} reason={reason} subject={{ key: key_id, serviceUser: event.service_user_id }} />
      )}
      <Facts rows={rows} />
      <p>{now(event, found)}</p>
    </section>
  )
}

function isSame(
  { decision, reason }: Pick<Event, 'decision' | 'reason'>,
  found: Explanation | undefined,
): boolean {
  return found?.verdict === decision && found.reason === reason
}

/** The accounts keep neither origin nor department, so the answer may differ for their sake. */
function now({ decision, reason }: Event, found: Explanation | undefined): string {
  if (!found) return 'What it would be now cannot be told: its key is not known here any more.'
  if (isSame({ decision, reason }, found)) {
    return 'Sent again now, it would be decided the same way, step by step:'
  }
  const unknown = 'Its origin and department are not on record; fill them in below if it had any.'
  return found.verdict === 'forwarded'
    ? `Sent again now, it would pass: something was changed since, or time has passed. ${unknown}`
    : `Sent again now, it would be refused for another reason. ${unknown}`
}

export function NotFound({ c }: { c: PageContext }) {
  const operator = c.get('session').actor.type === 'operator'
  return (
    <Notice tone="warn" role="status">
      <strong>No call with this id is on record here.</strong> A call is on record within seconds:
      try again if it was made just now.{' '}
      {operator
        ? 'It may belong to another organization. Of calls whose key was not recognised a sample is on record, 60 a minute from each network; the others are only counted by their reason.'
        : 'A call whose key was not recognised belongs to no organization; an operator can find it.'}
    </Notice>
  )
}
