import { env } from 'cloudflare:workers'
import { Webhook } from 'standardwebhooks'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'

import { claim, LEASE_MS, type Claimed } from '../../src/control/webhooks/claim.ts'
import { deliver, deliverDue } from '../../src/control/webhooks/deliver.ts'
import { listDeliveries, resend, sendTest } from '../../src/control/webhooks/deliveries.ts'
import {
  deliveryFromRow,
  endpointFromRow,
  type DeliveryView,
  type EndpointView,
} from '../../src/control/api/webhooks/view.ts'
import { disableEndpoint, getEndpoint } from '../../src/control/webhooks/endpoints.ts'
import { findDue } from '../../src/control/webhooks/due.ts'
import { deliveryIdsOf, enqueueStatements } from '../../src/control/webhooks/outbox.ts'
import { ATTEMPTS, DELAYS_MS, FAILING_MAX_MS } from '../../src/control/webhooks/schedule.ts'
import { importSealingKeys } from '../../src/control/webhooks/secret.ts'
import { applySchema } from './rows.ts'
import { makeWorld, START, type Sent, type World } from './webhooks-world.ts'

let world: World
let org: string
let endpoint: { id: string; secret: string }

beforeAll(applySchema)

beforeEach(async () => {
  await env.DB.batch([
    env.DB.prepare('DELETE FROM webhook_endpoints'),
    env.DB.prepare('DELETE FROM webhook_events'),
    env.DB.prepare('DELETE FROM webhook_sends'),
    env.DB.prepare('DELETE FROM webhook_hosts'),
  ])
  world = await makeWorld(env.DB)
  org = await world.organization()
  endpoint = await world.endpoint(org)
})

afterEach(() => vi.restoreAllMocks())

/** Puts an event into the outbox; its deliveries' ids. */
async function happen(): Promise<string[]> {
  const keyId = await world.key(org)
  return deliveryIdsOf(
    await world.run(...enqueueStatements({ change: 'created', keyId }, world.now)),
  )
}

async function happenOnce(): Promise<string> {
  const [id] = await happen()
  if (id === undefined) throw new Error('nobody listens')
  return id
}

/** As a runner does it. */
async function claimIt(id: string): Promise<Claimed | undefined> {
  const [due] = await findDue(world.db, world.now, 1, { ids: [id] })
  return due && (await claim(world.db, due, world.now))
}

async function shown(deliveryId: string): Promise<DeliveryView> {
  const filter = { organizationId: org, endpointId: endpoint.id, deliveryId }
  const [row] = (await world.run(listDeliveries(filter, undefined, 1)))[0]?.results ?? []
  if (!row) throw new Error(`no delivery ${deliveryId}`)
  return deliveryFromRow(row)
}

async function shownEndpoint(id = endpoint.id): Promise<EndpointView> {
  const [row] = (await world.run(getEndpoint(org, id)))[0]?.results ?? []
  if (!row) throw new Error(`no endpoint ${id}`)
  return endpointFromRow(row)
}

const answerWith = (status: number, headers: Record<string, string> = {}) => {
  world.answer = () => new Response(status === 204 ? null : 'said so', { status, headers })
}

/** Throws unless the package takes the request for genuine at the world's time. */
function verify(sent: Sent | undefined, secret: string): unknown {
  if (!sent) throw new Error('nothing was sent')
  vi.spyOn(Date, 'now').mockReturnValue(sent.at)
  return new Webhook(secret).verify(sent.body, sent.headers)
}

