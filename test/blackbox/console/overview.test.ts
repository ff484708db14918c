// An organization's first page: from nothing to the first call, and what needs attention later on.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { TestEdge } from '../../harness/edge.ts'
import { newOrganization, until } from '../control/world.ts'
import { CONSOLE, type Client } from './client.ts'
import { MARKUP, secretIn } from './html.ts'
import { startWorld } from './world.ts'

const HOME = `${CONSOLE}/o/org_test`
const DAY_MS = 86_400_000

let edge: TestEdge
let client: Client
beforeAll(async () => {
  ;({ edge, client } = await startWorld())
})
afterAll(() => edge.stop())

const arrivalOf = async (home: string): Promise<unknown> =>
  JSON.parse((await client.get(`${home}/arrival`)).html)

describe('a new organization', () => {
  test('is led from nothing to the first call that is answered', async () => {
    await newOrganization(edge, 'org_new')
    const home = `${CONSOLE}/o/org_new`
    const empty = await client.get(home)
    expect(empty.text).toContain('No call has reached a product yet.')
    expect(empty.html).toContain(`href="${home}/keys/new"`)
    expect(empty.text).toContain('Waiting for the first call.')
    expect(empty.html).toContain(`data-arrival="${home}/arrival"`)
    expect(await arrivalOf(home)).toEqual({ latest: null, next: null })

    const made = await client.submit(`${home}/keys/new`, { name: MARKUP })
    const value = secretIn(made)
    const second = await client.get(home)
    expect(second.text).toContain(`${MARKUP} is ready.`)
    expect(second.html).not.toContain('<img src=x')
    expect(second.text).toMatch(/curl -X GET '[^']+' \\\n {2}-H 'X-API-Key: YOUR_KEY'/)
    expect(second.html).not.toContain(value)

    const headers = { 'x-api-key': value }
    const refused = await edge.fetch('/api/v1/nothing', { headers })
    const latest = refused.headers.get('x-request-id')
    await until(async () => JSON.stringify(await arrivalOf(home)).includes(latest ?? ''))
    expect(await arrivalOf(home)).toEqual({ latest, next: null })
    const third = await client.get(home)
    expect(third.text).toContain('A call arrived, and was refused:')
    expect(third.text).toContain('There is nothing at this method and path.')
    expect(third.html).toContain(`${home}/explain?request=${latest ?? ''}`)

    await edge.fetch('/api/v1/sessions', { headers })
    await until(async () => JSON.stringify(await arrivalOf(home)).includes('first_call'))
    const { next } = (await arrivalOf(home)) as { next: string }
    const used = await client.get(next)
    expect(used.text).toContain('The first call has arrived')
    expect(used.text).toContain('Latest calls')
  })
})

describe('an organization in use', () => {
  test('shows the day’s figures, the latest calls, and each thing that needs attention', async () => {
    const soon = Date.now() + 3 * DAY_MS
    const key = await edge.mint('secret', { name: `${MARKUP} ends`, expiresAt: soon })
    await edge.mint('secret', { name: 'ends later', expiresAt: Date.now() + 90 * DAY_MS })
    const jwt = await edge.mint('jwt', { products: ['aml_screening'] })
    const headers = { 'x-api-key': key.value }
    for (let i = 0; i < 3; i++) await edge.fetch('/api/v1/sessions', { headers })
    for (let i = 0; i < 2; i++) await edge.fetch('/api/v1/webhooks', { headers, method: 'POST' })
    const authorization = `Bearer ${jwt.value}`
    await edge.fetch('/screening/request', { method: 'POST', headers: { authorization } })
    const failing = { id: 'whe_failing', url: `https://hooks.example.com/${'x'.repeat(200)}` }
    await edge.sql(
      `INSERT INTO webhook_endpoints (id, organization_id, url, secret, events, disabled_at, disabled_reason, created_at)
       VALUES ('${failing.id}', 'org_test', '${failing.url}', 'v1.a.b', '[]', 1, 'failing', 1)`,
    )
    await until(async () => (await client.get(HOME)).text.includes('Requests6'))
    const { text, html } = await client.get(HOME)
    expect(text).toContain('Requests6Refused2Credits10')
    expect(text).toContain('2 calls were refused since yesterday: scope_missing.')
    expect(html).toContain(`href="${HOME}/keys/${key.id}" aria-label="Open the key: scope_missing"`)
    expect(text).toContain(`${MARKUP} ends expires `)
    expect(text).not.toContain('ends later')
    expect(text).toContain(`The webhook endpoint ${failing.url} was disabled because`)
    expect(html).toContain(`href="${HOME}/webhooks/${failing.id}"`)
    expect(text).toContain('GET /api/v1/sessions')
    expect(html).not.toContain('<img src=x')
  })

  test('says so when nothing needs attention', async () => {
    await newOrganization(edge, 'org_calm')
    const { value } = await edge.mint('secret', { organization: 'org_calm' })
    await edge.fetch('/api/v1/sessions', { headers: { 'x-api-key': value } })
    const home = `${CONSOLE}/o/org_calm`
    await until(async () => (await client.get(home)).text.includes('Latest calls'))
    const { text } = await client.get(home)
    expect(text).toContain('Nothing: no refusal since yesterday')
  })
})

