// A guard's answer is lost on its way to an isolate. What the isolate never got it cannot use, so its
// next ask has it back; what it told, it tells again, and each of that counts once.

import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { askGuardFor, TELL_ALONE_MS, type Ask } from '../../src/guard/lease.ts'
import { Ledger } from '../../src/guard/ledger.ts'
import { Meter } from '../../src/guard/meter.ts'
import type { AdmitAsk } from '../../src/guard/protocol.ts'
import { err, ok } from '../../src/lib/result.ts'
import { memoryStore } from './memory-store.ts'

const START = 1_800_000_000_000
const PLAN = { name: 'plan', quota: 1_000, windowSeconds: 60 }
const WINDOW_MS = 60_000

type Fault = 'none' | 'ask lost' | 'answer lost' | 'ask late'

let ledger: Ledger
let meter: Meter
let faults: Fault[]
let late: AdmitAsk[]

beforeEach(() => {
  vi.useFakeTimers({ now: START })
  ledger = new Ledger(memoryStore(), () => {})
  meter = new Meter({ limits: [PLAN] })
  faults = []
  late = []
})
afterEach(() => {
  vi.useRealTimers()
})

const send: Ask = (asked) => {
  const fault = faults.shift() ?? 'none'
  const sent = structuredClone({ generation: 1, limits: [PLAN], ...asked })
  if (fault === 'ask late') late.push(sent)
  if (fault === 'ask lost' || fault === 'ask late') return Promise.resolve(err('unreachable'))
  const answer = ledger.admit(sent, Date.now())
  return Promise.resolve(fault === 'answer lost' ? err('unreachable') : ok(answer))
}
/** One request that asks its guard, for a lease too. */
const request = async (): Promise<string> => {
  const now = Date.now()
  for (let i = 0; i < 5; i++) meter.see(now)
  const answer = await askGuardFor(meter, 1, now, send, (work) => void work)
  return answer.ok ? answer.value.verdict : answer.error
}
/** So late that a lease of an earlier request has ended, and was told of. */
const later = () => vi.advanceTimersByTimeAsync(TELL_ALONE_MS + 100)
const spent = () => PLAN.quota - (ledger.peek([PLAN], Date.now())[0]?.remaining ?? 0)

it('once: the lease comes back with the next ask, the request itself counts', async () => {
  faults = ['answer lost']
  expect(await request()).toBe('unreachable')
  expect(spent()).toBeGreaterThan(1)
  expect(ledger.fence(1, Date.now()).waitMs).toBeGreaterThan(0)
  await later()
  expect(await request()).toBe('granted')
  await later()
  expect(spent()).toBe(2)
  expect(ledger.fence(1, Date.now() + WINDOW_MS).waitMs).toBe(0)
})

it.each<[string, Fault[]]>([
  ['what tells of it is lost', ['answer lost', 'ask lost']],
  ['the answer to what tells of it is lost', ['answer lost', 'answer lost']],
  ['again and again', ['answer lost', 'answer lost', 'ask lost', 'ask lost', 'answer lost']],
  ['as that of a lease’s end is', ['none', 'answer lost', 'answer lost']],
])('%s: each request counts once at most, and no lease', async (_how, sequence) => {
  faults = [...sequence]
  const heard = sequence.filter((fault) => fault !== 'ask lost').length
  // A lease's end, told off the requests' way, is an ask of its own.
  while (faults.length > 0) {
    await request()
    await later()
  }
  await request()
  await later()
  expect(spent()).toBeLessThanOrEqual(heard + 1)
  expect(spent()).toBeGreaterThanOrEqual(1)
})

it('an ask that arrives after it was told as lost: its lease counts until it leaves the window', async () => {
  faults = ['ask late']
  await request()
  await later()
  expect(await request()).toBe('granted')
  const [ask] = late
  if (!ask) throw new Error('nothing is late')
  expect(ledger.admit(ask, Date.now())).toMatchObject({ verdict: 'granted' })
  await later()
  expect(spent()).toBe(2 + (ask.lease ?? 0))
  await vi.advanceTimersByTimeAsync(WINDOW_MS)
  expect(spent()).toBe(0)
})
