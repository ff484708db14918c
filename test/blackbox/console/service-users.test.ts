// Service users and their tokens in the console: created, changed, disabled, enabled; tokens minted,
// shown once and revoked; by forms alone, as a browser without script sends them.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { TestEdge } from '../../harness/edge.ts'
import { outcome } from '../call.ts'
import { CONSOLE, formOf, type Client, type Fields, type Page } from './client.ts'
import { MARKUP, secretIn } from './html.ts'
import { enterAs } from './member.ts'
import type { People } from './people.ts'
import { startPeopledWorld } from './world.ts'

const USERS = `${CONSOLE}/o/org_test/service-users`

let people: People
let edge: TestEdge
let client: Client
beforeAll(async () => {
  ;({ people, edge, client } = await startPeopledWorld())
})
afterAll(() => edge.stop())

/** Creates a service user by its form and returns its id. */
async function create(fields: Fields = {}): Promise<string> {
  const page = await client.submit(`${USERS}/new`, {
    ...{ name: 'Video KYC', source_system: 'vkyc', departments: 'retail\r\ncorporate', ...fields },
  })
  expect([page.status, page.text]).toEqual([303, ''])
  return /\/(su_\w+)\?/.exec(page.location)?.[1] ?? ''
}

interface Minted {
  readonly page: Page
  readonly value: string
  readonly id: string
}

async function mint(user: string, fields: Fields = {}): Promise<Minted> {
  const page = await client.submit(`${USERS}/${user}/tokens/new`, { name: 'of a test', ...fields })
  expect([page.status, page.text]).toEqual([201, expect.stringContaining('shown this once')])
  const value = secretIn(page)
  const [row] = await edge.sql(
    `SELECT id FROM credentials WHERE service_user_id = '${user}' ORDER BY rowid DESC LIMIT 1`,
  )
  return { page, value, id: String(row?.['id']) }
}

const search = (value: string): Promise<string> =>
  outcome(edge, '/api/v1/search/customer', { headers: { authorization: `Bearer ${value}` } })

const ingest = (value: string, department: string): Promise<string> =>
  outcome(edge, '/api/v1/ingest', {
    method: 'POST',
    headers: { authorization: `Bearer ${value}`, 'x-approver-department': department },
  })

const stored = async (): Promise<string> =>
  JSON.stringify([
    await edge.sql('SELECT * FROM service_users ORDER BY id'),
    await edge.sql('SELECT id, name, revoked_at FROM credentials ORDER BY id'),
  ])

