import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'

import type { WebhookEvent } from '../../src/control/webhooks/event.ts'
import {
  deliveryIdsOf,
  enqueueStatements,
  SWEEP_MAX_AGE_MS,
  sweepStatements,
} from '../../src/control/webhooks/outbox.ts'
import { retentionStatement, RETENTION_MS } from '../../src/control/webhooks/retention.ts'
import { statement } from '../../src/control/webhooks/statement.ts'
import { applySchema } from './rows.ts'
import { makeWorld, START, type World } from './webhooks-world.ts'

let world: World
let org: string

beforeAll(applySchema)

beforeEach(async () => {
  world = await makeWorld(env.DB)
  org = await world.organization()
})

const revoke = (id: string, at: number) =>
  statement('UPDATE credentials SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL', [id, at])

async function events(organizationId: string): Promise<WebhookEvent[]> {
  const rows = await world.rows(
    'SELECT body FROM webhook_events WHERE organization_id = ? ORDER BY occurred_at, type',
    organizationId,
  )
  return rows.map((row) => JSON.parse(String(row['body'])) as WebhookEvent)
}

/** Type and cause of each event, in order. */
const told = async (organizationId = org) =>
  (await events(organizationId)).map(({ type, data }) =>
    [type.split('.').at(-1), 'cause' in data ? data.cause : undefined].filter(Boolean).join(' '),
  )