describe('deliver: what reaches the receiver', () => {
  it('is the event, signed, with redirects not followed', async () => {
    const id = await happenOnce()
    expect(await deliver(world.deps, [id])).toEqual({ attempted: 1, delivered: 1, retries: [] })
    expect(world.sent).toHaveLength(1)
    const [sent] = world.sent
    expect(sent).toMatchObject({
      url: 'https://hooks.example.com/in',
      redirect: 'manual',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Portcullis-Webhooks/1.0',
        'webhook-timestamp': String(Math.floor(START / 1000)),
      },
    })
    expect(verify(sent, endpoint.secret)).toMatchObject({ type: 'system.apiKey.created' })
    expect(await shown(id)).toMatchObject({
      event_id: sent?.headers['webhook-id'],
      type: 'system.apiKey.created',
      state: 'delivered',
      attempts: 1,
      delivered_at: START,
      next_attempt_at: null,
      log: [{ number: 1, started_at: START, outcome: 'delivered', status: 200, answer: 'thanks' }],
    })
  })

  it('no hint sends anything twice', async () => {
    const id = await happenOnce()
    await deliver(world.deps, [id, id])
    await deliver(world.deps, [id, 'dlv_nobody'])
    await deliverDue(world.deps)
    expect(world.sent).toHaveLength(1)
  })

  it('the secret is in no row, log or request', async () => {
    const log = vi.spyOn(console, 'error')
    world.answer = () => new Response(`you said ${endpoint.secret} and vk_live_${'a'.repeat(32)}`)
    await deliver(world.deps, await happen())
    for (const table of ['endpoints', 'events', 'deliveries', 'attempts']) {
      const text = JSON.stringify(await world.rows(`SELECT * FROM webhook_${table}`))
      expect(text).not.toContain(endpoint.secret.slice(6))
      expect(text).not.toContain('vk_live_a')
    }
    expect(JSON.stringify(world.sent)).not.toContain(endpoint.secret.slice(6))
    expect(log).not.toHaveBeenCalled()
  })

  it.each([
    'http://hooks.example.com/in',
    'https://127.0.0.1/in',
    'https://metadata.google.internal/',
    'http://127.0.0.1:8787/',
  ])('nothing goes to %s, however it came into the database', async (url) => {
    const id = await happenOnce()
    await world.rows('UPDATE webhook_endpoints SET url = ? WHERE id = ?', url, endpoint.id)
    await world.verify(org, endpoint.id)
    await deliverDue(world.deps)
    expect(world.sent).toEqual([])
    const { state, log } = await shown(id)
    expect(state).toBe('pending')
    expect(log[0]).toMatchObject({ outcome: 'failed', status: null })
    expect(log[0]?.error).toMatch(/^was not sent: the URL must /)
  })

  it('a secret that cannot be read is our failure: told, retried, and not held against the endpoint', async () => {
    const id = await happenOnce()
    const sealingKeys = await importSealingKeys(['another pepper of at least 32 characters'])
    await deliver({ ...world.deps, sealingKeys }, [id])
    expect(world.sent).toEqual([])
    expect((await shown(id)).log[0]?.error).toBe(
      'was not sent: its secret cannot be read; rotate it',
    )
    expect((await shownEndpoint()).failing_since).toBeNull()
    world.now += DELAYS_MS[1] ?? 0
    await deliver(world.deps, [id])
    expect((await shown(id)).state).toBe('delivered')
  })
})

