// Publishable keys where they live: in pages, in a browser that enforces CORS.

import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

import {
  ADMIN_TOKEN,
  newState,
  ROOT,
  startDev,
  writeDevVars,
  type DevProcess,
} from './dev-process.ts'
import { createSession, launchBrowser, serveSite, type Site } from './page.ts'
import { bearer, send } from './send.ts'

const state = newState()
let dev: DevProcess
let browser: Browser
/** On the origin list of `publishable_live`, and not on it. */
let allowed: Site
let other: Site

beforeAll(async () => {
  await writeDevVars(state.dir)
  const [process, launched, listed, unlisted] = await Promise.all([
    startDev(state.dir),
    launchBrowser(),
    serveSite(5173),
    serveAnywhere(),
  ])
  dev = process
  browser = launched
  other = unlisted
  allowed = listed ?? (await allowAnother())
})
afterAll(async () => {
  await browser.close()
  await dev.stop()
  allowed.stop()
  other.stop()
  state.remove()
})

async function serveAnywhere(): Promise<Site> {
  const site = await serveSite(0)
  if (!site) throw new Error('no port is free')
  return site
}

/** Another program has port 5173: the list gets the origin of a port that is free. */
async function allowAnother(): Promise<Site> {
  const site = await serveAnywhere()
  const id = dev.demo.credentials['publishable_live']?.id ?? ''
  const sql = `INSERT INTO credential_origins VALUES ('${id}', '${site.origin}', 1)`
  const wrangler = join(ROOT, 'node_modules', 'wrangler', 'bin', 'wrangler.js')
  const persist = join(state.dir, '.wrangler', 'state')
  const args = ['d1', 'execute', 'portcullis', '--local', '--persist-to', persist, '--command', sql]
  execFileSync(process.execPath, [wrangler, ...args], { cwd: ROOT })
  await send(dev.url, '/edge/v1/sync', { method: 'POST', headers: bearer(ADMIN_TOKEN) })
  return site
}

async function open(site: Site): Promise<Page> {
  const page = await browser.newPage()
  await page.goto(site.origin)
  return page
}

test('a page on an allowed origin creates a session and reads its id and its quota', async () => {
  const page = await open(allowed)
  const { status, headers, body } = await createSession(
    page,
    dev.url,
    dev.value('publishable_live'),
  )
  expect(status).toBe(201)
  expect(body['id']).toMatch(/^ses_/)
  expect(headers).toMatchObject({ 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '9' })
  expect(Number(headers['x-ratelimit-reset'])).toBeGreaterThan(Date.now() / 1000)
  expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
})

test('a page on another origin reads why it is refused', async () => {
  const page = await open(other)
  const { status, headers, body } = await createSession(
    page,
    dev.url,
    dev.value('publishable_live'),
  )
  expect(status).toBe(403)
  expect(body).toEqual({
    error: 'forbidden',
    detail: 'The origin is not allowed for this publishable key.',
    status_code: 403,
  })
  expect(headers['x-edge-reason']).toBe('origin_not_allowed')
})

test('the eleventh call in a minute is refused, and the page reads when to come back', async () => {
  const page = await open(other)
  const key = dev.value('publishable_open')
  for (let call = 1; call <= 10; call++) {
    expect((await createSession(page, dev.url, key)).status).toBe(201)
  }
  const { status, headers, body } = await createSession(page, dev.url, key)
  expect(status).toBe(429)
  const seconds = Number(headers['retry-after'])
  expect(seconds).toBeGreaterThanOrEqual(1)
  expect(seconds).toBeLessThanOrEqual(61)
  expect(body).toEqual({
    error: 'rate_limited',
    detail: `Rate limit exceeded. Retry after ${seconds} seconds.`,
    status_code: 429,
  })
  expect(headers).toMatchObject({
    'x-edge-reason': 'rate_limited',
    'x-ratelimit-limit': '10',
    'x-ratelimit-remaining': '0',
  })
})

test('a secret key in a page is refused, and the page can read that', async () => {
  const page = await open(allowed)
  const { status, headers, body } = await createSession(page, dev.url, dev.value('secret_live'))
  expect(status).toBe(403)
  expect(headers['x-edge-reason']).toBe('secret_key_in_browser')
  expect(body['detail']).toBe('Secret keys must not be used in a browser. Use a publishable key.')
})

test('a page cannot read what is not open to publishable keys: the browser stops it', async () => {
  const page = await open(allowed)
  const outcome = await page.evaluate(
    async ([url, value]) =>
      await fetch(`${url}/api/v1/sessions`, { headers: { 'X-API-Key': value } }).then(
        ({ status }) => String(status),
        (error: unknown) => String(error),
      ),
    [dev.url, dev.value('publishable_live')] as const,
  )
  expect(outcome).toContain('TypeError')
})
