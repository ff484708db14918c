// The seeds' sentences about managing keys, webhooks, usage, service users and audit, each shown over
// the management API. seeds.test.ts has the others, and sees to it that none is forgotten.

import { afterAll, beforeAll, describe, test } from 'vitest'

import { SENTENCES, type WorldCheck } from './blackbox/control/seed-sentences.ts'
import { startWebhookWorld, type WebhookWorld } from './blackbox/control/webhook-world.ts'

let world: WebhookWorld
beforeAll(async () => {
  world = await startWebhookWorld()
})
afterAll(() => world.stop())

describe.each(Object.entries(SENTENCES))('seed %s', (_, checks) => {
  const rows = Object.entries(checks).map(([sentence, check]) => ({ sentence, check }))
  test.each<{ sentence: string; check: WorldCheck }>(rows)('$sentence', async ({ check }) => {
    await check(world)
  })
})
