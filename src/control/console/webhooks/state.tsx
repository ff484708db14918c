// Whether an endpoint gets its deliveries.

import { Badge } from '../kit/badge.tsx'
import type { Endpoint } from './read.ts'

/** Why an endpoint is disabled. */
export const DISABLED: Readonly<Record<NonNullable<Endpoint['disabled_reason']>, string>> = {
  unverified: 'It has yet to answer a challenge at this address.',
  owner: 'Somebody disabled it.',
  gone: 'Your server answered 410 Gone, which asks for no more deliveries, ever.',
  failing: 'Nothing could be delivered for five days.',
}

export function EndpointState({ found }: { found: Endpoint }) {
  if (found.disabled_reason === 'unverified') return <Badge text="unverified" tone="warn" />
  if (!found.enabled) return <Badge text="disabled" />
  return found.failing_since === null ? (
    <Badge text="active" />
  ) : (
    <Badge text="failing" tone="warn" />
  )
}