describe('the schedule', () => {
  it('runs through ten attempts, the id constant, time and signature fresh, then fails', async () => {
    answerWith(500)
    const id = await happenOnce()
    let at = START
    for (const [i, delay] of DELAYS_MS.entries()) {
      at += delay
      if (delay > 0) {
        world.now = at - 1
        expect((await deliverDue(world.deps)).attempted).toBe(0)
      }
      world.now = at
      const { attempted, retries } = await deliverDue(world.deps)
      expect(attempted).toBe(1)
      const next = DELAYS_MS[i + 1]
      expect(retries).toEqual(next ? [{ deliveryId: id, dueAt: at + next }] : [])
    }
    expect(world.sent.map((sent) => sent.at - START)).toEqual(
      DELAYS_MS.map((_, i) => DELAYS_MS.slice(0, i + 1).reduce((sum, delay) => sum + delay, 0)),
    )
    expect(new Set(world.sent.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    expect(new Set(world.sent.map(({ headers }) => headers['webhook-signature'])).size).toBe(10)
    for (const sent of world.sent) verify(sent, endpoint.secret)
    world.now += 10 * 86_400_000
    expect((await deliverDue(world.deps)).attempted).toBe(0)
    const { state, log } = await shown(id)
    expect(state).toBe('failed')
    expect(log.map(({ number, error }) => `${number} ${error}`)).toEqual(
      Array.from({ length: ATTEMPTS }, (_, i) => `${ATTEMPTS - i} answered 500`),
    )
  })

  it('a redirect is a failure and says so', async () => {
    answerWith(302, { location: 'https://elsewhere.example.com/' })
    const id = await happenOnce()
    await deliverDue(world.deps)
    expect((await shown(id)).log[0]).toMatchObject({
      outcome: 'failed',
      status: 302,
      error: 'answered 302: redirects are not followed; set the URL that it points to',
    })
  })

  it('waits as long as Retry-After asks, and holds back the others of the endpoint', async () => {
    const other = await world.endpoint(org, { url: 'https://other.example.com/' })
    const [first = '', second = ''] = await happen()
    const [third = '', fourth = ''] = await happen()
    const ours = (await shownAll()).filter((row) => row.endpoint_id === endpoint.id)
    expect(new Set([first, second, third, fourth]).size).toBe(4)
    world.answer = ({ url }) =>
      url.includes('other')
        ? new Response('ok')
        : new Response('slow', { status: 429, headers: { 'retry-after': '600' } })
    await deliver(world.deps, [ours[0]?.id ?? ''])
    const before = world.sent.length
    await deliverDue(world.deps)
    expect(world.sent.slice(before).every(({ url }) => url.includes('other'))).toBe(true)
    expect(world.sent.slice(before)).toHaveLength(2)
    expect(other.id).not.toBe(endpoint.id)
    await happen()
    answerWith(200)
    world.now += 599_999
    await deliverDue(world.deps)
    expect(world.sent.filter(({ url }) => url.includes('hooks'))).toHaveLength(1)
    world.now += 1
    await deliverDue(world.deps)
    expect(world.sent.filter(({ url }) => url.includes('hooks'))).toHaveLength(4)

    async function shownAll() {
      const filter = { organizationId: org, endpointId: endpoint.id }
      const rows = (await world.run(listDeliveries(filter, undefined, 50)))[0]?.results ?? []
      return rows.map(deliveryFromRow)
    }
  })

  it('a hint for a retry is never earlier than the delivery is due', async () => {
    answerWith(502)
    const id = await happenOnce()
    const { retries } = await deliverDue(world.deps)
    expect(retries).toEqual([{ deliveryId: id, dueAt: START + 60_000 }])
    expect((await shown(id)).next_attempt_at).toBe(START + 60_000)
  })

  it('410 disables the endpoint and holds the rest; enabling lets them go', async () => {
    const gone = await happenOnce()
    const waiting = await happenOnce()
    answerWith(410)
    await deliver(world.deps, [gone])
    expect(await shownEndpoint()).toMatchObject({
      enabled: false,
      disabled_reason: 'gone',
      disabled_at: START,
    })
    expect((await shown(gone)).state).toBe('failed')
    expect((await shown(waiting)).state).toBe('held')
    expect(await happen()).toEqual([])
    expect((await deliverDue(world.deps)).attempted).toBe(0)
    expect(await resend(world.db, org, endpoint.id, gone, world.now)).toEqual({
      ok: false,
      error: 'endpoint_disabled',
    })

    answerWith(200)
    world.now += 3_600_000
    await world.verify(org, endpoint.id)
    expect(await shownEndpoint()).toMatchObject({ enabled: true, disabled_reason: null })
    await deliverDue(world.deps)
    expect((await shown(waiting)).state).toBe('delivered')
  })

  it('five days of nothing but failures disable the endpoint, with reason and time', async () => {
    answerWith(500)
    for (let hour = 0; hour <= 120; hour += 12) {
      world.now = START + hour * 3_600_000
      if (hour < 120) await happen()
      await deliverDue(world.deps)
      expect((await shownEndpoint()).enabled).toBe(hour < 120)
    }
    expect(await shownEndpoint()).toMatchObject({
      disabled_reason: 'failing',
      disabled_at: START + FAILING_MAX_MS,
      failing_since: START,
    })
    await world.verify(org, endpoint.id)
    expect(await shownEndpoint()).toMatchObject({ enabled: true, failing_since: null })
  })

  it('one success in five days keeps it', async () => {
    for (let hour = 0; hour <= 132; hour += 12) {
      world.now = START + hour * 3_600_000
      answerWith(hour === 60 ? 200 : 500)
      await happen()
      await deliverDue(world.deps)
    }
    expect(await shownEndpoint()).toMatchObject({
      enabled: true,
      failing_since: START + 72 * 3_600_000,
    })
  })

  it('a failure today and one next week are not five days of failing', async () => {
    answerWith(500)
    await happen()
    await deliverDue(world.deps)
    await world.rows(`UPDATE webhook_deliveries SET state = 'failed', next_attempt_at = NULL`)
    world.now += 7 * 86_400_000
    await happen()
    await deliverDue(world.deps)
    expect(await shownEndpoint()).toMatchObject({ enabled: true, failing_since: world.now })
  })

  it('jitter comes from the randomness given', async () => {
    answerWith(500)
    const id = await happenOnce()
    await deliverDue({ ...world.deps, random: () => 0.5 })
    expect((await shown(id)).next_attempt_at).toBe(START + 5250)
  })
})

describe('runners side by side', () => {
  it('never make the same attempt', async () => {
    for (let i = 0; i < 30; i++) await happen()
    world.answer = async () => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 10))
      return new Response('', { status: Math.random() < 0.5 ? 200 : 500 })
    }
    const ids = (await world.rows('SELECT id FROM webhook_deliveries')).map(({ id }) => String(id))
    await Promise.all([
      deliverDue(world.deps),
      deliverDue(world.deps),
      deliver(world.deps, ids),
      deliver(world.deps, ids.toReversed()),
    ])
    expect(world.sent).toHaveLength(30)
    expect(new Set(world.sent.map(({ headers }) => headers['webhook-id'])).size).toBe(30)
    const attempts = await world.rows(
      'SELECT count(*) AS n, count(outcome) AS done FROM webhook_attempts',
    )
    expect(attempts).toEqual([{ n: 30, done: 30 }])
  })

  it('one that died is taken over when its lease has run out, and not before', async () => {
    const id = await happenOnce()
    expect(await claimIt(id)).toMatchObject({ is: 'ours' })
    world.now = START + LEASE_MS - 1
    await deliverDue(world.deps)
    await deliver(world.deps, [id])
    expect(world.sent).toEqual([])
    expect(await resend(world.db, org, endpoint.id, id, world.now)).toEqual({
      ok: false,
      error: 'in_flight',
    })
    world.now = START + LEASE_MS
    await deliverDue(world.deps)
    expect(world.sent).toHaveLength(1)
    expect((await shown(id)).log.map(({ number, outcome }) => `${number} ${outcome}`)).toEqual([
      '2 delivered',
      '1 interrupted',
    ])
  })

  it('a delivery whose every runner dies ends as failed', async () => {
    const id = await happenOnce()
    for (let i = 0; i < ATTEMPTS; i++) {
      expect(await claimIt(id)).toMatchObject({ is: 'ours' })
      world.now += LEASE_MS
    }
    expect(await claimIt(id)).toEqual({ is: 'taken' })
    expect(await shown(id)).toMatchObject({ state: 'failed', attempts: ATTEMPTS })
    expect((await shown(id)).log.every(({ outcome }) => outcome === 'interrupted')).toBe(true)
  })

  it('one that comes back late moves nothing that another has taken over', async () => {
    const id = await happenOnce()
    world.answer = async () => {
      world.now += LEASE_MS
      world.answer = () => new Response('second')
      await deliverDue(world.deps)
      return new Response('late', { status: 500 })
    }
    await deliver(world.deps, [id])
    expect((await shown(id)).state).toBe('delivered')
    expect((await shown(id)).log.map(({ outcome }) => outcome)).toEqual(['delivered', 'failed'])
  })

  it('nor does a last word that comes late', async () => {
    const id = await happenOnce()
    world.answer = async () => {
      world.now += LEASE_MS
      world.answer = () => new Response('second')
      await deliverDue(world.deps)
      return new Response('late', { status: 410 })
    }
    await deliver(world.deps, [id])
    expect((await shown(id)).state).toBe('delivered')
  })

  it('does not send when the claim took so long that the lease could end on the way', async () => {
    const id = await happenOnce()
    const slow: D1Database = new Proxy(world.db, {
      get: (db, name) =>
        name === 'batch'
          ? async (statements: D1PreparedStatement[]) => {
              const results = await db.batch(statements)
              world.now += LEASE_MS - 15_000
              return results
            }
          : (Reflect.get(db, name) as () => void).bind(db),
    })
    expect((await deliver({ ...world.deps, db: slow }, [id])).attempted).toBe(0)
    expect(world.sent).toEqual([])
  })

  it('the database failing after the send costs a repetition and nothing else', async () => {
    const complaints = vi.spyOn(console, 'error').mockReturnValue()
    const id = await happenOnce()
    let calls = 0
    const failing: D1Database = new Proxy(world.db, {
      get: (db, name) =>
        name === 'batch'
          ? async (statements: D1PreparedStatement[]) => {
              // Found, claimed, and then not written down.
              if (++calls === 3) throw new Error('D1 is away')
              return await db.batch(statements)
            }
          : (Reflect.get(db, name) as () => void).bind(db),
    })
    await deliver({ ...world.deps, db: failing }, [id])
    expect(complaints).toHaveBeenCalledOnce()
    world.now += LEASE_MS
    await deliverDue(world.deps)
    expect(world.sent).toHaveLength(2)
    expect((await shown(id)).state).toBe('delivered')
  })

  it('many of one endpoint do not hold up the first of another', async () => {
    for (let i = 0; i < 12; i++) await happen()
    world.now += 1
    const org2 = await world.organization()
    await world.endpoint(org2, { url: 'https://quiet.example.com/' })
    org = org2
    await happen()
    await deliverDue(world.deps, { attempts: 2, budgetMs: 1000 })
    expect(world.sent.map(({ url }) => url)).toContain('https://quiet.example.com/')
    expect(world.sent).toHaveLength(2)
  })

  it('an endpoint disabled while its delivery is on its way keeps it held', async () => {
    const id = await happenOnce()
    world.answer = async () => {
      await world.run(disableEndpoint(org, endpoint.id, world.now))
      return new Response('', { status: 500 })
    }
    await deliver(world.deps, [id])
    expect(await shown(id)).toMatchObject({ state: 'held', log: [{ outcome: 'failed' }] })
    expect((await shownEndpoint()).disabled_reason).toBe('owner')
  })

  it('nothing is begun after the budget', async () => {
    for (let i = 0; i < 20; i++) await happen()
    world.answer = () => {
      world.now += 20_000
      return new Response('')
    }
    const { attempted } = await deliverDue(world.deps, { attempts: 100, budgetMs: 40_000 })
    expect(attempted).toBeLessThan(13)
    expect((await deliverDue(world.deps)).attempted).toBeGreaterThan(0)
  })
})

