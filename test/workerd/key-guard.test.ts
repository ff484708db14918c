import {
  abortAllDurableObjects,
  evictDurableObject,
  runDurableObjectAlarm,
  runInDurableObject,
} from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'

import { LEASE_MARGIN_MS, LEASE_MS } from '../../src/guard/lease-terms.ts'
import { FENCE_WAIT_MS } from '../guard/fence-wait.ts'
import { FORGET_AFTER_MS } from '../../src/guard/turn.ts'
import type { AdmitAnswer, AdmitAsk, Lease } from '../../src/guard/protocol.ts'
import type { Limit } from '../../src/lib/limit.ts'
import { guardName } from '../../src/guard/name.ts'
import { applySchema, freshId, run } from './rows.ts'

const TEN: Limit = { name: 'plan', quota: 10, windowSeconds: 60 }
const START = Math.ceil(Date.now() / 1000) * 1000

let credentialId = ''
let name = ''
/** A stub of the guard under test; a new one each time, as after an abort. */
const guard = () => env.KEY_GUARD.getByName(name)

/** Longer ago than any lease that a guard with lost storage may have given. */
const EARLIER_MS = 120_000

beforeAll(applySchema)
beforeEach(async () => {
  credentialId = freshId('key')
  name = guardName(credentialId)
  await run(`INSERT INTO generations VALUES ('${credentialId}', 1)`)
  vi.useFakeTimers({ toFake: ['Date'], now: START - EARLIER_MS })
  // It is no longer new.
  await guard().confirm(1)
  at(0)
})
afterEach(() => {
  vi.useRealTimers()
})

async function admit(
  limits: readonly Limit[] = [TEN],
  generation = 1,
  want = 1,
): Promise<AdmitAnswer> {
  return await guard().admit({ generation, limits, want })
}

async function verdicts(count: number, limits: readonly Limit[] = [TEN]): Promise<string> {
  let marks = ''
  for (let i = 0; i < count; i++) marks += (await admit(limits)).verdict[0]
  return marks
}

/** The fence in force, once a generation has been published. */
const fence = async (generation: number) => (await guard().fence(generation)).generation
const waitMs = async () => (await guard().fence(1)).waitMs

const at = (ms: number) => vi.setSystemTime(START + ms)

describe('quota: exact in every window', () => {
  it('admits the quota and nothing more, then one for each that leaves the window', async () => {
    expect(await verdicts(5)).toBe('ggggg')
    at(30_000)
    expect(await verdicts(7)).toBe('gggggll')
    at(59_999)
    expect(await verdicts(1)).toBe('l')
    at(60_000)
    expect(await verdicts(6)).toBe('gggggl')
    at(89_999)
    expect(await verdicts(1)).toBe('l')
    at(90_000)
    expect(await verdicts(6)).toBe('gggggl')
  })

  it('says what is left, and when the next is admitted, to the millisecond', async () => {
    at(250)
    const first = await admit()
    expect(first).toStrictEqual({
      verdict: 'granted',
      lease: null,
      limits: [{ ...TEN, remaining: 9, resetAfterMs: 60_000 }],
    })
    await verdicts(9)
    at(20_250)
    const limited = await admit()
    expect(limited).toStrictEqual({
      verdict: 'limited',
      retryAfterMs: 40_000,
      limits: [{ ...TEN, remaining: 0, resetAfterMs: 40_000 }],
    })
    at(60_249)
    expect((await admit()).verdict).toBe('limited')
    at(60_250)
    expect((await admit()).verdict).toBe('granted')
  })

  it('200 admissions at once on a quota of 10 are 10', async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => admit()))
    expect(answers.filter(({ verdict }) => verdict === 'granted')).toHaveLength(10)
    expect(answers.filter(({ verdict }) => verdict === 'limited')).toHaveLength(190)
  })

  it('several at once fit whole or not at all', async () => {
    expect((await admit([TEN], 1, 11)).verdict).toBe('limited')
    expect((await admit([TEN], 1, 10)).verdict).toBe('granted')
    expect((await admit()).verdict).toBe('limited')
  })

  it.each([1, 5_000, 59_999, 60_000])(
    'a clock set back by %i ms admits nothing early',
    async (back) => {
      at(60_000)
      await verdicts(10)
      at(60_000 - back)
      expect(await verdicts(3)).toBe('lll')
      at(119_999)
      expect(await verdicts(1)).toBe('l')
      at(120_000)
      expect(await verdicts(11)).toBe('ggggggggggl')
    },
  )

  it('one set back further was wrong before: what it admitted counts for a window from then', async () => {
    at(5_000)
    await verdicts(10)
    at(-3_600_000)
    expect(await verdicts(3)).toBe('lll')
    at(-3_540_001)
    expect(await verdicts(1)).toBe('l')
    at(-3_540_000)
    expect(await verdicts(11)).toBe('ggggggggggl')
  })

  it('a denied request moves nothing: what it would have cost is still there', async () => {
    await verdicts(10)
    const before = await stored()
    at(1_000)
    expect(await verdicts(20)).toBe('l'.repeat(20))
    expect(await stored()).toStrictEqual(before)
  })
})

