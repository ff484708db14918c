// Beside a hundred deliveries of another tenant, whose receiver hangs, an event arrives: on workerd, with
// the real queue and its one consumer, which locally takes one batch at a time.

import type { ServerResponse } from 'node:http'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { asVerified } from './world.ts'
import { startWebhookWorld, type EndpointBody, type WebhookWorld } from './webhook-world.ts'

const CREATED = 'system.apiKey.created'
const HANGING = 20

let world: WebhookWorld
beforeAll(async () => {
  world = await startWebhookWorld()
})
afterAll(async () => {
  expect(world.receiver.complaints).toEqual([])
  await world.stop()
})

test('another tenant’s event arrives while a hundred deliveries hang', async () => {
  const held: ServerResponse[] = []
  const { promise: hangs, resolve: firstHangs } = Promise.withResolvers<void>()
  const answer = world.receiver.answer
  world.receiver.answer = (received, response, nth) => {
    if (!received.path.startsWith('/hang/')) return answer(received, response, nth)
    held.push(response)
    firstHangs()
  }
  await world.listen('/victim', { events: [CREATED] })
  for (let i = 0; i < HANGING; i++) {
    const path = `/hang/${i}`
    const fields = { url: world.receiver.url + path, events: [CREATED] }
    const made = await world.theirs<EndpointBody>('POST /webhooks', fields)
    world.receiver.secrets.set(path, made.body.secret)
    // Challenges are few in a minute: these are as if they had answered theirs.
    await world.edge.sql(asVerified(made.body.id))
  }
  for (let i = 0; i < 5; i++) await world.theirs('POST /keys', { kind: 'secret', name: 'noise' })
  await hangs
  const began = performance.now()
  await world.mine('POST /keys', { kind: 'secret', name: 'awaited' })
  await world.arrived('/victim', 1)
  console.log(`arrived after ${Math.round(performance.now() - began)} ms`)
  // Not one of them had ended by then: each ends by its timeout, or when it is let go below.
  const [counts] = await world.edge.sql(
    `SELECT count(DISTINCT d.id) AS pending, count(a.outcome) AS ended
    FROM webhook_endpoints p JOIN webhook_deliveries d ON d.endpoint_id = p.id
    LEFT JOIN webhook_attempts a ON a.delivery_id = d.id
    WHERE p.organization_id = 'org_other' AND d.state = 'pending'`,
  )
  expect(counts).toEqual({ pending: 5 * HANGING, ended: 0 })
  expect(held.length).toBeGreaterThan(0)
  for (const response of held) response.end()
})
