// Why was this refused: by a request's id, and for a call as it would be.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { TestEdge } from '../../harness/edge.ts'
import { until } from '../control/world.ts'
import { CONSOLE, formOf, type Client, type Fields, type Page } from './client.ts'
import { MARKUP } from './html.ts'
import { startWorld } from './world.ts'

const EXPLAIN = `${CONSOLE}/o/org_test/explain`
const NOBODY = '00000000-0000-4000-8000-000000000000'

let edge: TestEdge
let client: Client
beforeAll(async () => {
  ;({ edge, client } = await startWorld())
})
afterAll(() => edge.stop())

/** The page about a request, once it is on record. */
async function about(request: string | null): Promise<Page> {
  const path = `${EXPLAIN}?request=${request ?? ''}`
  await until(async () => (await client.get(path)).status !== 404)
  return await client.get(path)
}

const ask = (fields: Fields): Promise<Page> => client.post(EXPLAIN, { method: 'GET', ...fields })

/** The steps as they are shown: the badge of each. */
const badges = ({ html }: Page): string[] => {
  const trace = html.slice(html.indexOf('<ol class="trace">'))
  return [...trace.matchAll(/<li class="(pass|refuse|rest)">/g)].map(([, one = '']) => one)
}

/** Of the limit `plan`. */
const left = ({ text }: Page): string => /plan\d+ in \d+ s(\d+)/.exec(text)?.[1] ?? ''

describe('a request that was made', () => {
  test('is told with its reason in words, the step that refused it, and where to mend it', async () => {
    const key = await edge.mint('secret', { scopes: ['sessions:read'] })
    const headers = { 'x-api-key': key.value }
    const refused = await edge.fetch('/api/v1/webhooks', { method: 'POST', headers })
    const page = await about(refused.headers.get('x-request-id'))
    expect(page.text).toContain('It was refused: 403 scope_missing')
    expect(page.text).toContain('The key lacks the scope that the route needs.')
    expect(page.html).toContain(`<a role="button" href="${CONSOLE}/o/org_test/keys/${key.id}">`)
    expect(page.text).toContain('POST /api/v1/webhooks')
    expect(page.text).toContain('it would be decided the same way')
    expect(page.text).toContain(
      'The caller is told: “API key does not have the required scope: webhooks:write”',
    )
    expect(badges(page)).toEqual([...Array.from({ length: 6 }, () => 'pass'), 'refuse', 'rest'])
    // And the form below holds it, to be asked otherwise.
    const form = page.html.slice(page.html.indexOf('by-call'))
    expect(form).toContain(`value="${key.id}" selected`)
    expect(form).toContain('value="/api/v1/webhooks"')
  })

  test('that would pass by now is said to', async () => {
    const key = await edge.mint('secret', { ips: ['192.0.2.1'] })
    const refused = await edge.fetch('/api/v1/sessions', { headers: { 'x-api-key': key.value } })
    await edge.sql(`INSERT INTO credential_ips VALUES ('${key.id}', '198.51.100.7', 1)`)
    await edge.sync()
    const page = await about(refused.headers.get('x-request-id'))
    expect(page.text).toContain('It was refused: 403 address_not_allowed')
    expect(page.text).toContain('Sent again now, it would pass')
    expect(page.html).toContain(`href="${CONSOLE}/o/org_test/allowlists"`)
  })

  test('that was forwarded is said to, too', async () => {
    const { value } = await edge.mint('secret')
    const passed = await edge.fetch('/api/v1/sessions', { headers: { 'x-api-key': value } })
    const page = await about(passed.headers.get('x-request-id'))
    expect(page.text).toContain('It was forwarded, and answered with 200')
    expect(page.text).toContain('It would be forwarded to the product')
    expect(page.text).toContain('The limits of this call')
  })

  test('whose key nobody knows is found by operators', async () => {
    const headers = { 'x-api-key': `vk_live_${'0'.repeat(32)}` }
    const refused = await edge.fetch('/api/v1/sessions', { headers })
    const page = await about(refused.headers.get('x-request-id'))
    expect(page.text).toContain('It was refused: 401 credential_invalid')
    expect(page.text).toContain('on no organization’s account')
    expect(badges(page)).toEqual([])
  })

  test.each([NOBODY, 'nonsense', MARKUP])('%s is not on record', async (id) => {
    const page = await client.get(`${EXPLAIN}?request=${encodeURIComponent(id)}`)
    expect(page.status).toBe(404)
    expect(page.text).toContain('No call with this id is on record here.')
    expect(page.html).not.toContain('<img src=x')
  })

  test('of another organization is not on record', async () => {
    const { value } = await edge.mint('secret', { organization: 'org_other' })
    const call = await edge.fetch('/api/v1/sessions', { headers: { 'x-api-key': value } })
    const id = call.headers.get('x-request-id') ?? ''
    const elsewhere = `${CONSOLE}/o/org_other/explain?request=${id}`
    await until(async () => (await client.get(elsewhere)).status === 200)
    expect((await client.get(`${EXPLAIN}?request=${id}`)).status).toBe(404)
  })
})

