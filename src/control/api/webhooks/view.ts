// Rows of endpoints and deliveries as the API answers with them.

import type { z } from '@hono/zod-openapi'

import type { Delivery, Endpoint } from './schemas.ts'

export type EndpointView = z.infer<typeof Endpoint>
export type DeliveryView = z.infer<typeof Delivery>

type Row = Readonly<Record<string, unknown>>

/** Of a row with ENDPOINT_COLUMNS. */
export function endpointFromRow(row: Row): EndpointView {
  const { events, disabled_at, disabled_reason, verified, ...rest } = row
  const disabled = typeof disabled_at === 'number'
  const unnamed = verified === 1 ? 'owner' : 'unverified'
  return {
    ...(rest as unknown as EndpointView),
    events: JSON.parse(String(events)) as EndpointView['events'],
    enabled: !disabled,
    disabled_at: disabled ? disabled_at : null,
    // Raw SQL may leave it out.
    disabled_reason: disabled
      ? ((disabled_reason ?? unnamed) as EndpointView['disabled_reason'])
      : null,
    verified: verified === 1,
  }
}

/** Of a row of `listDeliveries`: its last attempts, newest first. */
export function deliveryFromRow(row: Row): DeliveryView {
  const log = JSON.parse(String(row['log'])) as DeliveryView['log']
  return { ...(row as unknown as DeliveryView), log: log.toSorted((a, b) => b.number - a.number) }
}
