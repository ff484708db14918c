// The seeds' sentences about what a person does in the console, each done by its pages and forms.
// test/e2e/console/ does the same by mouse and keyboard, in a browser.

import { expect } from 'vitest'

import { ADMIN_TOKEN, type TestEdge } from '../../harness/edge.ts'
import {
  CONSOLE,
  newClient,
  signedIn,
  type Client,
  type Fields,
  type Page,
} from '../console/client.ts'
import { until } from '../control/world.ts'
import { call, type Check } from './seed.ts'

const HOME = `${CONSOLE}/o/org_test`
const INGEST = 'POST /api/v1/ingest'
const RETAIL = { 'x-approver-department': 'retail' }

const clients = new WeakMap<TestEdge, Promise<Client>>()

/** Signed in once an edge. */
function personAt(edge: TestEdge): Promise<Client> {
  const client = clients.get(edge) ?? signedIn(edge)
  clients.set(edge, client)
  return client
}

const linkTo = (path: string): string => `href="${path}"`

/** What a page shows this once. */
const shown = ({ html }: Page): string => /<code id="secret">([^<]+)</.exec(html)?.[1] ?? ''

async function created(client: Client, kind: string, fields: Fields): Promise<Page> {
  const page = await client.submit(`${HOME}/keys/new?kind=${kind}`, {
    name: 'of a seed',
    ...fields,
  })
  expect(page.status).toBe(201)
  return page
}

/** A new service user, by its form: the path of its page. */
async function newUser(client: Client): Promise<string> {
  const fields = { name: 'Video KYC', source_system: 'vkyc', departments: 'retail' }
  const { location } = await client.submit(`${HOME}/service-users/new`, fields)
  expect(location).toMatch(/\/service-users\/su_\w+\?status=service_user_created$/)
  return location.replace(/\?.*/, '')
}

/** A token minted on the user's Tokens tab: the page that shows it. */
async function minted(client: Client): Promise<Page> {
  const user = await newUser(client)
  const page = await client.submit(`${user}/tokens/new`, { name: 'of a seed' })
  expect(page.status).toBe(201)
  return page
}

const token = (page: Page) => ({ id: '', value: shown(page) })

/** The token of the page calls, and another does not. */
const authenticates: Check = async (edge) => {
  const page = await minted(await personAt(edge))
  expect(shown(page)).toMatch(/^vk_tok_/)
  expect(await call(edge, 'access_token', token(page), INGEST, RETAIL)).toBe('200')
}

const refusedAs = async (edge: TestEdge, value: string, at: string): Promise<Page> => {
  const [method = '', path = ''] = at.split(' ')
  const answer = await edge.fetch(path, { method, headers: { 'x-api-key': value } })
  const client = await personAt(edge)
  const page = `${HOME}/explain?request=${answer.headers.get('x-request-id') ?? ''}`
  await until(async () => (await client.get(page)).status === 200)
  return await client.get(page)
}

export const DOSSIERS_CONSOLE: Readonly<Record<string, Check>> = {
  'Log in to the Dossiers Dashboard': async (edge) => {
    const client = newClient(edge)
    expect((await client.get(`${CONSOLE}/`)).location).toContain(`${CONSOLE}/sign-in`)
    const wrong = await client.post(`${CONSOLE}/sign-in`, { token: 'wrong' })
    expect([wrong.status, client.cookie]).toEqual([401, ''])
    const right = await client.post(`${CONSOLE}/sign-in`, { token: ADMIN_TOKEN })
    expect([right.status, right.location]).toEqual([303, `${CONSOLE}/`])
    expect((await client.get(`${CONSOLE}/`)).status).toBe(200)
  },
  'Navigate to the Developer Console': async (edge) => {
    const client = await personAt(edge)
    expect((await client.get(CONSOLE)).location).toBe(`${CONSOLE}/`)
    expect((await client.get(`${CONSOLE}/`)).html).toContain(linkTo(HOME))
    expect((await client.get(HOME)).html).toContain(linkTo(`${HOME}/keys`))
  },
  'Click Create API Key': async (edge) => {
    const client = await personAt(edge)
    expect((await client.get(`${HOME}/keys`)).html).toContain(linkTo(`${HOME}/keys/new`))
    expect((await client.get(`${HOME}/keys/new`)).text).toContain('Create the key')
  },
  'Select the products you want to enable for this key (Document Verification, AML Screening, or both)':
    async (edge) => {
      const client = await personAt(edge)
      const all = ['document_verification', 'aml_screening']
      for (const products of [all.slice(0, 1), all.slice(1), all]) {
        const key = token(await created(client, 'jwt', { products }))
        const calls = ['POST /document-processing', 'POST /screening/request']
        for (const [i, at] of calls.entries()) {
          const open = products.includes(all[i] ?? '')
          const outcome = await call(edge, 'jwt', key, at)
          expect(outcome).toBe(open ? '200' : '403 product_not_granted')
        }
      }
    },
  'Copy the generated key — it will only be shown once': async (edge) => {
    const client = await personAt(edge)
    const page = await created(client, 'jwt', {})
    const value = shown(page)
    expect(page.html).toContain('data-copy="secret"')
    const own = /data-once="([^"]+)"/.exec(page.html)?.[1] ?? ''
    for (const path of [own, `${HOME}/keys`, `${own}/edit`, HOME]) {
      const { status, html } = await client.get(path)
      expect([status, html.includes(value)]).toEqual([200, false])
    }
  },
  'From the Developer Console you can:': async (edge) => {
    const client = await personAt(edge)
    const page = await created(client, 'jwt', { products: ['aml_screening'] })
    const own = /data-once="([^"]+)"/.exec(page.html)?.[1] ?? ''
    const list = await client.get(`${HOME}/keys?state=active`)
    expect(list.html).toContain(linkTo(own))
    expect(list.text).toContain('Credits this month')
    const { html, text } = await client.get(own)
    expect(text).toContain('Productsaml_screening')
    expect(text).toContain('0 requests, 0 of them refused, 0 credits')
    expect(html).toContain(linkTo(`${own}/revoke`))
  },
}