const dayAgo = (days: number): string =>
  new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10)
const sumOf = (n: number, of: (i: number) => number): number =>
  Array.from({ length: n }, (_, i) => of(i + 1)).reduce((sum, one) => sum + one, 0)

describe('an organization with more keys than a page has', () => {
  const KEYS = 430

  beforeAll(async () => {
    await newOrganization(edge, 'org_large')
    const { value } = await edge.mint('secret', { organization: 'org_large', name: 'caller' })
    await edge.fetch('/api/v1/sessions', { headers: { 'x-api-key': value } })
    await until(async () =>
      (await client.get(`${CONSOLE}/o/org_large`)).text.includes('Latest calls'),
    )
    const number = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${KEYS})`
    const soon = Date.now() + 60_000
    await edge.sql(
      `${number} INSERT INTO credentials
         (id, organization_id, kind, environment, name, digest, scopes, products, created_at, expires_at)
       SELECT 'key_large' || i, 'org_large', 'secret', 'live', 'Large ' || i,
         printf('%043d', i), '[]', '["verifa"]', i, iif(i <= 7, ${soon} + (8 - i) * ${DAY_MS}, NULL)
       FROM n;
       ${number} INSERT INTO usage_daily
       SELECT 'org_large', 'key_large' || i, 'verifa', '${dayAgo(0)}', 1000 - i, 3, 2 FROM n;
       ${number} INSERT INTO refusals_daily
       SELECT 'org_large', 'key_large' || i, 'verifa', d.value, 'scope_missing', 2, 1 FROM n
         JOIN json_each('["${dayAgo(0)}", "${dayAgo(1)}", "${dayAgo(2)}"]') d;
       ${number} INSERT INTO refusals_daily
       SELECT 'org_large', 'key_large' || i, 'verifa', '${dayAgo(0)}', 'rate_limited', 1, 1 FROM n`,
    )
  })

  test('shows the sums of all of them, and every refusal of a reason', async () => {
    const { text } = await client.get(`${CONSOLE}/o/org_large`)
    // The caller's own call is one of them.
    const requests = sumOf(KEYS, (i) => 1000 - i) + 1
    const [asked, refused] = [requests, KEYS * 3].map((n) => n.toLocaleString('en'))
    expect(text).toContain(`Requests${asked}Refused${refused}Credits${KEYS * 2}`)
    expect(text).toContain(`${KEYS * 4} calls were refused since yesterday: scope_missing.`)
    expect(text).toContain(`${KEYS} calls were refused since yesterday: rate_limited.`)
    expect(text).not.toContain('at least')
  })

  test('names the keys that expire first, however old they are', async () => {
    const { text } = await client.get(`${CONSOLE}/o/org_large`)
    const named = [...text.matchAll(/(Large \d+) expires/g)].map(([, name]) => name)
    expect(named).toEqual(['Large 7', 'Large 6', 'Large 5', 'Large 4', 'Large 3'])
    expect(text).toContain('7 keys expire within 14 days; the first 5 are shown.')
  })

  test('has the names of the busiest keys in its usage, and of all in the file', async () => {
    const { text } = await client.get(`${CONSOLE}/o/org_large/usage?group=key`)
    for (const i of [1, 2, 100, 199]) expect(text).toContain(`Large ${i}key_large${i}`)
    const file = await client.get(`${CONSOLE}/o/org_large/usage/export`)
    for (const i of [1, 215, KEYS]) expect(file.html).toContain(`key_large${i},Large ${i},`)
  })
})

test('the first page after signing in and after creating an organization is the overview', async () => {
  const made = await client.submit(`${CONSOLE}/`, { name: 'Fresh', plan: 'free' })
  expect(made.location).toMatch(/^\/edge\/console\/o\/org_\w+\?status=organization_created$/)
  expect((await client.get(made.location)).text).toContain('No call has reached a product yet.')
})
