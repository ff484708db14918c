// A world whose webhooks arrive at a real HTTP server, which verifies them by `standardwebhooks`.

import type { KeyEventData } from '../../../src/control/webhooks/event.ts'
import { startReceiver, type Received, type Receiver } from '../../control/webhooks/receiver.ts'
import type { Call } from './call.ts'
import { startWorld, until, type World } from './world.ts'

export interface EndpointBody {
  readonly id: string
  readonly url: string
  readonly description: string
  readonly events: readonly string[]
  readonly enabled: boolean
  readonly disabled_reason: string | null
  readonly previous_secret_expires_at: number | null
  readonly verified: boolean
  readonly secret: string
}

export interface DeliveryBody {
  readonly id: string
  readonly event_id: string
  readonly type: string
  readonly state: string
  readonly attempts: number
  readonly log: readonly {
    number: number
    outcome: string
    status: number | null
    error: string | null
  }[]
}

export interface Event {
  readonly type: string
  readonly timestamp: string
  readonly data: KeyEventData
}

export interface WebhookWorld extends World {
  readonly receiver: Receiver
  /** Makes an endpoint of its own path, whose secret the receiver knows, and verifies it. */
  listen(path: string, fields?: object, call?: Call): Promise<EndpointBody>
  /** Waits for so many requests at a path, and gives them all. */
  arrived(path: string, count: number): Promise<Received[]>
  stop(): Promise<void>
}

export async function startWebhookWorld(): Promise<WebhookWorld> {
  const world = await startWorld()
  const receiver = await startReceiver(() => Date.now())
  const at = (path: string): Received[] => receiver.received.filter((one) => one.path === path)
  return {
    ...world,
    receiver,
    async listen(path, fields = {}, call = world.mine) {
      const body = { url: receiver.url + path, ...fields }
      const made = await call<EndpointBody>('POST /webhooks', body)
      if (made.status !== 201) throw new Error(made.text)
      receiver.secrets.set(path, made.body.secret)
      const verified = await call<EndpointBody>(`POST /webhooks/${made.body.id}/verify`)
      if (verified.status !== 200) throw new Error(verified.text)
      return { ...made.body, ...verified.body }
    },
    async arrived(path, count) {
      await until(async () => at(path).length >= count)
      return at(path)
    },
    async stop() {
      await world.edge.stop()
      await receiver.stop()
    },
  }
}

export const eventOf = ({ body }: Received): Event => JSON.parse(body) as Event
