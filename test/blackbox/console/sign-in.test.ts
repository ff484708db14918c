// Who gets into the console, how long, and with which cookie; and that no other page's form does.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { ADMIN_TOKEN, startEdge, type TestEdge } from '../../harness/edge.ts'
import { CONSOLE, newClient, signedIn } from './client.ts'

const SIGN_IN = `${CONSOLE}/sign-in`
const KEYS = `${CONSOLE}/o/org_test/keys`
const MINUTE_MS = 60_000

let edge: TestEdge
beforeAll(async () => {
  edge = await startEdge()
})
afterAll(() => edge.stop())

describe('signing in', () => {
  test('with the admin token opens a session whose cookie is the host’s alone', async () => {
    const client = newClient(edge)
    const answer = await client.post(SIGN_IN, { token: ADMIN_TOKEN })
    expect(answer).toMatchObject({ status: 303, location: `${CONSOLE}/` })
    expect(answer.headers.get('set-cookie')).toMatch(
      /^__Host-portcullis=[\w-]{43}\.[\w-]{43}; Path=\/; Max-Age=28800; Secure; HttpOnly; SameSite=Strict$/,
    )
    expect((await client.get(`${CONSOLE}/`)).text).toContain('admin-token operator')
  })

  test('with another token shows the form again, with 401 and a sentence', async () => {
    for (const token of ['', 'wrong', `${ADMIN_TOKEN} `, ADMIN_TOKEN.slice(1)]) {
      const answer = await newClient(edge).post(SIGN_IN, { token })
      expect(answer.status).toBe(401)
      expect(answer.text).toContain('this is not the admin token')
      expect(answer.headers.get('set-cookie')).toBeNull()
      expect(answer.html).toContain('autocomplete="current-password"')
      if (token !== '') expect(answer.html).not.toContain(`value="${token}"`)
    }
  })

  test('leads back to the page that was asked for, and nowhere else', async () => {
    const client = newClient(edge)
    const asked = await client.get(`${KEYS}?state=active`)
    expect(asked).toMatchObject({ status: 303 })
    const { html } = await client.get(asked.location)
    expect(html).toContain(`name="next" value="${KEYS}?state=active"`)
    const foreign = [
      'https://evil.example/edge/console/',
      '//evil.example/edge/console/',
      '/edge/console/../../evil',
      '/edge/console\\@evil.example',
      'javascript:alert(1)',
      SIGN_IN,
    ]
    for (const next of foreign) {
      const answer = await newClient(edge).post(SIGN_IN, { token: ADMIN_TOKEN, next })
      expect([next, answer.location]).toEqual([next, `${CONSOLE}/`])
    }
  })

  test('gives a new id each time, and ends the session that the browser had', async () => {
    const client = await signedIn(edge)
    const before = client.cookie
    await client.post(SIGN_IN, { token: ADMIN_TOKEN })
    expect(client.cookie).not.toBe(before)
    client.cookie = before
    expect((await client.get(KEYS)).status).toBe(303)
  })

  test('needs the console’s own form', async () => {
    const foreign = [
      { headers: { origin: 'https://evil.example' } },
      { headers: { origin: 'null' } },
      { without: ['origin'] },
      { headers: { 'sec-fetch-site': 'cross-site' } },
      { headers: { 'sec-fetch-site': 'same-site' } },
    ]
    for (const options of foreign) {
      const answer = await newClient(edge).post(SIGN_IN, { token: ADMIN_TOKEN }, options)
      expect(answer.status).toBe(403)
      expect(answer.headers.get('set-cookie')).toBeNull()
    }
  })

  test('from a link on another site goes on by itself, so that the strict cookie comes along', async () => {
    const client = await signedIn(edge)
    const answer = await client.get(`${SIGN_IN}?next=${KEYS}`, { 'sec-fetch-site': 'cross-site' })
    expect(answer.headers.get('refresh')).toBe(`0; url=${KEYS}`)
  })

  test('is limited by address, also for the right token, and says when to come back', async () => {
    const address = '203.0.113.99'
    const attempt = (token: string): Promise<Response> =>
      edge.fetch(SIGN_IN, {
        method: 'POST',
        address,
        headers: { origin: edge.url },
        body: new URLSearchParams({ token }),
      })
    for (let i = 0; i < 10; i++) expect((await attempt(`wrong ${i}`)).status).toBe(401)
    expect((await attempt('wrong')).status).toBe(429)
    const answer = await attempt(ADMIN_TOKEN)
    expect(answer.status).toBe(429)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(60)
    expect(await answer.text()).toContain('Too many attempts to sign in from your address.')
    expect((await newClient(edge).post(SIGN_IN, { token: ADMIN_TOKEN })).status).toBe(303)
  })
})

