// Webhook endpoints and deliveries as the API shows and takes them. Times are Unix milliseconds.

import { z } from '@hono/zod-openapi'

import { DELIVERY_STATES } from '../../webhooks/deliveries.ts'
import { KEY_EVENT_TYPES } from '../../webhooks/event.ts'
import { OUTCOMES } from '../../webhooks/schedule.ts'
import { OVERLAP_DEFAULT_SECONDS, OVERLAP_MAX_SECONDS } from '../../webhooks/endpoints.ts'
import { Id, Line, Time } from '../keys/schemas.ts'

const Events = z.array(z.enum(KEY_EVENT_TYPES)).min(1).max(KEY_EVENT_TYPES.length)

export const Endpoint = z
  .object({
    id: Id('whe'),
    organization_id: z.string(),
    url: z.string(),
    description: z.string(),
    events: z.array(z.enum(KEY_EVENT_TYPES)),
    enabled: z.boolean(),
    disabled_at: Time.nullable(),
    disabled_reason: z.enum(['unverified', 'owner', 'gone', 'failing']).nullable(),
    verified: z.boolean().openapi({
      description: 'It has answered a challenge since its URL was set; else it cannot be enabled',
    }),
    failing_since: Time.nullable(),
    previous_secret_expires_at: Time.nullable(),
    created_at: Time,
  })
  .openapi('WebhookEndpoint')

/** An endpoint at the one moment when its secret is known. */
export const EndpointWithSecret = Endpoint.extend({
  secret: z.string().openapi({ description: 'whsec_…, shown this once' }),
}).openapi('WebhookEndpointWithSecret')

/** As it is answered to who adds it. */
export const NewEndpoint = Endpoint.extend({
  secret: z.string().nullable().openapi({
    description: 'whsec_…, shown this once; null: the Idempotency-Key was used before',
  }),
}).openapi('NewWebhookEndpoint')

export const CreateEndpoint = z
  .strictObject({
    url: z.string().max(2048),
    description: Line.optional(),
    events: Events.optional(),
  })
  .openapi('CreateWebhookEndpoint')

export const UpdateEndpoint = z
  .strictObject({
    url: z.string().max(2048).optional(),
    description: Line.optional(),
    events: Events.optional(),
    enabled: z.boolean().optional(),
  })
  .refine((value) => Object.keys(value).length > 0, 'must change something')
  .openapi('UpdateWebhookEndpoint')

export const RotateSecret = z
  .strictObject({
    overlap_seconds: z.int().min(0).max(OVERLAP_MAX_SECONDS).default(OVERLAP_DEFAULT_SECONDS),
  })
  .openapi('RotateWebhookSecret')

const Attempt = z.object({
  number: z.int(),
  started_at: Time,
  outcome: z.enum([...OUTCOMES, 'interrupted']).nullable(),
  status: z.int().nullable(),
  duration_ms: z.int().nullable(),
  error: z.string().nullable(),
  answer: z.string().nullable(),
})

export const Delivery = z
  .object({
    id: Id('dlv'),
    event_id: z.string(),
    endpoint_id: z.string(),
    type: z.string(),
    state: z.enum(DELIVERY_STATES),
    attempts: z.int(),
    next_attempt_at: Time.nullable(),
    delivered_at: Time.nullable(),
    created_at: Time,
    log: z.array(Attempt),
  })
  .openapi('WebhookDelivery')
