// What widens is in force once it is published, for a busy key that was over its limit too: a refusal
// that an isolate remembers is of what was asked then, and not of what is asked now.

import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'

import { ASKS_PER_SECOND } from '../../src/guard/ask-budget.ts'
import { FENCE_WAIT_MS } from '../guard/fence-wait.ts'
import { publishPending } from '../../src/guard/publish.ts'
import { counting, type Calls } from './counting.ts'
import { outcome, startIsolate, type Isolate } from './isolate.ts'
import { applySchema, makeOrganization, mint, run, type Minted } from './rows.ts'

const READ = '/api/v1/sessions/s_1'
const START = Math.ceil(Date.now() / 1000) * 1000
/** More in a second than the guard is asked about. */
const BURST = 3 * ASKS_PER_SECOND

let key: Minted
let isolate: Isolate
let calls: Calls
const at = (ms: number) => vi.setSystemTime(START + ms)

beforeAll(applySchema)
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: START })
  key = await mint(await makeOrganization(), 'secret')
  const counted = counting()
  calls = counted.calls
  isolate = await startIsolate(counted.bindings)
  await setQuota(30)
})
afterEach(() => {
  vi.useRealTimers()
})

async function setQuota(plan: number): Promise<void> {
  await run(`UPDATE credentials SET quotas = '{"plan":${plan}}' WHERE id = '${key.id}'`)
  expect((await publishPending(env)).enforced_at).not.toBeNull()
}

const call = async (path = READ) => outcome(await isolate.call(path, { key: key.value }))

async function oneByOne(): Promise<Record<string, number>> {
  const outcomes: string[] = []
  for (let i = 0; i < BURST; i++) outcomes.push(await call())
  return tally(outcomes)
}

async function atOnce(path = READ): Promise<Record<string, number>> {
  return tally(await Promise.all(Array.from({ length: BURST }, () => call(path))))
}

function tally(outcomes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const one of outcomes) counts[one] = (counts[one] ?? 0) + 1
  return counts
}

describe('a quota that was raised, of a key that is over it and busy', () => {
  it.each([
    ['one after the other', oneByOne],
    ['at once', atOnce],
  ])('every request of the next burst counts, %s', async (_how, burst) => {
    expect(await oneByOne()).toStrictEqual({ '200': 30, '429 rate_limited': 30 })
    await setQuota(390)
    for (const second of [2, 4, 6]) {
      at(second * 1000)
      expect(await burst()).toStrictEqual({ '200': BURST })
    }
  })

  it('lowered and raised again: each refusal is of its own quota', async () => {
    await oneByOne()
    await setQuota(10)
    at(1_000)
    expect(await oneByOne()).toStrictEqual({ '429 rate_limited': BURST })
    await setQuota(31)
    at(2_000)
    expect(await oneByOne()).toStrictEqual({ '200': 1, '429 rate_limited': BURST - 1 })
  })
})

it('what has become free again is had at once: the refusal is forgotten with the first grant', async () => {
  await oneByOne()
  await env.KEY_GUARD.getByName(`v1:${key.id}`).fence(0)
  at(59_000)
  expect(await call()).toBe('429 rate_limited')
  // The last lease counts until its last moment has left the window.
  at(60_000 + FENCE_WAIT_MS)
  expect((await atOnce())['200']).toBe(30)
})

it('a scope that was added counts for all of a burst', async () => {
  const path = '/api/v1/webhooks/w_1'
  expect(await atOnce(path)).toStrictEqual({ '403 scope_missing': BURST })
  await run(`UPDATE credentials SET scopes = '["webhooks:read"]' WHERE id = '${key.id}'`)
  await setQuota(390)
  at(2_000)
  expect(await atOnce(path)).toStrictEqual({ '200': BURST })
})

it('and a flood over the limit still asks so often a second only', async () => {
  await oneByOne()
  at(1_000)
  calls.take()
  expect(await atOnce()).toStrictEqual({ '429 rate_limited': BURST })
  expect(calls.take()).toStrictEqual({ 'guard.admit': ASKS_PER_SECOND })
})