/** The text with another first character. */
const flip = (text: string): string => (text.startsWith('A') ? 'B' : 'A') + text.slice(1)

/** Makes every session as if a time had passed since it was used, or since it was opened. */
async function age(column: 'seen_at' | 'expires_at', ms: number): Promise<void> {
  const hours = 8 * 60 * MINUTE_MS
  const [seen, opened] = column === 'seen_at' ? [ms, ms] : [0, ms]
  const now = Date.now()
  await edge.sql(
    `UPDATE console_sessions SET created_at = ${now - opened}, seen_at = ${now - seen},
       expires_at = ${now - opened + hours} WHERE expires_at > ${now}`,
  )
}

describe('a session', () => {
  test('is known to the database by a digest alone', async () => {
    const client = await signedIn(edge)
    const rows = JSON.stringify(await edge.sql('SELECT * FROM console_sessions'))
    for (const part of client.cookie.split('.')) expect(rows).not.toContain(part)
  })

  test('ends by signing out, for good', async () => {
    const client = await signedIn(edge)
    const kept = client.cookie
    const answer = await client.post(`${CONSOLE}/sign-out`)
    expect(answer).toMatchObject({ status: 303, location: `${SIGN_IN}?status=signed_out` })
    expect(answer.headers.get('set-cookie')).toMatch(/^__Host-portcullis=; Path=\/; Max-Age=0; Sec/)
    expect((await client.get(answer.location)).text).toContain('You are signed out.')
    client.cookie = kept
    expect((await client.get(KEYS)).status).toBe(303)
    expect((await client.post(`${KEYS}/new`, { csrf: 'x', name: 'n' })).location).toBe(
      `${SIGN_IN}?status=session_ended`,
    )
  })

  test('is none with a cookie that was changed in one place, or whose tag is another’s', async () => {
    const [client, other] = [await signedIn(edge), await signedIn(edge)]
    const [id = '', tag = ''] = client.cookie.split('.')
    const [, otherTag = ''] = other.cookie.split('.')
    for (const cookie of [
      `${flip(id)}.${tag}`,
      `${id}.${flip(tag)}`,
      `${id}.${otherTag}`,
      id,
      '',
    ]) {
      client.cookie = cookie
      expect((await client.get(KEYS)).status).toBe(303)
    }
  })

  test('ends after an hour without use', async () => {
    const client = await signedIn(edge)
    await age('seen_at', 59 * MINUTE_MS)
    expect((await client.get(KEYS)).status).toBe(200)
    await age('seen_at', 61 * MINUTE_MS)
    expect((await client.get(KEYS)).status).toBe(303)
  })

  test('ends after eight hours, however much it is used', async () => {
    const client = await signedIn(edge)
    const { cookie } = client
    await age('expires_at', 8 * 60 * MINUTE_MS - MINUTE_MS)
    expect((await client.get(KEYS)).status).toBe(200)
    await age('expires_at', 8 * 60 * MINUTE_MS + MINUTE_MS)
    expect((await client.get(KEYS)).status).toBe(303)
    expect(client.cookie).toBe(cookie)
  })

  test('goes on while it is used: use is written down', async () => {
    const client = await signedIn(edge)
    const moved = 30 * MINUTE_MS
    await edge.sql(
      `UPDATE console_sessions SET created_at = created_at - ${moved}, seen_at = seen_at - ${moved}`,
    )
    await client.get(KEYS)
    const rows = await edge.sql(
      `SELECT 1 FROM console_sessions WHERE seen_at > ${Date.now() - MINUTE_MS} AND created_at < ${Date.now() - moved + MINUTE_MS}`,
    )
    expect(rows).toHaveLength(1)
  })

  test('that has expired is cleared away by the next sign-in', async () => {
    await signedIn(edge)
    await edge.sql('UPDATE console_sessions SET created_at = 1, seen_at = 1, expires_at = 2')
    await signedIn(edge)
    expect(await edge.sql('SELECT id FROM console_sessions WHERE expires_at = 2')).toEqual([])
  })
})