describe('enqueueStatements: an event in the batch of its change', () => {
  it('tells who was created, as its row is, and never its digest', async () => {
    const key = await world.key(org, { kind: 'publishable', environment: 'sandbox' })
    await world.run(...enqueueStatements({ change: 'created', keyId: key }, world.now))
    expect(await events(org)).toEqual([
      {
        type: 'system.apiKey.created',
        timestamp: '2026-11-02T03:04:05.678Z',
        data: {
          organization_id: org,
          key_id: key,
          kind: 'publishable',
          environment: 'sandbox',
          name: `Key "${key}" of Zoë`,
          products: ['verifa'],
          scopes: ['sessions:read'],
        },
      },
    ])
    const [row] = await world.rows('SELECT * FROM webhook_events WHERE organization_id = ?', org)
    expect(row?.['id']).toMatch(/^msg_[0-9a-z]{32}$/)
    expect(JSON.stringify(row)).not.toContain(key.padEnd(40, '0'))
  })

  it('makes the event even where nobody listens, and no delivery', async () => {
    const key = await world.key(org)
    const results = await world.run(...enqueueStatements({ change: 'created', keyId: key }, START))
    expect(await told()).toEqual(['created'])
    expect(deliveryIdsOf(results)).toEqual([])
  })

  it('makes one delivery for each endpoint that is enabled, asks for it and is of the organization', async () => {
    const other = await world.organization()
    const all = await world.endpoint(org)
    const some = await world.endpoint(org, { events: ['system.apiKey.created'] })
    const another = await world.endpoint(org, { events: ['system.apiKey.exposed'] })
    const disabled = await world.endpoint(org)
    const foreign = await world.endpoint(other)
    await world.rows('UPDATE webhook_endpoints SET disabled_at = 1 WHERE id = ?', disabled.id)
    const key = await world.key(org)
    const results = await world.run(
      ...enqueueStatements({ change: 'created', keyId: key }, world.now),
    )
    const deliveries = await world.rows(
      'SELECT id, endpoint_id FROM webhook_deliveries WHERE endpoint_id IN (?, ?, ?, ?, ?)',
      ...[all, some, another, disabled, foreign].map(({ id }) => id),
    )
    expect(deliveries).toHaveLength(2)
    expect(new Set(deliveries.map((row) => row['endpoint_id']))).toEqual(new Set([all.id, some.id]))
    expect(new Set(deliveryIdsOf(results))).toEqual(new Set(deliveries.map((row) => row['id'])))
  })

  it('an endpoint made later gets nothing of what was before', async () => {
    const key = await world.key(org)
    await world.run(...enqueueStatements({ change: 'created', keyId: key }, world.now))
    const late = await world.endpoint(org)
    await world.run(...sweepStatements(world.now))
    expect(
      await world.rows('SELECT id FROM webhook_deliveries WHERE endpoint_id = ?', late.id),
    ).toEqual([])
  })

  it('is undone with its change', async () => {
    const key = await world.key(org)
    const batch = world.run(
      revoke(key, world.now),
      ...enqueueStatements({ change: 'ended', keyId: key }, world.now),
      statement('INSERT INTO nowhere VALUES (1)'),
    )
    await expect(batch).rejects.toThrow()
    expect(await told()).toEqual([])
  })

  it('tells a revocation once, however many revoke at once', async () => {
    const key = await world.key(org)
    const calls = Array.from({ length: 5 }, (_, i) =>
      world.run(
        revoke(key, world.now + i),
        ...enqueueStatements({ change: 'ended', keyId: key }, world.now + 10),
      ),
    )
    await Promise.all(calls)
    expect(await told()).toEqual(['invalidated revoked'])
  })

  it('asked in vain, tells nothing', async () => {
    const key = await world.key(org, { expires_at: START + 1 })
    await world.run(...enqueueStatements({ change: 'ended', keyId: key }, START))
    await world.run(...enqueueStatements({ change: 'ended', keyId: 'key_nobody' }, START))
    expect(await told()).toEqual([])
  })

  it('tells of every token of a service user that is disabled, and of each disabling', async () => {
    await world.rows(
      `INSERT INTO service_users (id, organization_id, name, source_system) VALUES (?, ?, 'U', 'vkyc')`,
      `su_${org}`,
      org,
    )
    const token = { kind: 'access_token', service_user_id: `su_${org}` }
    await world.key(org, token)
    await world.key(org, token)
    await world.key(org, { ...token, revoked_at: START - 1000 })
    const disable = async (at: number | null) => {
      await world.rows('UPDATE service_users SET disabled_at = ? WHERE id = ?', at, `su_${org}`)
      const change = { change: 'ended', serviceUserId: `su_${org}` } as const
      await world.run(...enqueueStatements(change, START + 5000))
    }
    await disable(START + 1)
    const two = Array.from({ length: 2 }, () => 'invalidated service_user_disabled')
    expect(await told()).toEqual(['invalidated revoked', ...two])
    await disable(null)
    await disable(START + 2)
    expect(await told()).toEqual(['invalidated revoked', ...two, ...two])
  })

  it('tells an exposed key once a day', async () => {
    const key = await world.key(org)
    const DAY = 86_400_000
    for (const at of [START, START + 1000, START + DAY]) {
      await world.run(...enqueueStatements({ change: 'exposed', keyId: key }, at))
    }
    expect(await told()).toEqual(['exposed', 'exposed'])
  })

  it('is not undone by a key with absurdly many scopes', async () => {
    const scopes = JSON.stringify(Array.from({ length: 5000 }, (_, i) => `scope:${i}`))
    const key = await world.key(org, { scopes })
    await world.run(
      revoke(key, START),
      ...enqueueStatements({ change: 'ended', keyId: key }, START),
    )
    expect(await told()).toEqual(['invalidated revoked'])
  })
})

