// A body is counted before it is validated: what holds far too much is refused as quickly as what holds
// one too many.

import { describe, expect, it } from 'vitest'

import type { Actor } from '../../../src/control/api/actor.ts'
import { handleApiCall } from '../../../src/control/api/app.ts'
import { boundsOf } from '../../../src/control/api/body-bounds.ts'
import { checkShape } from '../../../src/control/api/body-shape.ts'
import { CreateKey } from '../../../src/control/api/keys/schemas.ts'
import type { ControlDeps } from '../../../src/control/deps.ts'
import { KEY_EVENT_TYPES } from '../../../src/control/webhooks/event.ts'

const OPERATOR: Actor = { type: 'operator', name: 'olga@example.com' }

interface Refusal {
  readonly status: number
  readonly detail: string
}

/** Of a body alone: neither a binding nor an organization is looked at before it. */
async function refusalOf(at: string, body: string): Promise<Refusal> {
  const [method = '', path = ''] = at.split(' ')
  const request = new Request(`https://edge.test/edge/v1${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body,
  })
  const { response } = await handleApiCall(request, {
    ...{ edge: {} as ControlDeps, actor: OPERATOR, requestId: '', address: '', nowMs: 0 },
    waitUntil: () => {},
  })
  const { detail } = await response.json<{ detail: string }>()
  return { status: response.status, detail }
}

const members = (count: number) =>
  `{${Array.from({ length: count }, (_, i) => `"m${i}":"1"`).join(',')}}`
const entries = (count: number) => `[${Array(count).fill('1').join(',')}]`

/** By operation and field: one too many, and what a body of two megabytes can hold. */
const FIELDS: readonly [at: string, field: string, most: number, of: (count: number) => string][] =
  [
    ['POST /keys', 'metadata', 50, members],
    ['POST /keys', 'quotas', 50, members],
    ['POST /keys', 'scopes', 100, entries],
    ['POST /keys', 'products', 100, entries],
    ['POST /keys', 'ips', 10_000, entries],
    ['POST /keys', 'origins', 1_000, entries],
    ['PATCH /keys/key_1', 'metadata', 50, members],
    ['POST /keys/import', 'scopes', 100, entries],
    ['PATCH /organization', 'products', 100, entries],
    ['PATCH /organization', 'ips', 10_000, entries],
    ['POST /service-users', 'departments', 100, entries],
    ['POST /service-users/su_1/tokens', 'metadata', 50, members],
    ['POST /webhooks', 'events', KEY_EVENT_TYPES.length, entries],
  ]

describe('too many of anything is refused by its number', () => {
  it.each(FIELDS)('%s: %s, %i', async (at, field, most, of) => {
    const kind = of === members ? 'members' : 'entries'
    const refused = await refusalOf(at, `{"${field}":${of(most + 1)}}`)
    expect(refused).toStrictEqual({
      status: 400,
      detail: `${field}: must not have more than ${most} ${kind}`,
    })
    // As many as there may be are not too many; what else is wrong with them is said by the schema.
    expect((await refusalOf(at, `{"${field}":${of(most)}}`)).detail).not.toContain('must not have')
  })

  it('of the body itself, of the same member again and again, and of what nobody knows', async () => {
    const many = 'body: must not have more than 50 members'
    expect((await refusalOf('POST /keys', members(51))).detail).toBe(many)
    const same = `{${Array(51).fill('"name":"n"').join(',')}}`
    expect((await refusalOf('POST /keys', same)).detail).toBe(many)
    expect((await refusalOf('POST /keys', `{"x":{"y":${members(51)}}}`)).detail).toBe(
      'x: must not have more than 50 members',
    )
  })

  it('nested deeper than anything of ours, before it is parsed', async () => {
    const deep = `{"metadata":${'['.repeat(100_000)}`
    expect((await refusalOf('POST /keys', deep)).detail).toBe(
      'metadata: must not be nested deeper than 8',
    )
  })

  it('larger than the operation’s fields can be', async () => {
    const body = JSON.stringify({ url: 'x'.repeat(250_000) })
    expect((await refusalOf('POST /webhooks', body)).detail).toBe(
      'body: must have at most 250000 bytes',
    )
  })
})

describe('what only looks like many is not', () => {
  it.each([
    ['commas and brackets in strings', { name: ',[{'.repeat(60), metadata: { ',': '}]' } }],
    ['quotes and backslashes', { name: '"\\",'.repeat(40), metadata: { '\\"': '\\' } }],
    [
      'many lists beside each other',
      { scopes: Array(100).fill('a'), products: Array(100).fill('b') },
    ],
  ])('%s', (_what, value) => {
    const { entriesMax } = boundsOf(CreateKey)
    expect(() => checkShape(JSON.stringify(value), entriesMax)).not.toThrow()
  })

  it('the schema’s own numbers are the ones that count', () => {
    const { entriesMax } = boundsOf(CreateKey)
    expect(Object.fromEntries(entriesMax)).toStrictEqual({
      scopes: 100,
      products: 100,
      ips: 10_000,
      origins: 1_000,
    })
  })
})

/** The least of some times: what else the machine does only ever adds. */
async function cost(body: string): Promise<number> {
  let least = Infinity
  for (let i = 0; i < 7; i++) {
    const began = performance.now()
    expect((await refusalOf('POST /keys', body)).status).toBe(400)
    least = Math.min(least, performance.now() - began)
  }
  return least
}

it('a hundred thousand members cost no more than to read as many bytes, some times over', async () => {
  for (const [field, of] of [
    ['metadata', members],
    ['quotas', members],
    ['scopes', entries],
    ['ips', entries],
  ] as const) {
    const many = `{"${field}":${of(100_000)}}`
    const text = JSON.stringify({ name: 'n'.repeat(many.length) })
    // Validating each of them took a hundred times as long.
    expect((await cost(many)) / (await cost(text))).toBeLessThan(8)
  }
})