/** How many keys a forged form has made. */
async function forged(): Promise<number> {
  const [row] = await edge.sql(`SELECT count(*) AS n FROM credentials WHERE name = 'forged'`)
  return Number(row?.['n'])
}

describe('a form', () => {
  const NEW_KEY = { kind: 'secret', environment: 'live', name: 'forged', products: ['verifa'] }
  test('without the token, or with another session’s, does nothing', async () => {
    const [client, other] = [await signedIn(edge), await signedIn(edge)]
    for (const csrf of ['', 'x', await other.csrf()]) {
      const answer = await client.post(`${KEYS}/new`, NEW_KEY, { csrf })
      expect(answer.status).toBe(403)
    }
    expect((await client.post(`${CONSOLE}/sign-out`, {}, { csrf: '' })).status).toBe(403)
    expect((await client.get(KEYS)).status).toBe(200)
    expect(await forged()).toBe(0)
  })

  test('with the token, but from another origin or as another type, does nothing', async () => {
    const client = await signedIn(edge)
    for (const headers of [{ origin: 'http://localhost:1' }, { 'sec-fetch-site': 'cross-site' }]) {
      expect((await client.post(`${KEYS}/new`, NEW_KEY, { headers })).status).toBe(403)
    }
    const headers = { 'content-type': 'text/plain' }
    expect((await client.post(`${KEYS}/new`, NEW_KEY, { headers })).status).toBe(400)
    expect(await forged()).toBe(0)
  })
})

test('other methods, hosts and spellings of a path are refused', async () => {
  for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
    const answer = await edge.fetch(KEYS, { method })
    expect([method, answer.status]).toEqual([method, 405])
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
    await answer.body?.cancel()
  }
  const host = await edge.raw(`GET ${SIGN_IN} HTTP/1.1\r\nHost: evil.example\r\n\r\n`)
  expect(host.status).toBe(404)
  for (const path of ['/edge/console//sign-in', '/edge/console/sign-in;x', '/edge/console/%2561']) {
    const { status } = await edge.raw(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
    expect([path, status]).toEqual([path, 400])
  }
})

test('assets are kept for good and compressed; pages are neither', async () => {
  const page = await edge.fetch(SIGN_IN, { headers: { 'accept-encoding': 'gzip, br' } })
  expect(page.headers.get('content-encoding')).toBeNull()
  const html = await page.text()
  const urls = [...html.matchAll(/(?:href|src)="(\/edge\/console\/assets\/[^"]+)"/g)]
  expect(urls).toHaveLength(2)
  for (const [, url = ''] of urls) {
    const asset = await edge.fetch(url, { headers: { 'accept-encoding': 'gzip, br' } })
    expect(asset.status).toBe(200)
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(asset.headers.get('content-encoding')).toBe('gzip')
    expect((await asset.text()).length).toBeGreaterThan(100)
  }
  expect((await newClient(edge).get(`${CONSOLE}/assets/0.css`)).status).toBe(404)
})