describe('a call as it would be', () => {
  test.each([
    ['it passes', {}, 'It would be forwarded to the product'],
    ['its path is none', { path: '/nothing' }, '404 route_unknown'],
    ['a whole address is pasted', { path: 'https://api.example.com/nothing?q=1' }, '404 route'],
    ['a browser calls', { browser: 'yes' }, '403 secret_key_in_browser'],
    ['its method is none', { method: 'OPTIONS' }, '404 route_unknown'],
  ])('%s', async (_, fields, verdict) => {
    const { id } = await edge.mint('secret')
    const page = await ask({ key: id, path: '/api/v1/sessions', ...fields })
    expect(page.status).toBe(200)
    expect(page.text).toContain(verdict)
  })

  test('is asked by an address as well, for links', async () => {
    const { id } = await edge.mint('publishable', { origins: ['https://app.example.com'] })
    const query = `key=${id}&method=POST&path=/api/v1/sessions&origin=https://evil.example`
    const page = await client.get(`${EXPLAIN}?${query}`)
    expect(page.text).toContain('403 origin_not_allowed')
  })

  test('spends nothing and leaves nothing', async () => {
    const { id } = await edge.mint('secret')
    const [before] = await edge.sql('SELECT count(*) AS n FROM audit_events WHERE key IS NOT NULL')
    const [first, second] = [
      await ask({ key: id, path: '/api/v1/sessions' }),
      await ask({ key: id, path: '/api/v1/sessions' }),
    ]
    expect(left(first)).toMatch(/^\d+$/)
    expect(left(second)).toBe(left(first))
    expect(await edge.sql('SELECT count(*) AS n FROM audit_events WHERE key IS NOT NULL')).toEqual([
      before,
    ])
  })

  test.each([
    ['a key', { path: '/x' }, 'key'],
    ['a path', { key: 'key_x', path: '' }, 'path'],
    ['an address that is one', { key: 'key_x', path: '/x', address: MARKUP }, 'address'],
  ])('needs %s, and keeps what was typed', async (_, fields, field) => {
    const page = await ask({ origin: MARKUP, ...fields })
    expect(page.status).toBe(400)
    expect(page.html).toContain(`id="${field}-fault"`)
    expect(formOf(page.html)['origin']).toBe(MARKUP)
    expect(page.html).not.toContain('<img src=x')
  })

  test('with a pasted credential shows it nowhere, and takes it from no address', async () => {
    const { value } = await edge.mint('secret', { scopes: [] })
    const page = await ask({ credential: value, path: '/api/v1/sessions' })
    expect(page.text).toContain('403 scope_missing')
    expect(page.html).not.toContain(value)
    const refused = await ask({ credential: value, path: '' })
    expect(refused.status).toBe(400)
    expect(refused.html).not.toContain(value)
    const linked = await client.get(`${EXPLAIN}?credential=${value}&path=/api/v1/sessions`)
    expect(linked.html).not.toContain(value)
    expect(badges(linked)).toEqual([])
  })

  test('of another organization’s key is none', async () => {
    const { id } = await edge.mint('secret', { organization: 'org_other' })
    const page = await ask({ key: id, path: '/api/v1/sessions' })
    expect(page.status).toBe(404)
    expect(badges(page)).toEqual([])
  })
})
