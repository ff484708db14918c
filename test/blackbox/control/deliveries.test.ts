// Deliveries of webhooks: signed by the secrets that are in force, listed with what was answered, sent
// again by hand, held while their endpoint is disabled.

import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { PageBody } from './call.ts'
import { until } from './world.ts'
import {
  eventOf,
  startWebhookWorld,
  type DeliveryBody,
  type EndpointBody,
  type WebhookWorld,
} from './webhook-world.ts'

const A_TIME: unknown = expect.any(Number)
const CREATED = 'system.apiKey.created'
const EXPOSED = 'system.apiKey.exposed'

let world: WebhookWorld
beforeAll(async () => {
  world = await startWebhookWorld()
})
afterAll(async () => {
  expect(world.receiver.complaints).toEqual([])
  await world.stop()
})

const deliveries = async (id: string, query = ''): Promise<readonly DeliveryBody[]> =>
  (await world.mine<PageBody<DeliveryBody>>(`GET /webhooks/${id}/deliveries${query}`)).body.items

test('a test event arrives signed, and its delivery is listed', async () => {
  const { id } = await world.listen('/test', { events: [EXPOSED] })
  const sent = await world.mine(`POST /webhooks/${id}/test`)
  expect(sent.status).toBe(202)
  const [received] = await world.arrived('/test', 1)
  expect(received && eventOf(received)).toMatchObject({
    type: 'system.test',
    data: { organization_id: 'org_test', endpoint_id: id },
  })
  await until(async () => (await deliveries(id, '?state=delivered')).length === 1)
  expect(await deliveries(id)).toMatchObject([
    {
      ...{ id: sent.body['delivery_id'], event_id: received?.id, type: 'system.test', attempts: 1 },
      log: [{ number: 1, outcome: 'delivered', status: 200, error: null }],
    },
  ])
  expect(await deliveries(id, '?state=pending')).toEqual([])
})

const verifies = (received: { body: string; headers: object }, by: string): boolean => {
  try {
    new Webhook(by).verify(received.body, received.headers as Record<string, string>)
    return true
  } catch {
    return false
  }
}

test('a rotated secret signs beside the old one until its time is over', async () => {
  const { id, secret } = await world.listen('/secrets', { events: [EXPOSED] })
  const rotate = async (overlap_seconds: number): Promise<EndpointBody> => {
    const answer = await world.mine<EndpointBody>(`POST /webhooks/${id}/rotate-secret`, {
      overlap_seconds,
    })
    expect(answer.status).toBe(200)
    return answer.body
  }
  const fresh = await rotate(3_600)
  expect(fresh.previous_secret_expires_at).toEqual(A_TIME)
  await world.mine(`POST /webhooks/${id}/test`)
  const [both] = await world.arrived('/secrets', 1)
  expect([secret, fresh.secret].map((one) => both && verifies(both, one))).toEqual([true, true])

  const last = await rotate(0)
  expect(last.previous_secret_expires_at).toBeNull()
  world.receiver.secrets.set('/secrets', last.secret)
  await world.mine(`POST /webhooks/${id}/test`)
  const alone = (await world.arrived('/secrets', 2))[1]
  expect([fresh.secret, last.secret].map((one) => alone && verifies(alone, one))).toEqual([
    false,
    true,
  ])
})

describe('deliveries', () => {
  test('that failed are listed with what was answered, and sent again by hand', async () => {
    const { id } = await world.listen('/failing', { events: [EXPOSED] })
    const answer = world.receiver.answer
    world.receiver.answer = (received, response, nth) => {
      if (received.path !== '/failing' || nth > 1) return answer(received, response, nth)
      response.statusCode = 500
      response.end('out of\u0000order')
    }
    await world.mine(`POST /webhooks/${id}/test`)
    await until(async () => (await deliveries(id, '?state=failed')).length === 1)
    const [failed] = await deliveries(id)
    expect(failed?.log).toMatchObject([
      { number: 1, outcome: 'failed', status: 500, error: 'answered 500' },
    ])
    const again = await world.mine(`POST /webhooks/${id}/deliveries/${failed?.id}/resend`)
    expect([again.status, again.body['delivery_id']]).toEqual([202, failed?.id])
    const [first, second] = await world.arrived('/failing', 2)
    expect(second?.id).toBe(first?.id)
    await until(async () => (await deliveries(id))[0]?.state === 'delivered')
    world.receiver.answer = answer
  })

  test('are held while the endpoint is disabled, and go out when it is enabled', async () => {
    const { id } = await world.listen('/held', { events: [CREATED] })
    const disabled = await world.mine(`PATCH /webhooks/${id}`, { enabled: false })
    expect(disabled.body).toMatchObject({
      enabled: false,
      disabled_reason: 'owner',
      disabled_at: A_TIME,
    })
    const refused = await world.mine(`POST /webhooks/${id}/test`)
    expect([refused.status, refused.reason]).toEqual([409, 'endpoint_disabled'])
    const enabled = await world.mine(`PATCH /webhooks/${id}`, { enabled: true })
    expect(enabled.body).toMatchObject({ enabled: true, disabled_reason: null, disabled_at: null })
    expect((await world.mine(`POST /webhooks/${id}/test`)).status).toBe(202)
    await world.arrived('/held', 1)
  })

  test('that are answered 410 disable the endpoint, and the API says why', async () => {
    const { id } = await world.listen('/gone', { events: [EXPOSED] })
    const answer = world.receiver.answer
    world.receiver.answer = (received, response, nth) => {
      if (received.path !== '/gone') return answer(received, response, nth)
      response.statusCode = 410
      response.end()
    }
    await world.mine(`POST /webhooks/${id}/test`)
    const read = async () => (await world.mine<EndpointBody>(`GET /webhooks/${id}`)).body
    await until(async () => !(await read()).enabled)
    expect(await read()).toMatchObject({ disabled_reason: 'gone', verified: false })
    world.receiver.answer = answer
    const refused = await world.mine(`PATCH /webhooks/${id}`, { enabled: true })
    expect([refused.status, refused.reason]).toEqual([409, 'endpoint_unverified'])
    const again = await world.mine(`POST /webhooks/${id}/verify`)
    expect(again.body).toMatchObject({ enabled: true, verified: true, disabled_reason: null })
  })
})
