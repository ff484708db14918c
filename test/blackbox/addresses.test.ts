// IP allowlists of organizations and keys, as requests from real and odd addresses meet them.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { insertOrganization } from '../../src/dev/statements.ts'
import { startEdge, type Minted, type TestEdge } from '../harness/edge.ts'
import { parseAnswer, requestBytes, valuesOf } from '../harness/wire.ts'
import { inside, tables } from './address-tables.ts'
import { outcome, refusalOf } from './call.ts'

let edge: TestEdge
beforeAll(async () => {
  edge = await startEdge()
})
afterAll(() => edge.stop())

/** A call with these CF-Connecting-IP lines, as they stand. */
async function from(key: Minted, ...addresses: string[]): Promise<string> {
  const before = edge.upstream.received.length
  const headers = addresses.map((address) => ['CF-Connecting-IP', address] as const)
  const bytes = requestBytes('GET', '/api/v1/sessions', [
    ['Host', 'localhost'],
    ['X-API-Key', key.value],
    ...headers,
  ])
  const answer = parseAnswer(await edge.raw(bytes))
  const [reason] = valuesOf(answer.headers, 'x-edge-reason')
  expect(edge.upstream.received.length - before).toBe(reason === undefined ? 1 : 0)
  return reason ?? 'forwarded'
}

describe.each(tables)('a key that is confined to $list', ({ list, verdicts }) => {
  const rows = Object.entries(verdicts).flatMap(([verdict, addresses]) =>
    addresses.map((address) => ({ address, verdict })),
  )
  let key: Minted
  beforeAll(async () => {
    key = await edge.mint('secret', { ips: list })
  })
  test.each(rows)('from "$address": $verdict', async ({ address, verdict }) => {
    expect(await from(key, address)).toBe(verdict)
  })

  test('from nowhere and from two places: refused', async () => {
    const [one = ''] = verdicts[inside] ?? []
    expect(await from(key)).toBe('address_unknown')
    expect(await from(key, one, one)).toBe('address_unknown')
  })
})

test('no other header than CF-Connecting-IP says where a call comes from', async () => {
  const key = await edge.mint('secret', { ips: ['203.0.113.0/24'] })
  const claims = [
    'x-forwarded-for',
    'x-real-ip',
    'true-client-ip',
    'x-client-ip',
    'cf_connecting_ip',
  ]
  for (const name of claims) {
    const headers = { 'x-api-key': key.value, [name]: '203.0.113.9', forwarded: 'for=203.0.113.9' }
    const answer = await edge.fetch('/api/v1/sessions', { headers })
    expect(await refusalOf(answer)).toEqual({
      status: 403,
      reason: 'address_not_allowed',
      detail: 'The client address is not on the IP allowlist.',
    })
  }
})

test('a key without a list may call from anywhere, also from an address that cannot be read', async () => {
  const key = await edge.mint('secret')
  expect(await from(key, '192.0.2.1')).toBe(inside)
  expect(await from(key, 'nonsense')).toBe(inside)
  expect(edge.upstream.received.at(-1)?.headers['x-edge-client-ip']).toBeUndefined()
})

test('a list is asked before the route: an outsider learns nothing of the routes', async () => {
  const key = await edge.mint('secret', { ips: ['203.0.113.0/24'] })
  const headers = { 'x-api-key': key.value }
  expect(await outcome(edge, '/nowhere', { headers })).toBe('403 address_not_allowed')
})

describe('the organization’s list and the key’s list must both admit', () => {
  const organization = 'org_listed'
  beforeAll(async () => {
    const products = ['verifa']
    await edge.sql(insertOrganization({ id: organization, name: 'L', plan: 'free', products }))
    await edge.sql(
      `INSERT INTO organization_ips (organization_id, cidr) VALUES ('${organization}', '203.0.113.0/24')`,
    )
  })

  test('with both lists', async () => {
    const key = await edge.mint('secret', {
      organization,
      ips: ['203.0.113.128/25', '192.0.2.0/24'],
    })
    expect(await from(key, '203.0.113.200')).toBe(inside)
    expect(await from(key, '203.0.113.1')).toBe('address_not_allowed')
    expect(await from(key, '192.0.2.1')).toBe('address_not_allowed')
  })

  test('with the organization’s alone', async () => {
    const key = await edge.mint('secret', { organization })
    expect(await from(key, '203.0.113.1')).toBe(inside)
    expect(await from(key, '198.51.100.7')).toBe('address_not_allowed')
  })
})

describe('a restriction stays until it is lifted', () => {
  test.each(['credential', 'organization'])('of the %s', async (owner) => {
    const organization = `org_stays_${owner}`
    await edge.sql(
      insertOrganization({ id: organization, name: 'S', plan: 'free', products: ['verifa'] }),
    )
    const key = await edge.mint('secret', { organization })
    const id = owner === 'credential' ? key.id : organization
    const change = async (statement: string): Promise<string> => {
      await edge.sql(statement)
      await edge.sync()
      return await from(key, '203.0.113.9')
    }
    const widen = async (statement: string): Promise<string> => {
      return await change(statement)
    }
    const list = `${owner}_ips (${owner}_id, cidr)`
    expect(await from(key, '203.0.113.9')).toBe(inside)
    expect(await change(`INSERT INTO ${list} VALUES ('${id}', '192.0.2.1')`)).toBe(
      'address_not_allowed',
    )
    expect(await widen(`INSERT INTO ${list} VALUES ('${id}', '203.0.113.0/24')`)).toBe(inside)
    expect(await change(`DELETE FROM ${owner}_ips WHERE ${owner}_id = '${id}'`)).toBe(
      'address_not_allowed',
    )
    expect(await widen(`UPDATE ${owner}s SET ip_restricted = 0 WHERE id = '${id}'`)).toBe(inside)
  })

  test.each(['credential', 'organization'])(
    'an entry of the %s that cannot be read refuses everybody, by its own name',
    async (owner) => {
      const organization = `org_unreadable_${owner}`
      await edge.sql(
        insertOrganization({ id: organization, name: 'U', plan: 'free', products: ['verifa'] }),
      )
      const key = await edge.mint('secret', { organization, ips: ['203.0.113.9'] })
      const id = owner === 'credential' ? key.id : organization
      expect(await from(key, '203.0.113.9')).toBe(inside)
      await edge.sql(`INSERT INTO ${owner}_ips (${owner}_id, cidr) VALUES ('${id}', '10.0.0.0/33')`)
      await edge.sync()
      expect(await from(key, '203.0.113.9')).toBe('address_list_unreadable')
      const answer = await edge.fetch('/api/v1/sessions', {
        headers: { 'x-api-key': key.value },
        address: '203.0.113.9',
      })
      const name = owner === 'credential' ? 'key' : 'organization'
      expect((await refusalOf(answer)).detail).toBe(
        `The IP allowlist of this ${name} cannot be read.`,
      )
    },
  )
})
