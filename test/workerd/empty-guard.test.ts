// A guard that knows nothing: it is new, has forgotten, or its storage is lost. It begins with what D1
// has, before it says anything, and counts on leases that it may have given.

import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'

import type { Leases } from '../../src/guard/books.ts'
import { guardName } from '../../src/guard/name.ts'
import { FENCE_WAIT_MS } from '../guard/fence-wait.ts'
import { FORGET_AFTER_MS } from '../../src/guard/turn.ts'
import type { Lease } from '../../src/guard/protocol.ts'
import { publishPending } from '../../src/guard/publish.ts'
import { outcome, startIsolate } from './isolate.ts'
import {
  applySchema,
  freshId,
  generationsIn,
  makeOrganization,
  mint,
  run,
  type Minted,
} from './rows.ts'

const READ = '/api/v1/sessions/s_1'
const LIMITS = [{ name: 'plan', quota: 1_000, windowSeconds: 60 }]
const START = Math.ceil(Date.now() / 1000) * 1000

let key: Minted

beforeAll(applySchema)
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: START })
  key = await mint(await makeOrganization(), 'secret')
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const guard = () => env.KEY_GUARD.getByName(guardName(key.id))
const generation = async () => (await generationsIn('generations')).get(key.id) ?? 0
const loseStorage = () =>
  runInDurableObject(guard(), async (_, { storage }) => {
    await storage.deleteAll()
  })

async function revokeInForce(): Promise<void> {
  await run(`UPDATE credentials SET revoked_at = 1 WHERE id = '${key.id}'`)
  expect((await publishPending(env)).enforced_at).not.toBeNull()
}

async function lease(): Promise<Lease> {
  const ask = { generation: await generation(), limits: LIMITS, want: 0, lease: 10 }
  const answer = await guard().admit(ask)
  if (answer.verdict !== 'granted' || !answer.lease) throw new Error('there is no lease')
  return answer.lease
}

/** The guard asks this D1 from now on, until it is evicted. */
async function withDatabase(DB: D1Database): Promise<void> {
  await runInDurableObject(guard(), (instance) => {
    Reflect.set(instance, 'env', { ...env, DB })
  })
}

function counted(): { DB: D1Database; reads: () => number } {
  let reads = 0
  const withSession = (at?: string): D1DatabaseSession => {
    reads += 1
    return env.DB.withSession(at)
  }
  return { DB: { withSession } as unknown as D1Database, reads: () => reads }
}

describe('whose storage is lost', () => {
  it('admits nothing that was revoked before, whatever memos still hold', async () => {
    const isolates = [await startIsolate(), await startIsolate()]
    for (const isolate of isolates) {
      expect(outcome(await isolate.call(READ, { key: key.value }))).toBe('200')
    }
    await revokeInForce()
    await loseStorage()
    for (const isolate of isolates) {
      expect(outcome(await isolate.call(READ, { key: key.value }))).toBe('401 key_revoked')
    }
  })

  it('does not begin with the first record that comes, be it fresh', async () => {
    const warm = await startIsolate()
    expect(outcome(await warm.call(READ, { key: key.value }))).toBe('200')
    const before = await generation()
    await revokeInForce()
    await loseStorage()
    // A request that read its record before the revocation, and is heard only now.
    const ask = { generation: before, limits: LIMITS, want: 1, fresh: true }
    expect(await guard().admit(ask)).toMatchObject({ verdict: 'granted' })
    expect(outcome(await warm.call(READ, { key: key.value }))).toBe('401 key_revoked')
  })

  it('nor with an older fence that a slow publisher brings', async () => {
    const before = await generation()
    await revokeInForce()
    await loseStorage()
    expect((await guard().fence(before)).generation).toBe(await generation())
    expect(await guard().confirm(before)).toBe('stale')
  })

  describe('with a lease out', () => {
    it('its first fence waits the longest that one may last, also after others were admitted', async () => {
      await lease()
      await loseStorage()
      const { waitMs } = await guard().fence(Date.now() + 1_000)
      expect(waitMs).toBe(FENCE_WAIT_MS)
      await loseStorage()
      await guard().confirm(await generation())
      expect((await guard().fence(Date.now() + 2_000)).waitMs).toBe(FENCE_WAIT_MS)
    })

    it('who settles that takes none of its new leases for it', async () => {
      const { id } = await lease()
      await loseStorage()
      vi.setSystemTime(START + 1)
      const fresh = await lease()
      vi.setSystemTime(START + 120_000)
      const generationNow = await generation()
      const settled = [{ id, unused: 10 }]
      await guard().admit({ generation: generationNow, limits: LIMITS, want: 0, settled })
      expect(fresh.id).not.toBe(id)
      const open = await runInDurableObject(guard(), (_, { storage }) => {
        const leases = storage.kv.get<Leases>('leases')
        return leases?.open.map((one) => one.id)
      })
      expect(open).toStrictEqual([fresh.id])
    })
  })
})

describe('that has forgotten, after a day without a call', () => {
  it('begins with what D1 has', async () => {
    const before = await generation()
    await guard().confirm(before)
    await revokeInForce()
    vi.setSystemTime(START + FORGET_AFTER_MS + 60_000)
    expect(await runDurableObjectAlarm(guard())).toBe(true)
    expect(await guard().confirm(before)).toBe('stale')
  })
})

describe('reads D1', () => {
  it('once, however many ask at once, and never again', async () => {
    const { DB, reads } = counted()
    await withDatabase(DB)
    const current = await generation()
    const ask = { generation: current, limits: LIMITS, want: 1 }
    const answers = await Promise.all(Array.from({ length: 20 }, () => guard().admit(ask)))
    expect(answers.every(({ verdict }) => verdict === 'granted')).toBe(true)
    expect(reads()).toBe(1)
    for (let i = 0; i < 5; i++) await guard().confirm(current)
    expect(reads()).toBe(1)
  })

  it('not to tell where limits stand, and leaves nothing', async () => {
    const { DB, reads } = counted()
    await withDatabase(DB)
    for (let i = 0; i < 5; i++) await guard().peek(LIMITS)
    expect(reads()).toBe(0)
    const left = await runInDurableObject(guard(), (_, { storage }) => [...storage.kv.list()])
    expect(left).toStrictEqual([])
  })

  it('while the record is being read, and has answered by then', async () => {
    const { DB, reads } = counted()
    await withDatabase(DB)
    await guard().admitAhead(['plan'])
    await vi.waitFor(async () => {
      const fence = await runInDurableObject(guard(), (_, { storage }) => storage.kv.get('fence'))
      expect(fence).toMatchObject({ generation: await generation() })
    })
    expect(reads()).toBe(1)
  })

  it('in vain: it admits nothing and 503 says so, until D1 is there', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const isolate = await startIsolate()
    const down = {
      withSession() {
        throw new Error('D1 does not answer')
      },
    }
    await withDatabase(down as unknown as D1Database)
    expect(outcome(await isolate.call(READ, { key: key.value }))).toBe('503 guard_unreachable')
    await withDatabase(env.DB)
    expect(outcome(await isolate.call(READ, { key: key.value }))).toBe('200')
  })

  it('and D1 knows of no such credential: everything is stale', async () => {
    const unknown = env.KEY_GUARD.getByName(guardName(freshId('key')))
    const ask = { generation: START, limits: LIMITS, want: 1 }
    expect(await unknown.admit(ask)).toStrictEqual({ verdict: 'stale' })
    expect(await unknown.admit({ ...ask, fresh: true })).toStrictEqual({ verdict: 'stale' })
    expect(await unknown.confirm(START)).toBe('stale')
  })
})
