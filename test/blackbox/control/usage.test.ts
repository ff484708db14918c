// Usage and credits: what the upstream answered 2xx is charged, by key, product and day, and nothing
// else is.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { outcome, present } from '../call.ts'
import type { Minted } from '../../harness/edge.ts'
import type { Call } from './call.ts'
import { manager, newOrganization, startWorld, until, type World } from './world.ts'

interface Sums {
  readonly key_id: string | null
  readonly requests: number
  readonly refused: number
  readonly credits: number
}

interface Usage {
  readonly items: readonly (Sums & { readonly product: string | null; readonly day: string })[]
  readonly next_cursor: string | null
  readonly month: readonly Sums[]
}

const REQUEST = '/screening/request'
const SANCTIONS = '/sanctions/search'
const today = new Date().toISOString().slice(0, 10)
const organization = 'org_usage'

/** Calls as `path status`: what the upstream answers. */
const CREDITS: readonly (readonly [string, readonly string[], readonly number[], string?])[] = [
  [
    'are charged for what is answered 2xx',
    [`${REQUEST} 200`, `${REQUEST} 201`, `${SANCTIONS} 204`],
    [3, 0, 25],
  ],
  [
    'are not for what fails upstream',
    [`${REQUEST} 500`, `${SANCTIONS} 404`, `${REQUEST} 302`],
    [3, 0, 0],
  ],
  ['are not for calls that cost nothing', ['/high-risk/search 200'], [1, 0, 0]],
  ['are not for what is refused', ['/document-processing 200', `${REQUEST} 200`], [2, 1, 10]],
  [
    'are not for what was over the limit',
    Array.from({ length: 8 }, () => `${REQUEST} 200`),
    [8, 5, 30],
    '{"plan": 3}',
  ],
]

let world: World
let call: Call
let key: Minted
let sandboxed: Minted
const charged: Minted[] = []

beforeAll(async () => {
  world = await startWorld()
  const { edge } = world
  await newOrganization(edge, organization)
  call = await manager(edge, { organization })
  for (const [, calls, , quotas = '{}'] of CREDITS) {
    const one = await edge.mint('jwt', { organization, products: ['aml_screening'] })
    await edge.sql(`UPDATE credentials SET quotas = '${quotas}' WHERE id = '${one.id}'`)
    for (const at of calls) await post(at, one)
    charged.push(one)
  }
  key = await edge.mint('jwt', { organization })
  for (const path of [REQUEST, '/document-processing', SANCTIONS]) await post(`${path} 200`, key)
  sandboxed = await edge.mint('jwt', { organization, environment: 'sandbox' })
  await post(`${REQUEST} 200`, sandboxed)
  await outcome(edge, REQUEST, { method: 'POST' })
  const count = `SELECT sum(requests) AS n FROM usage_daily WHERE product GLOB '*_*'`
  await until(async () => (await edge.sql(count))[0]?.['n'] === 22)
})
afterAll(() => world.edge.stop())

/** A call, with the upstream answering like that. */
async function post(at: string, by: Minted): Promise<void> {
  const [path = '', status] = at.split(' ')
  const { upstream } = world.edge
  upstream.answer = (_, response) => {
    response.statusCode = Number(status)
    if (status === '302') response.setHeader('location', '/elsewhere')
    response.end()
  }
  await outcome(world.edge, path, { method: 'POST', headers: present('jwt', by) })
  upstream.reset()
}

const usage = async (query: string, by = call): Promise<Usage> => {
  const { status, body } = await by<Usage>(`GET /usage?${query}`)
  expect(status).toBe(200)
  return body
}

describe('credits of a key', () => {
  test.each(CREDITS.map(([name, , sums], i) => [name, i, sums] as const))(
    '%s',
    async (_, i, [requests, refused, credits]) => {
      const key_id = charged[i]?.id
      expect((await usage('')).month).toContainEqual({ key_id, requests, refused, credits })
    },
  )
})

