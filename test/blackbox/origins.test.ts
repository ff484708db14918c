// Origin lists of publishable keys, and what a page gets to read.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { ADMIN_TOKEN, startEdge, type Minted, type TestEdge } from '../harness/edge.ts'
import { parseAnswer, requestBytes, valuesOf, type WireAnswer } from '../harness/wire.ts'
import { sleep } from './call.ts'

let edge: TestEdge
beforeAll(async () => {
  edge = await startEdge()
})
afterAll(() => edge.stop())

/** A call with these Origin lines, as they stand. */
async function post(key: Pick<Minted, 'value'>, ...origins: string[]): Promise<WireAnswer> {
  const bytes = requestBytes('POST', '/api/v1/sessions', [
    ['Host', 'localhost'],
    ['CF-Connecting-IP', '198.51.100.7'],
    ['X-API-Key', key.value],
    ...origins.map((origin) => ['Origin', origin] as const),
    ['Content-Length', '0'],
  ])
  const before = edge.upstream.received.length
  const answer = parseAnswer(await edge.raw(Buffer.from(bytes).toString('latin1')))
  expect(edge.upstream.received.length - before).toBe(answer.status === 200 ? 1 : 0)
  return answer
}

const tables: readonly {
  list: readonly string[]
  admitted: readonly string[]
  refused: readonly string[]
}[] = [
  {
    list: ['https://app.example.com'],
    admitted: ['https://app.example.com', '  https://app.example.com  '],
    refused: [
      'https://app.example.com/',
      'https://app.example.com:443',
      'https://app.example.com:8443',
      'https://app.example.com.',
      'https://app.example.com.evil.com',
      'https://app.example.com@evil.com',
      'https://user@app.example.com',
      'https://app.example.com?x',
      'https://app.example.com#x',
      'https://app.example.com%00.evil.com',
      'https://app.example.com%2eevil.com',
      'https://evil.com/https://app.example.com',
      'https://sub.app.example.com',
      'https://example.com',
      'https://evilapp.example.com',
      'https://app-example.com',
      'HTTPS://app.example.com',
      'https://App.example.com',
      'http://app.example.com',
      'wss://app.example.com',
      'chrome-extension://app.example.com',
      '//app.example.com',
      'app.example.com',
      'https://app．example.com',
      'https://',
      'null',
      'NULL',
      '*',
      'undefined',
      'file://',
      'https://app.example.com,https://app.example.com',
      'https://app.example.com, https://evil.com',
    ],
  },
  {
    list: ['https://*.example.com'],
    admitted: ['https://a.example.com', 'https://xn--pp-6kc.example.com'],
    refused: [
      'https://example.com',
      'https://.example.com',
      'https://*.example.com',
      'https://evilexample.com',
      'https://evil-example.com',
      'https://a.example.com.evil.com',
      'https://a.example.org',
      'https://a.example.com:444',
      'http://a.example.com',
      'null',
    ],
  },
  {
    list: ['http://localhost:5173', 'http://[::1]:5173', 'capacitor://localhost'],
    admitted: ['http://localhost:5173', 'http://[::1]:5173', 'capacitor://localhost'],
    refused: [
      'http://localhost',
      'http://localhost:51730',
      'http://localhost:05173',
      'https://localhost:5173',
      'http://127.0.0.1:5173',
      'http://[0:0:0:0:0:0:0:1]:5173',
      'ionic://localhost',
    ],
  },
]

describe.each(tables)('a key that is confined to $list', ({ list, admitted, refused }) => {
  test.each(admitted)('admits "%s" and lets it read', async (origin) => {
    const key = await edge.mint('publishable', { origins: list })
    const { status, headers } = await post(key, origin)
    expect(status).toBe(200)
    expect(valuesOf(headers, 'access-control-allow-origin')).toEqual([origin.trim()])
    expect(valuesOf(headers, 'vary')).toEqual(['Origin'])
  })

  let key: Minted
  beforeAll(async () => {
    key = await edge.mint('publishable', { origins: list })
  })
  test.each(refused)('refuses "%s"', async (origin) => {
    const { status, headers } = await post(key, origin)
    expect(status).toBe(403)
    expect(valuesOf(headers, 'x-edge-reason')).toEqual(['origin_not_allowed'])
    expect(valuesOf(headers, 'vary')).toEqual(['Origin'])
    const readable = valuesOf(headers, 'access-control-allow-origin')
    expect([[], [origin]]).toContainEqual(readable)
    expect(['*', 'null', 'file://']).not.toContain(readable[0])
  })

  test('refuses no Origin, and two of them', async () => {
    const [origin = ''] = list
    const without = await post(key)
    expect(without.status).toBe(403)
    expect(valuesOf(without.headers, 'x-edge-reason')).toEqual(['origin_missing'])
    expect((await post(key, origin, origin)).status).toBe(403)
  })
})

test('a Referer is no substitute', async () => {
  const key = await edge.mint('publishable', { origins: ['https://app.example.com'] })
  const headers = { 'x-api-key': key.value, referer: 'https://app.example.com/page' }
  const answer = await edge.fetch('/api/v1/sessions', { method: 'POST', headers })
  expect(answer.headers.get('x-edge-reason')).toBe('origin_missing')
  await answer.body?.cancel()
})

test('a key without a list may be used from any page and from none', async () => {
  const key = await edge.mint('publishable')
  expect((await post(key)).status).toBe(200)
  expect((await post(key, 'https://anywhere.example')).status).toBe(200)
  expect((await post(key, 'null')).status).toBe(200)
})

