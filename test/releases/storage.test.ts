// What a guard has stored outlives its code: a release begins with what the one before stored, and after a
// rollback the one before begins with what this one stored. Fences and leases stay as they are, so that what
// is revoked stays revoked; windows begin anew with a rollback.

import { describe, expect, it } from 'vitest'

import { Ledger } from '../../src/guard/ledger.ts'
import type { Limit } from '../../src/lib/limit.ts'
import { memoryStore, type MemoryStore } from '../guard/memory-store.ts'

type Code = new (store: MemoryStore, begun: () => void) => Pick<Ledger, 'admit' | 'fence' | 'peek'>

/** Plain JavaScript, made by make.ts. */
const FILE: string = './66ea86f/ledger.js'
const { Ledger: Older } = (await import(FILE)) as { readonly Ledger: Code }

const START = 1_800_000_000_000
const PLAN: Limit = { name: 'plan', quota: 1_000, windowSeconds: 60 }
const at = (ms: number): number => START + ms

const FEW: Limit = { name: 'few', quota: 5, windowSeconds: 60 }

describe.each([
  ['a deploy over what the release before stored', Older, Ledger],
  ['a rollback over what this release stored', Ledger, Older],
] as const)('%s', (_what, Before: Code, After: Code) => {
  const start = () => {
    const store = memoryStore()
    return { before: new Before(store, () => {}), after: new After(store, () => {}) }
  }

  it('keeps the fence', () => {
    const { before, after } = start()
    before.fence(7, at(0))
    expect(after.admit({ generation: 6, limits: [PLAN], want: 1 }, at(1))).toEqual({
      verdict: 'stale',
    })
  })

  it.runIf(After === Ledger)('keeps what was spent, to the last request', () => {
    const { before, after } = start()
    const ask = { generation: 7, limits: [FEW], want: 1 }
    const verdicts = [before, before, before, after, after, after].map(
      (one, i) => one.admit(ask, at(10 + i)).verdict,
    )
    expect(verdicts).toEqual([...Array.from({ length: 5 }, () => 'granted'), 'limited'])
    expect(after.peek([FEW], at(60_010 + 1_000))[0]?.remaining).toBe(5)
  })

  it('counts a lease that is out, waits for it, and takes back what is left of it', () => {
    const { before, after } = start()
    const answer = before.admit({ generation: 7, limits: [PLAN], want: 0, lease: 10 }, at(100))
    const lease = answer.verdict === 'granted' ? answer.lease : null
    expect(lease).toMatchObject({ tokens: 10 })
    if (After === Ledger) expect(after.peek([PLAN], at(110))[0]?.remaining).toBe(990)
    expect(after.fence(7, at(120)).waitMs).toBeGreaterThan(0)
    const settled = [{ id: lease?.id ?? 0, unused: 8 }]
    after.admit({ generation: 7, limits: [PLAN], want: 0, settled }, at(130))
    expect(after.peek([PLAN], at(140))[0]?.remaining).toBe(998)
  })
})