describe('a service user', () => {
  test('is created, and its page has the line to paste, without any token', async () => {
    const id = await create()
    const page = await client.get(`${USERS}/${id}?status=service_user_created`)
    expect(page.text).toContain('The service user was created.')
    expect(page.text).toContain('Departmentsretail, corporate')
    expect(page.text).toContain('Authorization: Bearer YOUR_TOKEN')
    expect(page.text).toContain('X-Approver-Department: retail')
    expect(page.text).toContain('"source_tag":"vkyc"')
    expect((await client.get(USERS)).text).toContain(`Video KYC${id}vkycretail, corporate0never`)
  })

  test('is not made twice by a form that is sent twice', async () => {
    const fields = {
      ...formOf((await client.get(`${USERS}/new`)).html),
      ...{ name: 'twice', source_system: 'twice' },
    }
    const first = await client.post(`${USERS}/new`, fields)
    expect(await client.post(`${USERS}/new`, fields)).toMatchObject({ location: first.location })
  })

  test('is found by name, source system and state', async () => {
    const id = await create({ name: 'To be found', source_system: 'findme' })
    const finds = async (query: string): Promise<boolean> =>
      (await client.get(`${USERS}?${query}`)).text.includes(id)
    expect(await finds('search=BE+FOUND&source_system=findme&state=active')).toBe(true)
    for (const query of ['search=nobody', 'source_system=vkyc', 'state=disabled']) {
      expect([query, await finds(query)]).toEqual([query, false])
    }
    expect((await client.get(`${USERS}?search=nobody`)).text).toContain('No service user matches.')
    expect((await client.get(`${CONSOLE}/o/org_other/service-users`)).text).toContain(
      'There is no service user yet.',
    )
  })

  test.each([
    ['name', { name: '  ' }, 'must not be empty'],
    ['name', { name: `${MARKUP}\u0007` }, 'must not hold control characters'],
    ['source_system', { source_system: 'VKYC' }, 'must be 1 to 64 lower-case letters'],
    ['departments', { departments: 'retail\n<b>' }, 'entry 2: must be 1 to 64 letters'],
  ])(
    'with a wrong %s is refused at that field, and what was typed stays',
    async (field, wrong, says) => {
      const id = await create()
      const before = await stored()
      for (const path of [`${USERS}/new`, `${USERS}/${id}/edit`]) {
        const typed = { name: MARKUP, source_system: 'typed', departments: 'typed', ...wrong }
        const page = await client.submit(path, typed)
        expect(page.status).toBe(400)
        expect(page.text).toContain(says)
        expect(page.html).toContain(`id="${field}-fault"`)
        expect(formOf(page.html)).toMatchObject(typed)
        expect(page.html).not.toMatch(/<img src=x|<b>/)
      }
      expect(await stored()).toBe(before)
    },
  )

  test('is changed at once for all its tokens, with a receipt; unchanged, nothing is sent', async () => {
    const id = await create()
    const { value } = await mint(id)
    expect(await ingest(value, 'retail')).toBe('200')
    const saved = await client.submit(`${USERS}/${id}/edit`, { departments: ' corporate ' })
    expect(saved.status).toBe(303)
    expect(await ingest(value, 'retail')).toMatch(/^403/)
    expect(await ingest(value, 'corporate')).toBe('200')
    const page = await client.get(saved.location)
    expect(page.text).toContain('The service user was saved.')
    expect(page.text).toContain('No request that begins later is decided on what was before')
    const unchanged = await client.submit(`${USERS}/${id}/edit`, {})
    expect(unchanged).toMatchObject({ status: 303, location: `${USERS}/${id}` })
  })

  test('is disabled behind its name, after the page has named the tokens that stop', async () => {
    const id = await create({ name: 'to stop' })
    const { value } = await mint(id, { name: 'first token' })
    await mint(id, { name: 'second token', environment: 'sandbox' })
    const asked = await client.get(`${USERS}/${id}/disable`)
    expect(asked.text).toContain('These 2 tokens stop at once')
    expect(asked.text).toContain('first token, live')
    expect(asked.text).toContain('second token, sandbox')
    for (const confirmation of ['', 'stop', 'TO STOP']) {
      expect((await client.submit(`${USERS}/${id}/disable`, { confirmation })).status).toBe(400)
    }
    expect(await search(value)).toBe('200')
    const done = await client.submit(`${USERS}/${id}/disable`, { confirmation: 'to stop' })
    expect(await search(value)).toBe('401 service_user_disabled')
    const page = await client.get(done.location)
    expect(page.text).toContain('The service user is disabled.')
    expect(page.text).toMatch(/In force since20\d\d-/)
    expect((await client.get(`${USERS}/${id}/tokens/new`)).status).toBe(409)
    expect(
      (await client.post(`${USERS}/${id}/tokens/new`, { name: 'x', scopes: 'search' })).status,
    ).toBe(409)

    expect((await client.get(`${USERS}/${id}/enable`)).text).toContain('2 tokens of it go on')
    const enabled = await client.submit(`${USERS}/${id}/enable`, {})
    expect((await client.get(enabled.location)).text).toContain('The service user is enabled.')
    expect(await search(value)).toBe('200')
  })
})

describe('a token', () => {
  test('is shown once, with the line that uses it, and gone on every other page', async () => {
    const user = await create()
    const { page, value } = await mint(user)
    expect(value).toMatch(/^vk_tok_/)
    expect(page.html.split(value).length - 1).toBe(2)
    expect(page.text).toContain(`Authorization: Bearer ${value}`)
    expect(page.text).toContain(`curl -X POST 'http://localhost/api/v1/ingest'`)
    expect(page.html).toContain(`data-once="${USERS}/${user}/tokens"`)
    expect(await ingest(value, 'retail')).toBe('200')
    for (const path of ['', '/tokens', '/tokens/new', '/edit', '/disable']) {
      expect((await client.get(`${USERS}/${user}${path}`)).html).not.toContain(value)
    }
  })

  test('is neither minted twice nor shown again by a reload of its page', async () => {
    const user = await create()
    const at = `${USERS}/${user}/tokens/new`
    const fields = { ...formOf((await client.get(at)).html), name: 'reloaded' }
    const first = await client.post(at, fields)
    const value = secretIn(first)
    const again = await client.post(at, fields)
    expect(again.text).toContain('its value was shown then')
    expect(again.html).not.toContain(value)
    expect(await edge.sql(`SELECT id FROM credentials WHERE name = 'reloaded'`)).toHaveLength(1)
  })

  test('has the scopes, the environment and the expiry that were chosen', async () => {
    const user = await create()
    const { value } = await mint(user, {
      ...{ name: 'narrow', scopes: ['search'], environment: 'sandbox' },
      expires_at: '2099-01-31T12:00',
    })
    expect(await search(value)).toBe('200')
    expect(await ingest(value, 'retail')).toBe('403 scope_missing')
    const { text } = await client.get(`${USERS}/${user}/tokens`)
    expect(text).toContain('sandboxsearch')
    expect(text).toContain('2099-01-31 12:00:00 UTCactive')
  })

  test.each([
    ['name', { name: '' }, 'must not be empty'],
    ['environment', { environment: 'nope' }, 'must be live or sandbox'],
    ['scopes', { scopes: [] }, 'choose at least one'],
    ['scopes', { scopes: ['keys:write'] }, 'none that access tokens hold'],
    ['expires_at', { expires_at: 'soon' }, 'must be a date and a time'],
    ['expires_at', { expires_at: '2001-01-01T00:00' }, 'must be in the future'],
  ])('with a wrong %s is not minted, and what was typed stays', async (field, wrong, says) => {
    const user = await create()
    const before = await stored()
    const typed = { name: MARKUP, ...wrong }
    const page = await client.submit(`${USERS}/${user}/tokens/new`, typed)
    expect(page.status).toBe(400)
    expect(page.text).toContain(says)
    expect(page.html).toContain(`id="${field}-fault"`)
    expect(formOf(page.html)['name']).toBe(typed.name)
    expect(page.html).not.toContain('<img src=x')
    expect(await stored()).toBe(before)
  })

  test('is revoked behind its name, with a receipt, and the others go on', async () => {
    const user = await create()
    const kept = await mint(user, { name: 'kept' })
    const { id, value } = await mint(user, { name: 'to end' })
    const at = `${USERS}/${user}/tokens/${id}/revoke`
    expect((await client.submit(at, { confirmation: 'kept' })).status).toBe(400)
    expect(await search(value)).toBe('200')
    const done = await client.submit(at, { confirmation: 'to end' })
    expect(await search(value)).toMatch(/^401/)
    expect(await search(kept.value)).toBe('200')
    const page = await client.get(done.location)
    expect(page.text).toContain('The token is invalid.')
    expect(page.text).toMatch(/Revoked at20\d\d-.*In force since20\d\d-/)
  })

  test('is revoked on the page of its own service user alone', async () => {
    const [user, another] = [await create(), await create()]
    const { id, value } = await mint(user, { name: 'mine' })
    const { id: key } = await edge.mint('secret', { name: 'mine' })
    for (const path of [`${another}/tokens/${id}`, `${user}/tokens/${key}`, `${user}/tokens/x`]) {
      const at = `${USERS}/${path}/revoke`
      for (const { status } of [
        await client.get(at),
        await client.post(at, { confirmation: 'mine' }),
      ]) {
        expect([path, status]).toEqual([path, path.endsWith('/x') ? 400 : 404])
      }
    }
    expect(await search(value)).toBe('200')
  })
})

