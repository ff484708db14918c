// Quotas by the day and the month, balances and credits over the wire: exact, whoever asks at once, and
// told in headers that parse.

import { parseList } from 'structured-headers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { startEdge, type Minted, type TestEdge } from '../harness/edge.ts'
import { present } from './call.ts'
import { quotasCatalog } from './quotas-catalog.ts'

let edge: TestEdge
beforeAll(async () => {
  edge = await startEdge({
    entries: { gate: 'test/workerd/quotas-gate.ts', control: 'test/workerd/quotas-control.ts' },
    catalog: quotasCatalog,
  })
})
afterAll(() => edge.stop())

async function keyWith(quotas: Readonly<Record<string, number>> = {}): Promise<Minted> {
  const key = await edge.mint('secret')
  await edge.sql(
    `UPDATE credentials SET quotas = '${JSON.stringify(quotas)}' WHERE id = '${key.id}'`,
  )
  await edge.sync()
  return key
}
const get = async (key: Minted, path: string): Promise<Response> =>
  await edge.fetch(path, { headers: present('secret', key) })

/** A status, and the reason where the edge gives one. */
async function said(answer: Response): Promise<string> {
  const reason = answer.headers.get('x-edge-reason')
  await answer.body?.cancel()
  return reason === null ? String(answer.status) : `${answer.status} ${reason}`
}

async function outcomes(key: Minted, path: string, times: number): Promise<Record<string, number>> {
  const counted: Record<string, number> = {}
  const all = await Promise.all(Array.from({ length: times }, () => get(key, path)))
  for (const answer of all) {
    const told = await said(answer)
    counted[told] = (counted[told] ?? 0) + 1
  }
  return counted
}

/** Seconds until the day, or the month, is over. */
function secondsLeft(period: 'day' | 'month'): number {
  const now = new Date()
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()]
  const end = period === 'day' ? Date.UTC(year, month, day + 1) : Date.UTC(year, month + 1)
  return Math.ceil((end - now.getTime()) / 1000)
}

describe('a limit on credits', () => {
  it('counts what the route costs, of the month and of the balance; other routes cost none', async () => {
    const key = await keyWith()
    const states = async (path: string) => {
      const answer = await get(key, path)
      await answer.body?.cancel()
      const limits = parseList(answer.headers.get('ratelimit') ?? '')
      return Object.fromEntries(limits.map(([name, state]) => [name as string, state.get('r')]))
    }
    expect(await states('/free')).toEqual({ plan: 499, calls: 399 })
    expect(await states('/priced')).toEqual({ plan: 498, calls: 398, credits: 93, grant: 993 })
  })

  it('admits as many as it pays for, at once, and not one more', async () => {
    const key = await keyWith()
    // 14 × 7 = 98 of 100.
    expect(await outcomes(key, '/priced', 40)).toEqual({ '200': 14, '429 quota_exceeded': 26 })
    expect(await said(await get(key, '/free'))).toBe('200')
  })

  it('used up: says when it begins anew, and where all of them stand', async () => {
    const key = await keyWith({ credits: 6 })
    const refused = await get(key, '/priced')
    const after = Number(refused.headers.get('retry-after'))
    // A second may pass between the two clocks.
    expect(Math.abs(after - secondsLeft('month'))).toBeLessThanOrEqual(600)
    expect(refused.status).toBe(429)
    expect(refused.headers.get('x-edge-reason')).toBe('quota_exceeded')
    const body = (await refused.json()) as { error: string; detail: string }
    expect(body.error).toBe('rate_limited')
    expect(body.detail).toContain('"credits" of this month')
    const names = parseList(refused.headers.get('ratelimit') ?? '').map(([name]) => name)
    expect(names).toEqual(['plan', 'calls', 'credits', 'grant'])
  })

  it('a larger number counts at once', async () => {
    const key = await keyWith({ credits: 7 })
    expect(await outcomes(key, '/priced', 3)).toEqual({ '200': 1, '429 quota_exceeded': 2 })
    await edge.sql(`UPDATE credentials SET quotas = '{"credits": 21}' WHERE id = '${key.id}'`)
    await edge.sync()
    expect(await outcomes(key, '/priced', 5)).toEqual({ '200': 2, '429 quota_exceeded': 3 })
  })

  it('a balance is used up for good', async () => {
    const key = await keyWith({ grant: 14 })
    expect(await outcomes(key, '/priced', 5)).toEqual({ '200': 2, '429 quota_exceeded': 3 })
    const refused = await get(key, '/priced')
    const { detail } = (await refused.json()) as { detail: string }
    expect(detail).toBe('The balance "grant" is used up.')
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  })
})

describe('a limit by the day', () => {
  it('is exact at once and one after the other, through an eviction of its guard', async () => {
    const key = await keyWith({ calls: 30 })
    expect(await outcomes(key, '/free', 20)).toEqual({ '200': 20 })
    await edge.evictGuard(key.id)
    const rest: string[] = []
    for (let i = 0; i < 15; i++) rest.push(await said(await get(key, '/free')))
    expect(rest.filter((one) => one === '200')).toHaveLength(10)
    expect(rest.slice(10)).toEqual(Array(5).fill('429 quota_exceeded'))
  })

  it('says when the day is over', async () => {
    const key = await keyWith({ calls: 1 })
    expect(await outcomes(key, '/free', 2)).toEqual({ '200': 1, '429 quota_exceeded': 1 })
    const after = Number((await get(key, '/free')).headers.get('retry-after'))
    expect(after).toBeLessThanOrEqual(86_400)
    expect(Math.abs(after - secondsLeft('day'))).toBeLessThanOrEqual(600)
  })

  it('stands in rate-limits, as every limit does', async () => {
    const key = await keyWith()
    await (await get(key, '/priced')).body?.cancel()
    const answer = await edge.fetch(`/edge/v1/rate-limits?key=${key.id}`, {
      headers: present('secret', key),
    })
    const { limits } = (await answer.json()) as { limits: readonly object[] }
    expect(limits).toMatchObject([
      { name: 'plan', window_seconds: 60, period: null, remaining: 499 },
      { name: 'calls', period: 'day', remaining: 399 },
      { name: 'credits', period: 'month', remaining: 93 },
      { name: 'grant', period: 'balance', remaining: 993, reset_after_ms: 0 },
    ])
  })
})
