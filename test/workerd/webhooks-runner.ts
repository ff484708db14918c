// A Worker that delivers webhooks over real sockets, for test/control/webhooks/receiver.test.ts: told by
// each request what to do and what time it is.

import { deliver, deliverDue, type Delivered } from '../../src/control/webhooks/deliver.ts'
import { deliveryIdsOf, enqueueStatements } from '../../src/control/webhooks/outbox.ts'
import { makeWorld, type World } from './webhooks-world.ts'

export type Call = { readonly now: number } & (
  | { readonly do: 'organization' }
  | { readonly do: 'endpoint'; readonly organization: string; readonly url: string }
  | { readonly do: 'rotate'; readonly organization: string; readonly endpoint: string }
  | { readonly do: 'happen'; readonly organization: string; readonly times: number }
  | {
      readonly do: 'deliver'
      /** Whatever is due, where it names none. */
      readonly ids?: readonly string[]
      readonly timeoutMs?: number
      readonly loopback?: boolean
    }
)

export interface Answers {
  readonly organization: string
  readonly endpoint: { readonly id: string; readonly secret: string }
  readonly rotate: string
  readonly happen: string[]
  readonly deliver: Delivered
}

export default {
  async fetch(request: Request, env: { readonly DB: D1Database }): Promise<Response> {
    const call = await request.json<Call>()
    const world = await makeWorld(env.DB)
    world.now = call.now
    return Response.json(await answer(world, call))
  },
}

async function answer(world: World, call: Call): Promise<Answers[Call['do']]> {
  switch (call.do) {
    case 'organization':
      return await world.organization()
    case 'endpoint':
      return await world.endpoint(call.organization, { url: call.url })
    case 'rotate':
      return await world.rotate(call.organization, call.endpoint, 3600)
    case 'happen': {
      const ids: string[] = []
      for (let i = 0; i < call.times; i++) {
        const keyId = await world.key(call.organization)
        const statements = enqueueStatements({ change: 'created', keyId }, call.now)
        ids.push(...deliveryIdsOf(await world.run(...statements)))
      }
      return ids
    }
    case 'deliver': {
      const startedAt = Date.now()
      const deps = {
        ...world.deps,
        random: Math.random,
        // The time given, and what really passes on top of it.
        now: () => call.now + (Date.now() - startedAt),
        fetch: (url: string, init: RequestInit) => fetch(url, init),
        destinations: { allowLoopbackHttp: call.loopback ?? true },
        timeoutMs: call.timeoutMs ?? 2_000,
      }
      return await (call.ids ? deliver(deps, call.ids) : deliverDue(deps))
    }
  }
}
