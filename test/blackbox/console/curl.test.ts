// Every cURL line that a page shows: a real shell runs it as it stands, with a value in its placeholder's
// place, and it passes.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { ADMIN_TOKEN, type TestEdge } from '../../harness/edge.ts'
import { run } from '../control/guide.ts'
import { newOrganization } from '../control/world.ts'
import { CONSOLE, type Client, type Fields, type Page } from './client.ts'
import { secretIn, unescapeHtml } from './html.ts'
import { startWorld } from './world.ts'

const HOME = `${CONSOLE}/o/org_test`
const ADDRESS = '198.51.100.7'

let edge: TestEdge
let client: Client
let folder: string
beforeAll(async () => {
  ;({ edge, client } = await startWorld())
  folder = await mkdtemp(join(tmpdir(), 'portcullis-curl-'))
  await writeFile(join(folder, 'document.pdf'), '%PDF-1.4')
  // What a deployment has by its name and its platform.
  const network = `connect-to = "::127.0.0.1:${edge.port}"\nheader = "CF-Connecting-IP: ${ADDRESS}"\n`
  await writeFile(join(folder, '.curlrc'), network)
})
afterAll(async () => {
  await edge.stop()
  await rm(folder, { recursive: true })
})

const linesOf = ({ html }: Page): string[] =>
  [...html.matchAll(/<code id="curl[^"]*">([^<]*)<\/code>/g)].map(([, text = '']) =>
    unescapeHtml(text),
  )

/** Runs every line of a page; the statuses, and what a shell would be given. */
async function statusesOf(page: Page, value = ''): Promise<number[]> {
  const lines = linesOf(page).map((line) => line.replaceAll(/YOUR_KEY|YOUR_TOKEN/g, value))
  const ran = await Promise.all(lines.map((line) => run(line, { HOME: folder }, folder)))
  return ran.flatMap((answers) => answers.map(({ status }) => status))
}

async function create(kind: string, fields: Fields = {}): Promise<{ made: Page; url: string }> {
  const made = await client.submit(`${HOME}/keys/new?kind=${kind}`, { name: 'K', ...fields })
  expect(made.status).toBe(201)
  return { made, url: /data-once="([^"]+)"/.exec(made.html)?.[1] ?? '' }
}

async function serviceUser(fields: Fields = {}): Promise<string> {
  const user = { name: 'U', source_system: 'vkyc', departments: 'retail\ncorporate', ...fields }
  const { location } = await client.submit(`${HOME}/service-users/new`, user)
  return location.replace(/\?.*/, '')
}

async function mint(user: string, fields: Fields = {}): Promise<{ minted: Page; token: string }> {
  const minted = await client.submit(`${user}/tokens/new`, { name: 'T', ...fields })
  expect(minted.status).toBe(201)
  const tokens = await client.get(`${user}/tokens`)
  return { minted, token: /href="([^"]+\/keys\/key_[^"]+)"/.exec(tokens.html)?.[1] ?? '' }
}

describe.each([
  ['a secret key', 'secret', {}],
  ['a secret key of the sandbox', 'secret', { environment: 'sandbox' }],
  ['a secret key that may only write', 'secret', { scopes: ['cases:write'] }],
  ['a secret key with a list', 'secret', { ips_mode: 'listed', ips: ADDRESS }],
  ['a publishable key', 'publishable', {}],
  ['a publishable key of one page', 'publishable', listed('https://app.example.com')],
  ['a publishable key of many', 'publishable', listed('https://*.example.com:8443')],
  ['a JWT key of two products', 'jwt', {}],
] as const)('%s', (_name, kind, fields) => {
  test('is shown with lines that work, on its own page and replaced as well', async () => {
    const { made, url } = await create(kind, fields)
    const value = secretIn(made)
    const expected = kind === 'jwt' ? [200, 200] : [200]
    expect(await statusesOf(made)).toEqual(expected)
    expect(await statusesOf(await client.get(url), value)).toEqual(expected)
    const rotated = await client.submit(`${url}/rotate`, { grace_seconds: '0' })
    expect(await statusesOf(rotated)).toEqual(expected)
  })
})

function listed(origins: string): Fields {
  return { origins_mode: 'listed', origins }
}