describe('the account', () => {
  test('is by key, product and day, in pages, and filtered by each', async () => {
    const { items } = await usage(`key=${key.id}`)
    expect(items).toEqual([
      {
        key_id: key.id,
        product: 'aml_screening',
        day: today,
        requests: 2,
        refused: 0,
        credits: 15,
      },
      {
        key_id: key.id,
        product: 'document_verification',
        day: today,
        requests: 1,
        refused: 0,
        credits: 0,
      },
    ])
    const first = await usage(`key=${key.id}&limit=1`)
    const second = await usage(
      `key=${key.id}&limit=1&cursor=${encodeURIComponent(first.next_cursor ?? '')}`,
    )
    expect([...first.items, ...second.items]).toEqual(items)
    expect(second.next_cursor).toBeNull()
    expect((await usage(`key=${key.id}&product=aml_screening`)).items).toEqual(items.slice(0, 1))
    expect((await usage(`key=${key.id}&from=${today}&to=${today}`)).items).toEqual(items)
    expect((await usage(`key=${key.id}&to=2020-01-01`)).items).toEqual([])
    const operators = await usage(`organization=${organization}&key=${key.id}`, world.admin)
    expect(operators.items).toEqual(items)
  })

  test('is grouped by what is asked, and comes to the same', async () => {
    type Grouped = Partial<Usage['items'][number]> & Sums
    const by = async (groups: string, more = ''): Promise<readonly Grouped[]> =>
      (await usage(`group_by=${groups}&limit=200${more}`)).items
    const sums = (items: readonly Grouped[]) =>
      items.reduce(
        (all, { requests, refused, credits }) => [
          (all[0] ?? 0) + requests,
          (all[1] ?? 0) + refused,
          (all[2] ?? 0) + credits,
        ],
        [0, 0, 0],
      )
    const mine = `&key=${key.id}`
    expect(await by('day', mine)).toEqual([{ day: today, requests: 3, refused: 0, credits: 15 }])
    expect(await by('product,day', mine)).toEqual([
      { day: today, product: 'aml_screening', requests: 2, refused: 0, credits: 15 },
      { day: today, product: 'document_verification', requests: 1, refused: 0, credits: 0 },
    ])
    const keys = await by('key', '&product=aml_screening')
    expect(keys.map(({ requests }) => requests)).toEqual(
      keys.map(({ requests }) => requests).toSorted((a, b) => b - a),
    )
    const all = sums(await by('day,key,product', '&product=aml_screening'))
    for (const groups of ['key', 'product', 'day', 'key,day']) {
      expect(sums(await by(groups, '&product=aml_screening'))).toEqual(all)
    }
    const first = await usage('group_by=key&product=aml_screening&limit=2')
    const next = `&cursor=${encodeURIComponent(first.next_cursor ?? '')}`
    const second = await usage(`group_by=key&product=aml_screening&limit=200${next}`)
    expect([...first.items, ...second.items]).toEqual(keys)
  })

  test('says why calls were refused', async () => {
    interface Refusals {
      readonly items: readonly object[]
      readonly more: boolean
    }
    const refusals = async (query: string, by = call): Promise<Refusals> =>
      (await by<Refusals>(`GET /usage/refusals?${query}`)).body
    const [, , , over, limited] = charged
    const counted = { last_at: expect.any(Number) as number, only_product: 'aml_screening' }
    expect(await refusals(`key=${limited?.id}`)).toEqual({
      items: [{ reason: 'rate_limited', refused: 5, only_key_id: limited?.id, ...counted }],
      more: false,
    })
    const byKey = await refusals('group_by=key,product&limit=200')
    const own = { reason: 'rate_limited', key_id: limited?.id, product: 'aml_screening' }
    expect(byKey.items).toContainEqual(expect.objectContaining({ ...own, refused: 5 }))
    expect(byKey.items).toContainEqual(expect.objectContaining({ key_id: over?.id, refused: 1 }))
    expect((await refusals('limit=1')).more).toBe(true)
    expect(await refusals('to=2020-01-01')).toEqual({ items: [], more: false })
    expect(await refusals(`key=${limited?.id}`, world.theirs)).toEqual({ items: [], more: false })
    const sandbox = await manager(world.edge, { organization, environment: 'sandbox' })
    expect(await refusals(`key=${limited?.id}`, sandbox)).toEqual({ items: [], more: false })
  })

  test('is of the own organization and environment', async () => {
    const sandbox = await manager(world.edge, { organization, environment: 'sandbox' })
    const seen = await usage(`key=${sandboxed.id}`, sandbox)
    expect(seen.items).toMatchObject([{ requests: 1, credits: 10 }])
    expect((await usage(`key=${sandboxed.id}`)).items).toEqual([])
    const live = await usage('limit=200')
    const keys = [...live.items, ...live.month].map(({ key_id }) => key_id)
    expect(keys).not.toContain(sandboxed.id)
    const own = await usage('limit=200', sandbox)
    expect([...own.items, ...own.month].every(({ key_id }) => !keys.includes(key_id))).toBe(true)
    const theirs = await usage('limit=200', world.theirs)
    expect(theirs.items.every(({ key_id }) => !keys.includes(key_id))).toBe(true)
  })

  test('of calls that nobody was recognised in is for operators', async () => {
    const { items } = await usage('organization=none&product=aml_screening', world.admin)
    expect(items).toMatchObject([
      { key_id: null, product: 'aml_screening', requests: 1, credits: 0 },
    ])
    expect((await call('GET /usage?organization=none')).status).toBe(404)
  })
})
