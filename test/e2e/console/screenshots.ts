// `npm run screenshots`: the pictures of docs/images, taken of a local stack of its own with some
// traffic in it. Looked at before they are committed.

import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Page } from 'playwright-core'

import { ADMIN_TOKEN, ROOT } from '../dev-process.ts'
import { withPalette } from './png.ts'
import { CONSOLE, furnish, HOME, startConsole, type ConsoleStack, type Look } from './stack.ts'

const IMAGES = join(ROOT, 'docs', 'images')
const LIGHT: Look = { width: 1280, scheme: 'light' }
const HEIGHT = 860
const DAYS = 14
const DAY_MS = 86_400_000
/** Until the calls are on account. */
const SETTLED_MS = 4000

const stack = await startConsole()
try {
  await furnish(stack)
  const request = await makeTraffic(stack)
  await new Promise((resolve) => setTimeout(resolve, SETTLED_MS))
  mkdirSync(IMAGES, { recursive: true })
  const page = await stack.open(LIGHT)
  await signIn(page)
  await take(page, HOME, 'overview')
  await take(page, `${HOME}/keys`, 'keys')
  await createKey(page)
  await take(page, null, 'key-created')
  const lists = `${HOME}/allowlists/${stack.dev.demo.credentials['ip_restricted_live']?.id ?? ''}/ips`
  await take(page, `${lists}?address=203.0.113.9`, 'allowlist')
  await take(page, `${HOME}/usage`, 'usage')
  await take(page, `${HOME}/audit`, 'audit')
  await take(page, `${HOME}/explain?request=${request}`, 'explain')
  const dark = await stack.open({ width: 1280, scheme: 'dark' }, { signedInAs: page.context() })
  await take(dark, `${HOME}/usage`, 'usage-dark')
  const phone = await stack.open({ width: 390, scheme: 'light' }, { signedInAs: page.context() })
  await take(phone, HOME, 'overview-390')
} finally {
  await stack.stop()
}

async function signIn(page: Page): Promise<void> {
  await page.goto(`${CONSOLE}/sign-in`)
  await page.getByLabel('Admin token').fill(ADMIN_TOKEN)
  await page.locator('main button').click()
  await page.getByRole('heading', { name: 'Organizations' }).waitFor()
}

async function createKey(page: Page): Promise<void> {
  await page.goto(`${HOME}/keys/new?kind=jwt`)
  await page.getByLabel('Name').fill('Screening, production')
  await page.locator('main form button[type=submit]').click()
  await page.locator('#secret').waitFor()
}

/** A picture of the page's upper part; null: of the page as it stands. */
async function take(page: Page, path: string | null, name: string): Promise<void> {
  if (path !== null) await page.goto(path)
  await page.setViewportSize({ width: page.viewportSize()?.width ?? LIGHT.width, height: HEIGHT })
  await page.evaluate(() => scrollTo(0, 0))
  const png = await page.screenshot({ scale: 'css', animations: 'disabled' })
  const small = await withPalette(stack.browser, png)
  writeFileSync(join(IMAGES, `${name}.png`), small)
  console.log(`${name}.png ${Math.round(small.length / 1024)} KB`)
}

/** Calls of today, sums of the days before, and the request id of a call that was refused. */
async function makeTraffic({ call }: ConsoleStack): Promise<string> {
  for (let i = 0; i < 24; i++) {
    await call('secret_live', 'GET /api/v1/sessions')
    if (i % 3 === 0) await call('jwt_full', 'POST /screening/request')
    if (i % 4 === 0) await call('read_only_live', 'POST /api/v1/sessions')
  }
  remember(stack, 'secret_live', 'verifa', 0)
  remember(stack, 'jwt_full', 'aml_screening', 10)
  return await call('ip_restricted_live', 'GET /api/v1/sessions', {
    'cf-connecting-ip': '198.51.100.20',
  })
}

/** Sums of the days before today, which no call can make any more. */
function remember(
  { dev: { demo }, stateDir }: ConsoleStack,
  name: string,
  product: string,
  credits: number,
): void {
  const key = demo.credentials[name]?.id ?? ''
  const rows = Array.from({ length: DAYS }, (_, i) => {
    const day = new Date(Date.now() - (i + 1) * DAY_MS).toISOString().slice(0, 10)
    const requests = 30 + ((i * 17 + name.length * 5) % 45)
    const refused = (i * 7) % 9
    return `('org_demo', '${key}', '${product}', '${day}', ${requests}, ${refused}, ${(requests - refused) * credits})`
  })
  const sql = `INSERT INTO usage_daily (organization, key, product, day, requests, refused, credits) VALUES ${rows.join(', ')}`
  const wrangler = join(ROOT, 'node_modules', 'wrangler', 'bin', 'wrangler.js')
  const persist = join(stateDir, '.wrangler', 'state')
  const args = ['d1', 'execute', 'portcullis', '--local', '--persist-to', persist, '--command', sql]
  execFileSync(process.execPath, [wrangler, ...args], { cwd: ROOT })
}
