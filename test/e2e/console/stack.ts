// The local stack with something of every sort in it, and a browser before it whose every complaint is
// kept: a violated policy, a script that failed, an answer that was not expected.

import type { Browser, BrowserContext, Page } from 'playwright-core'

import { ADMIN_TOKEN, newState, startDev, writeDevVars, type DevProcess } from '../dev-process.ts'
import { startReceiver, type Receiver } from '../../control/webhooks/receiver.ts'
import { launchBrowser } from '../page.ts'
import { apiKey, bearer, send } from '../send.ts'

/** When something that does not come counts as missing; a busy machine takes its time. */
export const PATIENCE_MS = 120_000

export const CONSOLE = '/edge/console'
export const HOME = `${CONSOLE}/o/org_demo`

/** How a person looks at the console. */
export interface Look {
  readonly width: 1280 | 390
  readonly scheme: 'light' | 'dark'
}

export const LOOKS: readonly Look[] = [
  { width: 1280, scheme: 'light' },
  { width: 390, scheme: 'dark' },
  { width: 390, scheme: 'light' },
  { width: 1280, scheme: 'dark' },
]

export interface ConsoleStack {
  readonly dev: DevProcess
  /** The state directory of the local stack. */
  readonly stateDir: string
  readonly browser: Browser
  /** Answers webhooks with 200, and challenges where it knows the secret. */
  readonly receiver: Receiver
  /** What the browser complained of, page by page. */
  readonly complaints: string[]
  /** A browser of its own, signed in already where `cookies` are another's. */
  readonly open: (look: Look, options?: OpenOptions) => Promise<Page>
  /** The management API as the operator, in an organization. */
  readonly api: (
    at: string,
    body?: object,
    organization?: string,
  ) => Promise<Record<string, unknown>>
  /** A call with one of the demo's credentials, by its name; returns the request's id. */
  readonly call: (
    name: string,
    at: string,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<string>
  readonly stop: () => Promise<void>
}

interface OpenOptions {
  readonly script?: boolean
  readonly signedInAs?: BrowserContext
}

export async function startConsole(): Promise<ConsoleStack> {
  const state = newState()
  await writeDevVars(state.dir)
  const [dev, browser, receiver] = await Promise.all([
    startDev(state.dir),
    launchBrowser(),
    startReceiver(() => Date.now()),
  ])
  const complaints: string[] = []
  return {
    dev,
    stateDir: state.dir,
    browser,
    receiver,
    complaints,
    async open({ width, scheme }, { script = true, signedInAs } = {}) {
      const context = await browser.newContext({
        baseURL: dev.url,
        viewport: { width, height: 900 },
        colorScheme: scheme,
        reducedMotion: 'reduce',
        javaScriptEnabled: script,
        ...(signedInAs && { storageState: await signedInAs.storageState() }),
      })
      await context.grantPermissions(['clipboard-read', 'clipboard-write'])
      const page = await context.newPage()
      page.setDefaultTimeout(PATIENCE_MS)
      if (script) await listen(page, complaints)
      return page
    },
    async api(at, body, organization = 'org_demo') {
      const [method = '', path = ''] = at.split(' ')
      const answer = await send(
        dev.url,
        `/edge/v1${path}${organization && `?organization=${organization}`}`,
        {
          method,
          headers: { ...bearer(ADMIN_TOKEN), 'content-type': 'application/json' },
          ...(body && { body: JSON.stringify(body) }),
        },
      )
      if (answer.status >= 300) throw new Error(`${at} answered ${answer.status}: ${answer.text}`)
      return answer.json() as Record<string, unknown>
    },
    async call(name, at, headers = {}) {
      const [method = '', path = ''] = at.split(' ')
      const value = dev.value(name)
      const own = name.startsWith('jwt') || name === 'access_token' ? bearer(value) : apiKey(value)
      const answer = await send(dev.url, path, { method, headers: { ...own, ...headers } })
      return String(answer.headers['x-request-id'])
    },
    async stop() {
      await browser.close()
      await dev.stop()
      await receiver.stop()
      state.remove()
    },
  }
}

/** Chromium reports a violation as an error of the console; the event names the directive. */
async function listen(page: Page, complaints: string[]): Promise<void> {
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`policy violated: ${event.effectiveDirective} by ${event.blockedURI}`)
    })
  })
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`))
  page.on('console', (message) => {
    // A page that is refused on purpose says so by its status.
    if (message.type() !== 'error' || /the server responded with a status/.test(message.text()))
      return
    complaints.push(`${page.url()}: ${message.text()}`)
  })
}

/** Something of every sort in the demo organization, and calls on its account; and an empty one. */
export async function furnish({ api, call, receiver }: ConsoleStack): Promise<{ empty: string }> {
  const endpoint = await api('POST /webhooks', { url: `${receiver.url}/hooks` })
  receiver.secrets.set('/hooks', String(endpoint['secret']))
  await api(`POST /webhooks/${String(endpoint['id'])}/verify`)
  await api(`POST /webhooks/${String(endpoint['id'])}/test`)
  await api('PUT /members/ann@example.com', { role: 'administrator' })
  await api('PUT /members/vic@example.com', { role: 'viewer' })
  const rotated = await api('POST /keys', {
    kind: 'secret',
    environment: 'live',
    name: 'Checkout, production',
    expires_at: Date.now() + 5 * 86_400_000,
  })
  await api(`POST /keys/${String(rotated['id'])}/rotate`, { grace_seconds: 86_400 })
  await call('secret_live', 'GET /api/v1/sessions')
  await call('secret_live', 'POST /api/v1/sessions')
  await call('secret_live', 'GET /api/v1/identities')
  await call('secret_live', 'POST /api/v1/webhooks')
  await call('jwt_full', 'POST /screening/request')
  await call('jwt', 'POST /document-processing')
  await call('jwt', 'POST /screening/request')
  await call('access_token', 'POST /api/v1/ingest', { 'x-approver-department': 'retail' })
  await call('ip_restricted_live', 'GET /api/v1/sessions')
  await call('revoked_live', 'GET /api/v1/sessions')
  await call('publishable_live', 'POST /api/v1/sessions', { origin: 'http://localhost:5173' })
  const empty = { name: 'Empty', plan: 'free', products: ['verifa'] }
  return { empty: String((await api('POST /organizations', empty, ''))['id']) }
}