test('a restriction stays when its last entry is removed, until it is lifted', async () => {
  const origin = 'https://app.example.com'
  const key = await edge.mint('publishable', { origins: [origin] })
  expect((await post(key, origin)).status).toBe(200)
  await edge.sql(`DELETE FROM credential_origins WHERE credential_id = '${key.id}'`)
  await edge.sync()
  expect((await post(key, origin)).status).toBe(403)
  await edge.sql(`UPDATE credentials SET origin_restricted = 0 WHERE id = '${key.id}'`)
  await edge.sync()
  expect((await post(key, origin)).status).toBe(200)
})

test('an entry that cannot be read refuses every page', async () => {
  const origin = 'https://app.example.com'
  const key = await edge.mint('publishable', { origins: [origin] })
  await edge.sql(
    `INSERT INTO credential_origins (credential_id, origin) VALUES ('${key.id}', 'https://*.com')`,
  )
  const { status, headers } = await post(key, origin)
  expect(status).toBe(403)
  expect(valuesOf(headers, 'x-edge-reason')).toEqual(['origin_list_unreadable'])
})

async function reasonOf(key: Minted, origin: string): Promise<string | undefined> {
  const { status, headers } = await post(key, origin)
  return status === 200 ? 'admitted' : valuesOf(headers, 'x-edge-reason')[0]
}

test('a wildcard that the API wrote admits at once: its owner is written with it', async () => {
  const key = await edge.mint('publishable', { origins: ['https://app.example.com'] })
  const changed = await edge.fetch(`/edge/v1/keys/${key.id}?organization=org_test`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ origins: ['https://*.written.example'] }),
  })
  expect(await changed.json()).toMatchObject({ key: { origins: ['https://*.written.example'] } })
  expect(await reasonOf(key, 'https://x.written.example')).toBe('admitted')
  expect(await reasonOf(key, 'https://app.example.com')).toBe('origin_not_allowed')
})

describe('a wildcard that raw SQL wrote', () => {
  const app = 'https://app.example.com'
  const below = 'https://x.shop.example'
  const raw = async (origin: string) => {
    const key = await edge.mint('publishable', { origins: [app] })
    await edge.sql(
      `INSERT INTO credential_origins (credential_id, origin) VALUES ('${key.id}', '${origin}')`,
    )
    return key
  }
  test('refuses every page until the publisher has judged it, and then admits', async () => {
    const key = await raw('https://*.shop.example')
    expect(await reasonOf(key, app)).toBe('origin_list_unreadable')
    expect(await reasonOf(key, below)).toBe('origin_list_unreadable')
    await edge.sync()
    expect(await reasonOf(key, app)).toBe('admitted')
    expect(await reasonOf(key, below)).toBe('admitted')
    expect(await reasonOf(key, 'https://x.shop.example.evil.example')).toBe('origin_not_allowed')
  })

  test('is judged by the cron as well', async () => {
    const key = await raw('https://*.cron.example')
    expect(await reasonOf(key, app)).toBe('origin_list_unreadable')
    await edge.scheduled()
    expect(await reasonOf(key, 'https://x.cron.example')).toBe('admitted')
  })

  test.each(['https://*.co.uk', 'https://*.github.io', 'https://*.amazonaws.com'])(
    '%s refuses every page for good',
    async (origin) => {
      const key = await raw(origin)
      await edge.sync()
      expect(await reasonOf(key, app)).toBe('origin_list_unreadable')
    },
  )

  test('with an owner that is not its own refuses every page', async () => {
    const key = await raw('https://*.moved.example')
    await edge.sync()
    expect(await reasonOf(key, app)).toBe('admitted')
    await edge.sql(
      `UPDATE origin_owners SET owner = 'evil.example' WHERE origin = 'https://*.moved.example'`,
    )
    await edge.sync()
    expect(await reasonOf(key, app)).toBe('origin_list_unreadable')
  })

  test('is judged again where another list judged it', async () => {
    const key = await raw('https://*.newer.example')
    await edge.sync()
    expect(await reasonOf(key, app)).toBe('admitted')
    await edge.sql(
      `UPDATE origin_owners SET owner = 'example', judged_by = 'older' WHERE origin = 'https://*.newer.example'`,
    )
    await edge.sync()
    expect(await edge.sql(`SELECT owner FROM origin_owners WHERE judged_by = 'older'`)).toEqual([])
    expect(await reasonOf(key, 'https://x.newer.example')).toBe('admitted')
  })
})

describe('a page can read why it was refused', () => {
  const origin = 'https://evil.example'
  test.each([
    ['401', async () => ({ value: 'vk_pub_live_unknown' })],
    ['403', () => edge.mint('publishable', { origins: ['https://app.example.com'] })],
    ['403', () => edge.mint('publishable', { ips: ['192.0.2.1'] })],
    ['401', () => edge.mint('publishable', { expiresAt: Date.now() + 1 })],
  ])('%s', async (status, mint) => {
    const key = await mint()
    await sleep(5)
    const answer = await post(key, origin)
    expect(answer.status).toBe(Number(status))
    expect(valuesOf(answer.headers, 'access-control-allow-origin')).toEqual([origin])
    expect(valuesOf(answer.headers, 'access-control-expose-headers')[0]).toContain('X-Edge-Reason')
    expect(valuesOf(answer.headers, 'access-control-allow-credentials')).toEqual([])
  })
})
