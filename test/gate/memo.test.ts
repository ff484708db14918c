import { describe, expect, it } from 'vitest'

import { AskBudget } from '../../src/guard/ask-budget.ts'
import { RefusalMemo } from '../../src/guard/refusal-memo.ts'
import { KeyMemo, MEMO_MAX_AGE_MS, UNKNOWN_FOR_MS, type KnownKey } from '../../src/gate/memo.ts'
import { attackCases } from '../corpora.ts'

const NOW = 1_000_000
/** Of what a memo keeps it looks at the lists alone. */
function known(loadedAt = NOW, keyIps: readonly string[] | null = null): KnownKey {
  const principal = { record: { organizationIps: null, keyIps, origins: null } }
  return { principal, loadedAt, asks: new AskBudget(), meters: new Map() } as unknown as KnownKey
}

describe('KeyMemo', () => {
  it('finds a key by the whole string that was presented', () => {
    const memo = new KeyMemo()
    const key = known()
    memo.set('vk_live_a', key)
    expect(memo.get('vk_live_a', NOW)).toBe(key)
    for (const other of ['vk_live_', 'vk_live_A', 'vk_live_a ', '']) {
      expect(memo.get(other, NOW)).toBeUndefined()
    }
  })

  it('for an hour', () => {
    const memo = new KeyMemo()
    memo.set('a', known())
    expect(memo.get('a', NOW + MEMO_MAX_AGE_MS - 1)).toBeDefined()
    expect(memo.get('a', NOW + MEMO_MAX_AGE_MS)).toBeUndefined()
  })

  it('an unknown string stays unknown for two seconds, unless it becomes known', () => {
    const memo = new KeyMemo()
    memo.setUnknown('a', NOW)
    expect(memo.isUnknown('a', NOW + UNKNOWN_FOR_MS - 1)).toBe(true)
    expect(memo.isUnknown('a', NOW + UNKNOWN_FOR_MS)).toBe(false)
    memo.setUnknown('a', NOW)
    memo.set('a', known())
    expect(memo.isUnknown('a', NOW)).toBe(false)
  })

  it('a key that has become unknown is known no more', () => {
    const memo = new KeyMemo()
    memo.set('a', known())
    memo.setUnknown('a', NOW)
    expect(memo.get('a', NOW)).toBeUndefined()
  })

  it('K11: strings without end push out each other, not what is known', () => {
    expect(attackCases('key', 'unit').some(({ id }) => id === 'K11')).toBe(true)
    const memo = new KeyMemo()
    memo.set('mine', known())
    memo.setUnknown('first', NOW)
    for (let i = 0; i < 10_000; i++) memo.setUnknown(`random ${i}`, NOW)
    expect(memo.isUnknown('first', NOW)).toBe(false)
    expect(memo.isUnknown('random 9999', NOW)).toBe(true)
    expect(memo.get('mine', NOW)).toBeDefined()
  })

  it('and keys without end are bounded as well', () => {
    const memo = new KeyMemo()
    memo.set('first', known())
    for (let i = 0; i < 10_000; i++) memo.set(`key ${i}`, known())
    expect(memo.get('first', NOW)).toBeUndefined()
    expect(memo.get('key 0', NOW)).toBeDefined()
  })

  it('and so are their lists, of which few long ones fill an isolate', () => {
    const memo = new KeyMemo()
    const list = Array.from({ length: 10_000 }, (_, i) => `10.0.${i >> 8}.${i & 255}`)
    for (let i = 0; i < 41; i++) memo.set(`key ${i}`, known(NOW, list))
    const kept = Array.from({ length: 41 }, (_, i) => memo.get(`key ${i}`, NOW) !== undefined)
    expect(kept.filter(Boolean)).toHaveLength(40)
    expect(kept[0]).toBe(false)
  })
})

describe('RefusalMemo', () => {
  const plan = { name: 'plan', quota: 10, windowSeconds: 60 }
  const asked = { id: 'key_1', generation: 1, limits: [plan] }
  const state = { ...plan, remaining: 0, resetAfterMs: 40_000 }
  const refusal = (retryAfterMs: number) => ({ limits: [state], retryAfterMs })
  const remembered = (retryAfterMs: number) => {
    const memo = new RefusalMemo()
    memo.set(asked, refusal(retryAfterMs), NOW)
    return memo
  }

  it('is remembered until it ends, its times counted down', () => {
    const memo = remembered(40_000)
    expect(memo.get(asked, NOW)).toStrictEqual(refusal(40_000))
    expect(memo.get(asked, NOW + 999)).toStrictEqual({
      limits: [{ ...state, resetAfterMs: 39_001 }],
      retryAfterMs: 39_001,
    })
    expect(memo.get(asked, NOW + 40_000)).toBeUndefined()
  })

  it('not longer than it lasts', () => {
    const memo = remembered(300)
    expect(memo.get(asked, NOW + 299)?.retryAfterMs).toBe(1)
    expect(memo.get(asked, NOW + 300)).toBeUndefined()
  })

  it('not when the clock was set back', () => {
    expect(remembered(40_000).get(asked, NOW - 1)).toBeUndefined()
  })

  it('K16: of this key and these limits alone', () => {
    const memo = remembered(40_000)
    const sessions = { ...plan, name: 'sessions' }
    const others = [
      { id: 'key_', limits: [{ ...plan, name: '1 plan' }] },
      { limits: [plan, sessions] },
      { limits: [{ ...plan, partition: '192.0.2.1' }] },
      { id: 'key_2' },
    ]
    for (const over of others) expect(memo.get({ ...asked, ...over }, NOW)).toBeUndefined()
  })

  it('of this generation, this quota and this window alone', () => {
    const memo = remembered(40_000)
    const others = [
      { generation: 2 },
      { limits: [{ ...plan, quota: 11 }] },
      { limits: [{ ...plan, windowSeconds: 30 }] },
    ]
    for (const over of others) expect(memo.get({ ...asked, ...over }, NOW)).toBeUndefined()
  })

  it('until more was granted', () => {
    const memo = remembered(40_000)
    memo.forget(asked)
    expect(memo.get(asked, NOW)).toBeUndefined()
  })
})

describe('AskBudget', () => {
  it('waits for another request’s question, but not for one whose request is gone', async () => {
    const budget = new AskBudget()
    expect(await budget.foundStale()).toBe(false)
    const asked = Promise.withResolvers<boolean>()
    budget.share(asked.promise)
    const waiting = budget.foundStale()
    asked.resolve(true)
    expect(await waiting).toBe(true)
    expect(await budget.foundStale()).toBe(true)
    budget.share(new Promise(() => {}))
    expect(await budget.foundStale()).toBe(false)
  })
})
