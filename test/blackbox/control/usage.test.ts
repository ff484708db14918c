// Usage and credits: what the upstream answered 2xx is charged, by key, product and day, and nothing
// else is.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { outcome, present } from '../call.ts'
import type { Minted } from '../../harness/edge.ts'
import type { Call } from './call.ts'
import { manager, newOrganization, startWorld, until } from './world.ts'
import type { World } from './world.ts'

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
}, 60_000)
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