export const VAULT_CONSOLE: Readonly<Record<string, Check>> = {
  'Service users authenticate with minted bearer tokens displayed in the Upload integration panel.':
    authenticates,
  'Token minting: Generate bearer tokens on the Token tab for cURL and application use.':
    authenticates,
  'Upload panel integration: Tokens auto-populate in Upload cURL examples.': async (edge) => {
    const page = await minted(await personAt(edge))
    expect(page.text).toContain(`-H 'Authorization: Bearer ${shown(page)}'`)
  },
  'Open API keys from the sidebar.': async (edge) => {
    const { html } = await (await personAt(edge)).get(HOME)
    const nav = html.slice(html.indexOf('<nav aria-label="Organization"'), html.indexOf('<main'))
    for (const section of ['keys', 'service-users']) {
      expect(nav).toContain(linkTo(`${HOME}/${section}`))
    }
  },
  'Navigate to the service user creation section.': async (edge) => {
    const client = await personAt(edge)
    const path = `${HOME}/service-users/new`
    expect((await client.get(`${HOME}/service-users`)).html).toContain(linkTo(path))
    expect((await client.get(path)).text).toContain('Source system')
  },
  'Save the service user record.': async (edge) => {
    const client = await personAt(edge)
    const { text } = await client.get(await newUser(client))
    for (const fact of ['Source systemvkyc', 'Departmentsretail']) expect(text).toContain(fact)
  },
  'Select the service user on the Token tab.': async (edge) => {
    const client = await personAt(edge)
    const user = await newUser(client)
    expect((await client.get(`${HOME}/service-users`)).html).toContain(linkTo(user))
    expect((await client.get(user)).html).toContain(linkTo(`${user}/tokens`))
    expect((await client.get(`${user}/tokens`)).html).toContain(linkTo(`${user}/tokens/new`))
  },
  'Generate a new access token.': async (edge) => {
    const client = await personAt(edge)
    const user = await newUser(client)
    const page = await client.submit(`${user}/tokens/new`, { name: 'the nightly job' })
    expect(await call(edge, 'access_token', token(page), INGEST, RETAIL)).toBe('200')
    expect((await client.get(`${user}/tokens`)).text).toContain('the nightly job')
  },
  'Developer self-service: Copy-paste cURL from Upload reduces integration friction.': async (
    edge,
  ) => {
    const { text } = await minted(await personAt(edge))
    const line = /curl -X POST[\s\S]*?'metadata=[^']*'/.exec(text)?.[0] ?? ''
    const path = new URL(/'(http[^']+)'/.exec(line)?.[1] ?? '').pathname
    // As the shell would send it: to the edge, with the line's own headers.
    const headers = new Headers()
    for (const [, name = '', value = ''] of line.matchAll(/-H '([^:]+): ([^']*)'/g)) {
      headers.set(name, value)
    }
    const answer = await edge.fetch(path, { method: 'POST', headers })
    expect([path, answer.status]).toEqual(['/api/v1/ingest', 200])
    expect(line).toContain('"source_tag":"vkyc"')
  },
  'Upload: cURL examples that consume API keys': async (edge) => {
    const client = await personAt(edge)
    const page = await created(client, 'secret', {})
    expect(page.text).toContain(`-H 'X-API-Key: ${shown(page)}'`)
    const user = await client.get(await newUser(client))
    expect(user.text).toContain(`-H 'Authorization: Bearer YOUR_TOKEN'`)
  },
  'Login: human authentication (separate from API keys)': async (edge) => {
    const { value } = await edge.mint('secret', { scopes: ['keys:write', 'org:write'] })
    const client = newClient(edge, { 'x-api-key': value, authorization: `Bearer ${value}` })
    expect((await client.get(HOME)).location).toContain('/sign-in')
    expect((await client.post(`${CONSOLE}/sign-in`, { token: value })).status).toBe(401)
    // And a person's session is no key.
    const { cookie } = await personAt(edge)
    const headers = { cookie: `__Host-portcullis=${cookie}` }
    const answer = await edge.fetch('/api/v1/sessions', { headers })
    expect([answer.status, answer.headers.get('x-edge-reason')]).toEqual([
      401,
      'credential_missing',
    ])
  },
}

export const VERIFA_CONSOLE: Readonly<Record<string, Check>> = {
  'Errors — Full error response reference including 401 and 403': async (edge) => {
    const revoked = await edge.mint('secret')
    await edge.sql(`UPDATE credentials SET revoked_at = 1 WHERE id = '${revoked.id}'`)
    await edge.sync()
    const unauthorized = await refusedAs(edge, revoked.value, 'GET /api/v1/sessions')
    expect(unauthorized.text).toContain('It was refused: 401 key_revoked')
    expect(unauthorized.text).toContain('“Invalid or missing API key.”')
    const { value } = await edge.mint('secret')
    const forbidden = await refusedAs(edge, value, 'POST /api/v1/webhooks')
    expect(forbidden.text).toContain('It was refused: 403 scope_missing')
    expect(forbidden.text).toContain('does not have the required scope: webhooks:write')
    for (const { text } of [unauthorized, forbidden]) expect(text).toContain('Open the key')
  },
}