describe('secrets in rotation', () => {
  it('sign both during the overlap, the new one alone after it', async () => {
    const old = endpoint.secret
    const fresh = await world.rotate(org, endpoint.id, 3600)
    expect(fresh).not.toBe(old)
    await deliver(world.deps, await happen())
    verify(world.sent[0], old)
    verify(world.sent[0], fresh)
    vi.restoreAllMocks()
    world.now += 3600_000
    await deliver(world.deps, await happen())
    verify(world.sent[1], fresh)
    expect(() => verify(world.sent[1], old)).toThrow('No matching signature')
  })

  it('without overlap the old one ends at once', async () => {
    const fresh = await world.rotate(org, endpoint.id, 0)
    await deliver(world.deps, await happen())
    verify(world.sent[0], fresh)
    expect(() => verify(world.sent[0], endpoint.secret)).toThrow('No matching signature')
    expect((await shownEndpoint()).previous_secret_expires_at).toBeNull()
  })

  it('twice during an overlap, the first ends', async () => {
    const second = await world.rotate(org, endpoint.id, 3600)
    const third = await world.rotate(org, endpoint.id, 3600)
    await deliver(world.deps, await happen())
    verify(world.sent[0], second)
    verify(world.sent[0], third)
    expect(() => verify(world.sent[0], endpoint.secret)).toThrow('No matching signature')
  })

  it('an attempt of before the rotation is repeated with the secrets of now', async () => {
    answerWith(500)
    const id = await happenOnce()
    await deliver(world.deps, [id])
    const fresh = await world.rotate(org, endpoint.id, 0)
    world.now += 5000
    await deliver(world.deps, [id])
    verify(world.sent[1], fresh)
  })
})

