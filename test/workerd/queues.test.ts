// Control takes batches of queues of any name, by what their messages are.

import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'

import { shipped } from '../../src/catalog.ts'
import { createControl } from '../../src/control/worker.ts'
import { someEvent } from '../audit/events.ts'
import { emptyAccounts, value } from './accounts-tables.ts'
import { applySchema, run } from './rows.ts'

beforeAll(applySchema)
afterEach(emptyAccounts)
const errors = vi.spyOn(console, 'error').mockImplementation(() => {})
afterEach(() => void errors.mockClear())

const Control = createControl(shipped)
const logged = () => errors.mock.calls.map((words) => words.map(String).join(' ')).join('\n')
const stored = () => value('SELECT count(*) FROM audit_events')

async function deliver(queue: string, ...bodies: readonly unknown[]) {
  const messages = bodies.map((body, i) => ({
    ...{ id: `m${i}`, timestamp: new Date(), attempts: 1 },
    body,
  }))
  const batch = createMessageBatch(queue, messages)
  const ctx = createExecutionContext()
  await new Control(ctx, env).queue(batch)
  const { explicitAcks, retryMessages } = await getQueueResult(batch, ctx)
  return { acked: explicitAcks.toSorted(), retried: retryMessages.map(({ msgId }) => msgId) }
}

const audit = () => ({ kind: 'audit', version: 1, events: [someEvent()] })
const hint = { kind: 'webhooks', version: 1, deliveryIds: ['dlv_none'] }
const fences = { kind: 'fences', version: 1, change: 'chg_none' }

describe('a queue', () => {
  it.each([
    'portcullis-audit',
    'portcullis-audit-staging',
    'eu-events',
    'portcullis-webhooks',
    'q',
  ])('named %s brings events into the audit', async (queue) => {
    expect(await deliver(queue, audit())).toEqual({ acked: ['m0'], retried: [] })
    expect(await stored()).toBe(1)
  })

  it('may carry messages of each kind, and each goes to its own', async () => {
    const result = await deliver('everything', hint, audit(), fences, audit())
    expect(result).toEqual({ acked: ['m0', 'm1', 'm2', 'm3'], retried: [] })
    expect(await stored()).toBe(2)
    expect(logged()).toBe('')
  })

  it('named otherwise has a change’s fences published', async () => {
    await run(
      `INSERT INTO organizations (id, name) VALUES ('org_queue', 'Queue')`,
      `INSERT INTO changes (id, organization_id, total, created_at) VALUES ('chg_queue', 'org_queue', 0, 1)`,
    )
    const { acked } = await deliver('staging', { ...fences, change: 'chg_queue' })
    expect(acked).toEqual(['m0'])
  })

  it('carries messages from before they named their kind, during a deployment', async () => {
    const { kind: _kind, ...older } = audit()
    const result = await deliver(
      'portcullis-audit',
      older,
      { deliveryIds: ['dlv_1'] },
      { change: 'chg_1' },
    )
    expect(result).toEqual({ acked: ['m0', 'm1', 'm2'], retried: [] })
    expect(await stored()).toBe(1)
  })
})

describe('a message that cannot be read', () => {
  it.each<[string, unknown]>([
    ['of an unknown kind', { kind: 'invoices', version: 1 }],
    ['of a newer version', { ...audit(), version: 2 }],
    ['without a kind', { hello: 1 }],
    ['that is a text', 'audit'],
    ['that is nothing', null],
    ['that is deep', JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`)],
    ['of events, with another member', { ...audit(), table: 'credentials' }],
    [
      'of events of an organization that can be none',
      { ...audit(), events: [someEvent({ organization: '../x' })] },
    ],
    ['of a hint, with an id that can be none', { ...hint, deliveryIds: ['../x'] }],
    ['of a hint, with another member', { ...hint, url: 'https://example.com' }],
    ['of a change that can be none', { ...fences, change: '../x' }],
    ['of a change, with another member', { ...fences, object: 'key_1' }],
  ])('%s is tried again and takes no other with it', async (_what, body) => {
    const result = await deliver('portcullis-audit-staging', audit(), body, audit())
    expect(result).toEqual({ acked: ['m0', 'm2'], retried: ['m1'] })
    expect(await stored()).toBe(2)
    expect(logged()).toContain('message m1 is tried again')
  })

  it('is logged with its kind and version, and nothing else of it', async () => {
    await deliver('eu', { kind: 'invoices', version: 7, key: 'vk_live_x' })
    expect(logged()).toBe(
      'queue eu: message m0 is tried again, its kind is invoices, its version 7',
    )
    errors.mockClear()
    await deliver('eu', { kind: 'a\nb', version: 'vk_live_x' })
    expect(logged()).toBe(
      'queue eu: message m0 is tried again, its kind is no name, its version no number',
    )
  })
})