describe('sweepStatements: what no call has told', () => {
  it('tells of keys that expired or were made or revoked by raw SQL, once, at their own time', async () => {
    const endpoint = await world.endpoint(org)
    const old = { created_at: START - 2 * SWEEP_MAX_AGE_MS }
    await world.key(org, { ...old, expires_at: START + 1000 })
    await world.key(org, { ...old, expires_at: START + 2000, rotated_to: 'key_next' })
    await world.key(org, { ...old, expires_at: START + 9000, revoked_at: START + 3000 })
    await world.key(org, { ...old, expires_at: START + 4000, revoked_at: START + 9000 })
    await world.key(org, { ...old, expires_at: START + 60_000 })
    await world.key(org, { created_at: START + 5000 })
    for (const at of [START + 10_000, START + 10_001, START + 11_000]) {
      await world.run(...sweepStatements(at))
    }
    expect(await told()).toEqual([
      'invalidated expired',
      'invalidated rotated',
      'invalidated revoked',
      'invalidated expired',
      'created',
    ])
    expect((await events(org))[0]?.timestamp).toBe('2026-11-02T03:04:06.678Z')
    const deliveries = await world.rows(
      'SELECT id FROM webhook_deliveries WHERE endpoint_id = ?',
      endpoint.id,
    )
    expect(deliveries).toHaveLength(5)
  })

  it('tells nothing again that a call has told', async () => {
    const key = await world.key(org)
    await world.run(...enqueueStatements({ change: 'created', keyId: key }, START))
    await world.run(
      revoke(key, START),
      ...enqueueStatements({ change: 'ended', keyId: key }, START),
    )
    await world.run(...sweepStatements(START + 60_000))
    expect(await told()).toEqual(['created', 'invalidated revoked'])
  })

  it('a key whose life was extended and that expires again is told again', async () => {
    const key = await world.key(org, { created_at: 1, expires_at: START })
    await world.run(...sweepStatements(START))
    await world.rows('UPDATE credentials SET expires_at = ? WHERE id = ?', START + 500, key)
    await world.run(...sweepStatements(START + 499))
    expect(await told()).toEqual(['invalidated expired'])
    await world.run(...sweepStatements(START + 500))
    expect(await told()).toEqual(['invalidated expired', 'invalidated expired'])
  })

  it('tells tokens of a service user that raw SQL disabled', async () => {
    await world.rows(
      `INSERT INTO service_users (id, organization_id, name, source_system, disabled_at)
       VALUES (?, ?, 'U', 'vkyc', ?)`,
      `su_${org}`,
      org,
      START,
    )
    await world.key(org, { kind: 'access_token', service_user_id: `su_${org}`, created_at: 1 })
    await world.run(...sweepStatements(START))
    expect(await told()).toEqual(['invalidated service_user_disabled'])
  })

  it('reads by its indexes, not through every key', async () => {
    for (const { sql, params } of sweepStatements(START).slice(0, 2)) {
      const plan = await world.rows(`EXPLAIN QUERY PLAN ${sql}`, ...params)
      const text = plan.map((row) => String(row['detail'])).join('\n')
      expect(text).toMatch(
        /USING INDEX credentials_by_creation|USING INDEX credentials_by_revocation/,
      )
      expect(text).not.toMatch(/SCAN (?:k|c|credentials|t|s)\b/)
    }
  })

  it('retention forgets events, deliveries and attempts, and the sweep does not tell them again', async () => {
    expect(RETENTION_MS).toBeGreaterThan(SWEEP_MAX_AGE_MS)
    const endpoint = await world.endpoint(org)
    const key = await world.key(org)
    await world.run(...enqueueStatements({ change: 'created', keyId: key }, START))
    await world.run(retentionStatement(START + RETENTION_MS))
    expect(await told()).toEqual(['created'])
    await world.run(retentionStatement(START + RETENTION_MS + 1))
    await world.run(...sweepStatements(START + RETENTION_MS + 1))
    expect(await told()).toEqual([])
    expect(
      await world.rows('SELECT * FROM webhook_deliveries WHERE endpoint_id = ?', endpoint.id),
    ).toEqual([])
  })

  it('an organization without keys can be removed, webhooks and all', async () => {
    const endpoint = await world.endpoint(org)
    const key = await world.key(org)
    await world.run(...enqueueStatements({ change: 'created', keyId: key }, START))
    await world.run(
      statement('DELETE FROM credentials WHERE id = ?1', [key]),
      statement('DELETE FROM organizations WHERE id = ?1', [org]),
    )
    expect(await world.rows('SELECT * FROM webhook_endpoints WHERE id = ?', endpoint.id)).toEqual(
      [],
    )
    expect(await told()).toEqual([])
  })
})