describe('what was spent survives', () => {
  it.each([
    ['eviction', () => evictDurableObject(guard())],
    ['an abort', () => abortAllDurableObjects()],
  ])('%s', async (_event, lose) => {
    expect(await verdicts(6)).toBe('gggggg')
    await lose()
    expect(await verdicts(5)).toBe('ggggl')
    await lose()
    expect(await verdicts(1)).toBe('l')
    at(60_000)
    await lose()
    expect(await verdicts(11)).toBe('ggggggggggl')
  })
})

describe('several limits on one call', () => {
  const few: Limit = { name: 'sessions', quota: 2, windowSeconds: 10 }

  it('the tightest decides, and the others lose nothing by its refusal', async () => {
    expect(await verdicts(5, [TEN, few])).toBe('gglll')
    const [plan, sessions] = await guard().peek([TEN, few])
    expect(plan?.remaining).toBe(8)
    expect(sessions?.remaining).toBe(0)
    expect(await verdicts(9)).toBe('ggggggggl')
  })

  it('Retry-After is the longest wait of all', async () => {
    await verdicts(2, [few])
    await verdicts(10)
    const answer = await admit([few, TEN])
    expect(answer.verdict === 'limited' && answer.retryAfterMs).toBe(60_000)
  })

  it('partitions have windows of their own, beside the one of the whole key', async () => {
    const of = (partition: string): Limit => ({ ...few, partition })
    expect(await verdicts(3, [TEN, of('198.51.100.7')])).toBe('ggl')
    expect(await verdicts(3, [TEN, of('2001:db8::/64')])).toBe('ggl')
    expect(await verdicts(1, [few])).toBe('g')
    const [plan] = await guard().peek([TEN])
    expect(plan?.remaining).toBe(6)
  })

  it('a quota that was lowered counts what was spent before', async () => {
    await verdicts(6)
    expect(await verdicts(1, [{ ...TEN, quota: 5 }])).toBe('l')
    expect(await verdicts(1, [{ ...TEN, quota: 7 }])).toBe('g')
  })
})

describe('the fence', () => {
  it('older is stale, the same is current, newer raises it', async () => {
    expect((await admit([TEN], 5)).verdict).toBe('granted')
    expect(await admit([TEN], 4)).toStrictEqual({ verdict: 'stale' })
    expect((await admit([TEN], 5)).verdict).toBe('granted')
    expect(await guard().confirm(6)).toBe('current')
    expect(await admit([TEN], 5)).toStrictEqual({ verdict: 'stale' })
    expect(await guard().confirm(5)).toBe('stale')
  })

  it('a stale request costs nothing', async () => {
    await guard().fence(2)
    await Promise.all(Array.from({ length: 20 }, () => admit([TEN], 1)))
    const [plan] = await guard().peek([TEN])
    expect(plan?.remaining).toBe(10)
  })

  it('only rises, in whatever order it is published', async () => {
    expect(await fence(7)).toBe(7)
    expect(await fence(3)).toBe(7)
    expect(await Promise.all([5, 9, 8, 9, 1].map(fence))).toContain(9)
    expect(await fence(0)).toBe(9)
  })

  it.each([
    ['eviction', () => evictDurableObject(guard())],
    ['an abort', () => abortAllDurableObjects()],
  ])('survives %s', async (_event, lose) => {
    await guard().fence(4)
    await lose()
    expect(await guard().confirm(3)).toBe('stale')
    expect(await guard().fence(2)).toStrictEqual({ generation: 4, waitMs: 0 })
  })

  it('a limited request raises it too, because the record was newer', async () => {
    await verdicts(10)
    expect((await admit([TEN], 2)).verdict).toBe('limited')
    expect(await guard().confirm(1)).toBe('stale')
  })
})