test('what is stored stays text on every page that shows it', async () => {
  const id = await create({ name: MARKUP })
  const { page, id: token } = await mint(id, { name: `${MARKUP} token` })
  const paths = ['', '/edit', '/disable', '/tokens', '/tokens/new', `/tokens/${token}/revoke`]
  const pages = await Promise.all(
    [USERS, ...paths.map((path) => `${USERS}/${id}${path}`)].map((path) => client.get(path)),
  )
  for (const { html, text } of [page, ...pages]) {
    expect(html).not.toMatch(/<img src=x|<script>alert/)
    expect(text).toContain('<img src=x onerror=alert(1)>')
  }
})

test('another organization’s service user is not there, by any page or form', async () => {
  const at = `${CONSOLE}/o/org_other/service-users`
  const made = await client.submit(`${at}/new`, { name: 'theirs', source_system: 'theirs' })
  const id = /\/(su_\w+)\?/.exec(made.location)?.[1] ?? ''
  const before = await stored()
  for (const path of ['', '/edit', '/disable', '/enable', '/tokens', '/tokens/new']) {
    expect((await client.get(`${USERS}/${id}${path}`)).status).toBe(404)
    const fields = { name: 'mine', confirmation: 'theirs', scopes: 'search' }
    expect((await client.post(`${USERS}/${id}${path}`, fields)).status).toBe(404)
  }
  expect(await stored()).toBe(before)
})

test('a viewer sees service users and tokens, and changes none', async () => {
  const id = await create({ name: 'seen' })
  const { id: token } = await mint(id, { name: 'seen token' })
  const viewer = await enterAs(people, 'viewer')
  for (const path of [USERS, `${USERS}/${id}`, `${USERS}/${id}/tokens`]) {
    const { text, html } = await viewer.get(path)
    expect(text).toContain('seen')
    expect(text).not.toMatch(/Create a service user|Mint a token|Disable\b|Edit\b|Revoke\b/)
    expect(html.slice(html.indexOf('<main'))).not.toContain('method="post"')
  }
  const csrf = await viewer.csrf(USERS)
  const before = await stored()
  const fields = { csrf, name: 'mine', source_system: 'mine', scopes: 'search' }
  const one = ['edit', 'disable', 'enable', 'tokens/new', `tokens/${token}/revoke`]
  for (const path of ['new', ...one.map((part) => `${id}/${part}`)]) {
    const confirmation = path.endsWith('revoke') ? 'seen token' : 'seen'
    expect((await viewer.get(`${USERS}/${path}`)).status).toBe(403)
    const { status } = await viewer.post(`${USERS}/${path}`, { ...fields, confirmation })
    expect([path, status]).toEqual([path, 403])
  }
  expect(await stored()).toBe(before)
})
