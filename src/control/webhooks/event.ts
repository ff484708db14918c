// What a webhook tells: the types of event, their payload (Standard Webhooks 1.0: type, timestamp,
// data). They are made by SQL from the key's own row (outbox.ts), which has never held its value:
// no event can hold a secret.

import type { Environment, Kind } from '../../catalog/define.ts'

/** The types that an endpoint can ask for. A test is sent to whichever endpoint is tested. */
export const KEY_EVENT_TYPES = [
  'system.apiKey.created',
  'system.apiKey.invalidated',
  'system.apiKey.exposed',
] as const

export type KeyEventType = (typeof KEY_EVENT_TYPES)[number]
export type EventType = KeyEventType | 'system.test'

/** Why a key is no longer valid: whichever came first. */
export type InvalidationCause = 'revoked' | 'expired' | 'rotated' | 'service_user_disabled'

export interface KeyEventData {
  readonly organization_id: string
  readonly key_id: string
  readonly kind: Kind
  readonly environment: Environment
  readonly name: string
  readonly products: readonly string[]
  readonly scopes: readonly string[]
  /** Of an invalidated key. */
  readonly cause?: InvalidationCause
}

export interface TestEventData {
  readonly organization_id: string
  readonly endpoint_id: string
}

/** The body of a delivery, as its receiver parses it. */
export type WebhookEvent =
  | {
      readonly type: KeyEventType
      /** ISO 8601: when it happened, whenever it arrives. */
      readonly timestamp: string
      readonly data: KeyEventData
    }
  | { readonly type: 'system.test'; readonly timestamp: string; readonly data: TestEventData }