describe('a lease', () => {
  const WIDE: Limit = { name: 'plan', quota: 1_000, windowSeconds: 60 }
  const ask = async (over: Partial<AdmitAsk>): Promise<AdmitAnswer> =>
    await guard().admit({ generation: 1, limits: [WIDE], want: 0, leaseMs: LEASE_MS, ...over })
  const leaseOf = async (): Promise<Lease> => {
    const answer = await ask({ lease: 10 })
    if (answer.verdict !== 'granted' || !answer.lease) throw new Error('there is no lease')
    return answer.lease
  }
  const remaining = async (): Promise<number | undefined> =>
    (await guard().peek([WIDE]))[0]?.remaining

  it('200 asks at once on what is left: leases and admissions together are the quota at most', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => ask({ want: 5, lease: 10 })),
    )
    let given = 0
    for (const answer of answers) {
      if (answer.verdict === 'granted') given += 5 + (answer.lease?.tokens ?? 0)
    }
    expect(given).toBeGreaterThan(990)
    expect(given).toBeLessThanOrEqual(1_000)
    expect(await remaining()).toBe(1_000 - given)
  })

  describe.each([
    ['eviction', () => evictDurableObject(guard())],
    ['an abort', () => abortAllDurableObjects()],
  ])('survives %s', (_event, lose) => {
    it('and makes the fence wait, until it is settled', async () => {
      const lease = await leaseOf()
      await lose()
      expect(await waitMs()).toBe(FENCE_WAIT_MS)
      await ask({ settled: [{ id: lease.id, unused: 10 }] })
      await lose()
      expect(await waitMs()).toBe(0)
    })

    it('and counts in full until the last that may have used it has left the window', async () => {
      const { ms } = await leaseOf()
      await lose()
      expect(await remaining()).toBe(990)
      const leaves = ms + LEASE_MARGIN_MS + 60_000
      at(leaves - 1)
      expect((await ask({ want: 990 })).verdict).toBe('granted')
      await lose()
      expect((await ask({ want: 1 })).verdict).toBe('limited')
      at(leaves)
      expect((await ask({ want: 10 })).verdict).toBe('granted')
      expect((await ask({ want: 1 })).verdict).toBe('limited')
    })

    it('and is settled once only, with what was used of it', async () => {
      const lease = await leaseOf()
      await lose()
      await ask({ settled: [{ id: lease.id, unused: 4 }] })
      await lose()
      await ask({ settled: [{ id: lease.id, unused: 10 }] })
      expect(await remaining()).toBe(994)
      expect((await leaseOf()).id).toBeGreaterThan(lease.id)
    })
  })

  it('is told by whoever is stale as well', async () => {
    const lease = await leaseOf()
    expect(await guard().fence(2)).toStrictEqual({ generation: 2, waitMs: FENCE_WAIT_MS })
    const answer = await ask({ want: 1, lease: 10, settled: [{ id: lease.id, unused: 3 }] })
    expect(answer).toStrictEqual({ verdict: 'stale' })
    expect(await remaining()).toBe(993)
    expect(await guard().fence(3)).toStrictEqual({ generation: 3, waitMs: 0 })
  })
})

describe('forgetting', () => {
  it('not before a day without a call that wrote', async () => {
    await admit([TEN], 3)
    at(FORGET_AFTER_MS - 1)
    expect(await runDurableObjectAlarm(guard())).toBe(true)
    expect(await guard().confirm(2)).toBe('stale')
    expect(await stored()).not.toStrictEqual([])
    expect(await alarmAt()).toBe(START + FORGET_AFTER_MS)
  })

  it('after a day everything, with the alarm', async () => {
    await admit([TEN], 3)
    at(FORGET_AFTER_MS)
    expect(await runDurableObjectAlarm(guard())).toBe(true)
    expect(await stored()).toStrictEqual([])
    expect(await alarmAt()).toBeNull()
  })

  it('each write puts it off: the fence stays while the guard is in use', async () => {
    await admit([TEN], 3)
    at(FORGET_AFTER_MS - 1_000)
    await admit([TEN], 3)
    at(FORGET_AFTER_MS)
    expect(await runDurableObjectAlarm(guard())).toBe(true)
    expect(await guard().confirm(2)).toBe('stale')
    expect(await alarmAt()).toBe(START + 2 * FORGET_AFTER_MS - 1_000)
  })

  it('windows of a day ago go, those in use stay', async () => {
    await admit([{ ...TEN, partition: '198.51.100.7' }])
    at(FORGET_AFTER_MS - 1_000)
    await admit([{ ...TEN, partition: '198.51.100.8' }])
    at(FORGET_AFTER_MS)
    await runDurableObjectAlarm(guard())
    expect((await stored()).map(([key]) => key)).toStrictEqual([
      'fence',
      'leases',
      'window:plan@198.51.100.8',
    ])
  })

  it('begins anew afterwards, and forgets again', async () => {
    await admit([TEN], 3)
    at(FORGET_AFTER_MS)
    await runDurableObjectAlarm(guard())
    expect(await verdicts(11)).toBe('ggggggggggl')
    expect(await alarmAt()).toBe(START + 2 * FORGET_AFTER_MS)
  })
})

async function stored(): Promise<[string, unknown][]> {
  return await runInDurableObject(guard(), (_, { storage }) => [...storage.kv.list()])
}

async function alarmAt(): Promise<number | null> {
  return await runInDurableObject(guard(), (_, { storage }) => storage.getAlarm())
}