describe('by hand', () => {
  it('a resend has the same id, begins the schedule anew, and can be done after a delivery', async () => {
    const id = await happenOnce()
    await deliver(world.deps, [id])
    answerWith(500)
    expect(await resend(world.db, org, endpoint.id, id, world.now)).toEqual({ ok: true, value: id })
    await deliver(world.deps, [id])
    expect(await shown(id)).toMatchObject({ state: 'pending', attempts: 2, delivered_at: START })
    expect((await shown(id)).next_attempt_at).toBe(START + 5000)
    answerWith(204)
    world.now += 5000
    await deliver(world.deps, [id])
    expect(await shown(id)).toMatchObject({ state: 'delivered', attempts: 3, delivered_at: START })
    expect(new Set(world.sent.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
  })

  it('no resend of a delivery of another organization or endpoint', async () => {
    const id = await happenOnce()
    const other = await world.organization()
    const refused = { ok: false, error: 'not_found' }
    expect(await resend(world.db, other, endpoint.id, id, world.now)).toEqual(refused)
    expect(await resend(world.db, org, 'whe_other', id, world.now)).toEqual(refused)
    expect(await resend(world.db, org, endpoint.id, 'dlv_nobody', world.now)).toEqual(refused)
    expect((await shown(id)).attempts).toBe(0)
  })

  it('a test goes to its endpoint alone, and is tried once', async () => {
    await world.endpoint(org, { url: 'https://other.example.com/' })
    answerWith(500)
    const test = await sendTest(world.db, org, endpoint.id, world.now)
    if (!test.ok) throw new Error(test.error)
    expect(await deliver(world.deps, [test.value])).toMatchObject({ attempted: 1, retries: [] })
    expect(world.sent.map(({ url }) => url)).toEqual(['https://hooks.example.com/in'])
    expect(JSON.parse(world.sent[0]?.body ?? '')).toEqual({
      type: 'system.test',
      timestamp: '2026-11-02T03:04:05.678Z',
      data: { organization_id: org, endpoint_id: endpoint.id },
    })
    expect((await shown(test.value)).state).toBe('failed')
  })

  it('no test of a disabled endpoint, or of one that is not there', async () => {
    expect(await sendTest(world.db, org, 'whe_other', world.now)).toMatchObject({
      error: 'not_found',
    })
    expect(
      await sendTest(world.db, await world.organization(), endpoint.id, world.now),
    ).toMatchObject({ error: 'not_found' })
    await world.run(disableEndpoint(org, endpoint.id, world.now))
    expect(await sendTest(world.db, org, endpoint.id, world.now)).toMatchObject({
      error: 'endpoint_disabled',
    })
    expect(await world.rows('SELECT id FROM webhook_events')).toEqual([])
  })
})
