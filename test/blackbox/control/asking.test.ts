// Questions that cost nothing: who am I, what is left, why.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { explained, real, said, type Explanation } from './explained.ts'
import type { Situation } from './situations.ts'
import { dump, startWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.edge.stop())

describe('asking spends nothing', () => {
  test('not of any limit, not of the account, and writes nothing', async () => {
    const { id, value } = await world.edge.mint('secret')
    const situation: Situation = {}
    // Of one no lease is given, which would hold more than was spent.
    expect(await real(world.edge, situation, value)).toBe('200')
    const limits = async () => {
      const answer = await world.mine<{ limits: Explanation['limits'] }>(
        `GET /rate-limits?key=${id}`,
      )
      return answer.body.limits
    }
    const before = [await limits(), await dump(world.edge)]
    expect(before[0]).toMatchObject([
      { name: 'plan', limit: 1_000, remaining: 999 },
      { name: 'sessions', remaining: 300 },
    ])
    for (let i = 0; i < 20; i++) await explained(world.admin, situation, { key_id: id })
    for (let i = 0; i < 20; i++) await explained(world.admin, situation, { credential: value })
    expect([await limits(), await dump(world.edge)]).toMatchObject([
      [{ remaining: 999 }, { remaining: 300 }],
      before[1],
    ])
  })

  test('and goes on when the quota is exhausted, which explain knows', async () => {
    const { id, value } = await world.edge.mint('secret')
    await world.edge.sql(`UPDATE credentials SET quotas = '{"plan": 2}' WHERE id = '${id}'`)
    const ask = async (path: string): Promise<number> => {
      const answer = await world.edge.fetch(`/edge/v1/${path}`, { headers: { 'x-api-key': value } })
      const body = (await answer.json()) as Record<string, unknown>
      if (path === 'whoami') expect(body).toMatchObject({ id, type: 'key', kind: 'secret' })
      else expect(body).toMatchObject({ key: id })
      return answer.status
    }
    for (let i = 0; i < 5; i++)
      expect([await ask('whoami'), await ask('rate-limits')]).toEqual([200, 200])
    for (const expected of ['200', '200', '429 rate_limited'])
      expect(await real(world.edge, {}, value)).toBe(expected)
    expect([await ask('whoami'), await ask('rate-limits')]).toEqual([200, 200])
    for (const path of ['/edge/v1/whoami', '/edge/v1/rate-limits']) {
      expect(said((await explained(world.admin, { at: `GET ${path}` }, { key_id: id })).body)).toBe(
        '200',
      )
    }
    expect(
      said((await explained(world.admin, { at: 'GET /edge/v1/keys' }, { key_id: id })).body),
    ).toBe('403 scope_missing')
  })
})