describe('an access token', () => {
  test('is shown with a line that works: minted, among the keys, and of its service user', async () => {
    const user = await serviceUser()
    const { minted, token } = await mint(user)
    expect(linesOf(minted)[0]).toContain('/api/v1/ingest')
    expect(await statusesOf(minted)).toEqual([200])
    const value = secretIn(minted)
    const own = await client.get(token)
    expect(linesOf(own)[0]).toContain('"document_category":"kyc_vkyc"')
    expect(await statusesOf(own, value)).toEqual([200])
    expect(await statusesOf(await client.get(user), value)).toEqual([200])
    const rotated = await client.submit(`${token}/rotate`, { grace_seconds: '0' })
    expect(await statusesOf(rotated)).toEqual([200])
  })

  test.each([
    ['that may only search', {}, { scopes: ['search'] }],
    ['of a service user without a department', { departments: '' }, {}],
  ])('%s is shown with a search', async (_name, ofUser, ofToken) => {
    const user = await serviceUser(ofUser)
    const { minted, token } = await mint(user, ofToken)
    expect(linesOf(minted)[0]).toContain('/api/v1/search/')
    expect(await statusesOf(minted)).toEqual([200])
    expect(await statusesOf(await client.get(token), secretIn(minted))).toEqual([200])
    // The service user's own line is for tokens of all scopes.
    const all = 'scopes' in ofToken ? (await mint(user)).minted : minted
    expect(await statusesOf(await client.get(user), secretIn(all))).toEqual([200])
  })

  test('has a line that works in the API’s own answer', async () => {
    const user = (await serviceUser()).split('/').at(-1) ?? ''
    const path = `/edge/v1/service-users/${user}/tokens?organization=org_test`
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ name: 'T', environment: 'live' })
    const made = await edge.fetch(path, { method: 'POST', headers, body })
    const { curl } = (await made.json()) as { curl: string }
    expect((await run(curl, { HOME: folder }, folder)).map(({ status }) => status)).toEqual([200])
  })
})

test('the first call of an organization works, also where its newest key is a token', async () => {
  await newOrganization(edge, 'org_first')
  const home = `${CONSOLE}/o/org_first`
  const key = await edge.mint('secret', { organization: 'org_first' })
  const first = await client.get(home)
  await edge.sql(`UPDATE credentials SET created_at = 1 WHERE id = '${key.id}'`)
  const token = await edge.mint('access_token', { organization: 'org_first' })
  const second = await client.get(home)
  expect(linesOf(second)[0]).toContain('/api/v1/ingest')
  expect(await statusesOf(first, key.value)).toEqual([200])
  expect(await statusesOf(second, token.value)).toEqual([200])
})

describe('where no call can pass there is no line, and it is said why', () => {
  test.each([
    ['addresses', 'secret', { ips_mode: 'listed' }],
    ['origins', 'publishable', { origins_mode: 'listed' }],
  ])('an empty list of %s', async (what, kind, fields) => {
    const { made, url } = await create(kind, fields)
    for (const page of [made, await client.get(url)]) {
      expect(linesOf(page)).toEqual([])
      expect(page.text).toContain(`The key’s list of ${what} is empty`)
    }
  })

  test('a disabled service user, and one that may ingest alone and has no department', async () => {
    const user = await serviceUser({ departments: '' })
    const { minted, token } = await mint(user, { scopes: ['ingest'] })
    expect(linesOf(minted)).toEqual([])
    expect(minted.text).toContain('The service user has no department yet.')
    await client.submit(`${user}/disable`, { confirmation: 'U' })
    for (const path of [user, token]) {
      const page = await client.get(path)
      expect(linesOf(page)).toEqual([])
      expect(page.text).toContain('The service user is disabled')
    }
  })

  test('an organization that is suspended, has an empty list, or lost the product', async () => {
    await newOrganization(edge, 'org_stopped')
    const { id } = await edge.mint('secret', { organization: 'org_stopped' })
    const shown = async (change: string): Promise<string> => {
      await edge.sql(`UPDATE organizations SET ${change} WHERE id = 'org_stopped'`)
      const page = await client.get(`${CONSOLE}/o/org_stopped/keys/${id}`)
      expect([change, linesOf(page)]).toEqual([change, []])
      return page.text
    }
    expect(await shown('suspended_at = 1')).toContain('The organization is suspended')
    const empty = await shown('suspended_at = NULL, ip_restricted = 1')
    expect(empty).toContain('The organization’s list of addresses is empty')
    const lost = await shown(`ip_restricted = 0, products = '["vault"]'`)
    expect(lost).toContain('No product has a call')
  })
})
