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

let world: World
let call: Call
beforeAll(async () => {
  world = await startWorld()
  await newOrganization(world.edge, organization)
  call = await manager(world.edge, { organization })
}, 60_000)
afterAll(() => world.edge.stop())

const usage = async (query: string, by = call): Promise<Usage> => {
  const { status, body } = await by<Usage>(`GET /usage?${query}`)
  expect(status).toBe(200)
  return body
}

const sumsOf = ({ requests, refused, credits }: Omit<Sums, 'key_id'>): number[] => [
  requests,
  refused,
  credits,
]

type Calls = readonly (readonly [path: string, status: number])[]

/** Calls with the upstream answering like that. */
async function callAll(key: Minted, calls: Calls): Promise<void> {
  for (const [path, status] of calls) {
    world.edge.upstream.answer = (_, response) => {
      response.statusCode = status
      if (status === 302) response.setHeader('location', '/elsewhere')
      response.end()
    }
    await outcome(world.edge, path, { method: 'POST', headers: present('jwt', key) })
  }
  world.edge.upstream.reset()
}

/** What is on a key's account once all of its calls are. */
async function charged(key: Minted, calls: Calls): Promise<number[]> {
  const count = async () =>
    (await usage(`key=${key.id}`)).items.reduce((sum, row) => sum + row.requests, 0)
  await until(async () => (await count()) === calls.length)
  const month = (await usage('')).month.find(({ key_id }) => key_id === key.id)
  return month ? sumsOf(month) : []
}

describe('credits of a key', () => {
  const limited = Array.from({ length: 8 }, () => [REQUEST, 200] as const)
  const rows: readonly [string, Calls, number[], string?][] = [
    [
      'are charged for what is answered 2xx',
      [
        [REQUEST, 200],
        [REQUEST, 201],
        [SANCTIONS, 204],
      ],
      [3, 0, 25],
    ],
    [
      'are not for what fails upstream',
      [
        [REQUEST, 500],
        [SANCTIONS, 404],
        [REQUEST, 302],
      ],
      [3, 0, 0],
    ],
    ['are not for calls that cost nothing', [['/high-risk/search', 200]], [1, 0, 0]],
    [
      'are not for what is refused',
      [
        ['/document-processing', 200],
        [REQUEST, 200],
      ],
      [2, 1, 10],
    ],
    ['are not for what was over the limit', limited, [8, 5, 30], '{"plan": 3}'],
  ]
  const keys: Minted[] = []
  beforeAll(async () => {
    for (const [, calls, , quotas = '{}'] of rows) {
      const key = await world.edge.mint('jwt', { organization, products: ['aml_screening'] })
      await world.edge.sql(`UPDATE credentials SET quotas = '${quotas}' WHERE id = '${key.id}'`)
      await callAll(key, calls)
      keys.push(key)
    }
  })

  test.each(rows.map(([name, calls, expected], i) => [name, i, calls, expected] as const))(
    '%s',
    async (_, i, calls, expected) => {
      expect(await charged(keys[i] as Minted, calls)).toEqual(expected)
    },
  )
})

describe('the account', () => {
  test('is by key, product and day, in pages, and filtered by each', async () => {
    const key = await world.edge.mint('jwt', { organization })
    const calls = [REQUEST, '/document-processing', SANCTIONS].map((path) => [path, 200] as const)
    await callAll(key, calls)
    expect(await charged(key, calls)).toEqual([3, 0, 15])
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
    const sandboxed = await world.edge.mint('jwt', { organization, environment: 'sandbox' })
    const sandbox = await manager(world.edge, { organization, environment: 'sandbox' })
    const headers = present('jwt', sandboxed)
    await outcome(world.edge, REQUEST, { method: 'POST', headers })
    const seen = async (): Promise<readonly unknown[]> =>
      (await usage(`key=${sandboxed.id}`, sandbox)).items
    await until(async () => (await seen()).length === 1)
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
    await outcome(world.edge, REQUEST, { method: 'POST' })
    const nobody = async () => (await usage('organization=none', world.admin)).items
    await until(async () => (await nobody()).some(({ product }) => product === 'aml_screening'))
    expect((await nobody())[0]).toMatchObject({ key_id: null, credits: 0 })
    expect((await call('GET /usage?organization=none')).status).toBe(404)
  })
})
