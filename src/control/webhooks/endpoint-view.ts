// Rows of webhook_endpoints as the management API answers them.

import type { KeyEventType } from './event.ts'

/** An endpoint in answers; times in Unix ms. */
export interface EndpointView {
  readonly id: string
  readonly organization_id: string
  readonly url: string
  readonly description: string
  readonly events: readonly KeyEventType[]
  readonly enabled: boolean
  readonly disabled_at: number | null
  /** Yet to be verified, by its owner, because it answered 410, or because it failed for five days. */
  readonly disabled_reason: 'unverified' | 'owner' | 'gone' | 'failing' | null
  /** Whether it has answered a challenge since its URL was set; until then it cannot be enabled. */
  readonly verified: boolean
  /** Since when nothing could be delivered; null while it works. */
  readonly failing_since: number | null
  /** Until when the secret before the last rotation signs as well. */
  readonly previous_secret_expires_at: number | null
  readonly created_at: number
}

/** The columns of `EndpointView`; the sealed secrets stay in the database. */
export const ENDPOINT_COLUMNS = `id, organization_id, url, description, events, disabled_at, disabled_reason,
  failing_since, previous_secret_expires_at, created_at,
  NOT EXISTS (SELECT 1 FROM webhook_unverified u WHERE u.endpoint_id = webhook_endpoints.id) AS verified`

/** A row with ENDPOINT_COLUMNS, as the API answers it. */
export function endpointFromRow(row: Readonly<Record<string, unknown>>): EndpointView {
  const { events, disabled_at, disabled_reason, verified, ...rest } = row
  const disabled = typeof disabled_at === 'number'
  const unnamed = verified === 1 ? 'owner' : 'unverified'
  return {
    ...(rest as unknown as EndpointView),
    events: JSON.parse(String(events)) as KeyEventType[],
    enabled: !disabled,
    disabled_at: disabled ? disabled_at : null,
    // Raw SQL may leave it out.
    disabled_reason: disabled
      ? ((disabled_reason ?? unnamed) as EndpointView['disabled_reason'])
      : null,
    verified: verified === 1,
  }
}
