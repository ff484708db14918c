// Keys in the console: made, shown once, found, changed, rotated and invalidated by forms alone, as a
// browser without script sends them.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { TestEdge } from '../../harness/edge.ts'
import { outcome } from '../call.ts'
import { until } from '../control/world.ts'
import { CONSOLE, formOf, signedIn, type Client, type Fields, type Page } from './client.ts'
import { MARKUP, secretIn } from './html.ts'
import { startWorld } from './world.ts'

const KEYS = `${CONSOLE}/o/org_test/keys`
const DAY_MS = 86_400_000
const DEFAULT_SCOPES = [
  ...['sessions:read', 'sessions:create', 'sessions:write', 'verifications:read'],
  'identities:read',
]

let edge: TestEdge
let client: Client
beforeAll(async () => {
  ;({ edge, client } = await startWorld())
})
afterAll(() => edge.stop())

interface Made {
  readonly page: Page
  readonly id: string
  readonly value: string
}

/** Creates a key by its form, with the form's own suggestions where nothing else is said. */
async function create(fields: Fields, kind = 'secret'): Promise<Made> {
  const page = await client.submit(`${KEYS}/new?kind=${kind}`, { name: 'of a test', ...fields })
  expect([page.status, page.text]).toEqual([201, expect.stringContaining('shown this once')])
  const value = secretIn(page)
  const id = /data-once="[^"]*\/(key_\w+)"/.exec(page.html)?.[1] ?? ''
  return { page, id, value }
}

const use = (value: string, path = '/api/v1/sessions', init = {}): Promise<string> =>
  outcome(edge, path, { headers: { 'x-api-key': value }, ...init })

describe('the form for a new key', () => {
  test('ticks the default scopes and the products, and sets management scopes apart', async () => {
    const { html } = await client.get(`${KEYS}/new`)
    expect(formOf(html)).toMatchObject({
      scopes: DEFAULT_SCOPES,
      products: ['verifa'],
      environment: 'live',
    })
    const apart = html.slice(html.indexOf('Management scopes'))
    for (const scope of ['keys:write', 'org:write', 'webhooks:read', 'audit:read']) {
      expect(apart).toContain(`value="${scope}"`)
    }
    expect(apart).not.toContain('value="sessions:read"')
  })

  test('offers a JWT key the products that accept it, and no scopes', async () => {
    const { html } = await client.get(`${KEYS}/new?kind=jwt`)
    expect(formOf(html)['products']).toEqual(['document_verification', 'aml_screening'])
    expect(html).not.toContain('name="scopes"')
  })
})

describe('a new key', () => {
  test('is shown once, with a line for each product, and works', async () => {
    const { page, id, value } = await create({})
    expect(value).toMatch(/^vk_live_\w{32}$/)
    expect(page.text).toContain(`curl -X GET 'http://localhost/api/v1/`)
    expect(page.html.split(value).length - 1).toBe(2)
    expect(await use(value)).toBe('200')
    for (const path of [KEYS, `${KEYS}/${id}`, `${KEYS}/${id}/edit`, `${KEYS}/new`]) {
      expect((await client.get(path)).html).not.toContain(value)
    }
  })

  test('is not made twice, nor shown again, by a reload of its page', async () => {
    const fields = { ...formOf((await client.get(`${KEYS}/new`)).html), name: 'reloaded' }
    const first = await client.post(`${KEYS}/new`, fields)
    const again = await client.post(`${KEYS}/new`, fields)
    const value = secretIn(first)
    expect(again.status).toBe(201)
    expect(again.html).not.toContain(value)
    expect(again.text).toContain('its value was shown then')
    expect(await edge.sql(`SELECT id FROM credentials WHERE name = 'reloaded'`)).toHaveLength(1)
  })

  test('that is publishable has its origins and addresses', async () => {
    const { value, page } = await create(
      {
        origins_mode: 'listed',
        origins: 'https://app.example.com\r\n\r\n https://*.example.org ',
        ips_mode: 'listed',
        ips: '198.51.100.7\r\n203.0.113.0/24',
      },
      'publishable',
    )
    expect(page.text).toContain(`-H 'Origin: https://app.example.com'`)
    const call = (origin: string, address = '198.51.100.7'): Promise<string> =>
      use(value, '/api/v1/sessions', {
        method: 'POST',
        headers: { 'x-api-key': value, origin },
        address,
      })
    expect(await call('https://app.example.com')).toBe('200')
    expect(await call('https://evil.example')).toBe('403 origin_not_allowed')
    expect(await call('https://app.example.com', '192.0.2.1')).toBe('403 address_not_allowed')
  })

  test('that is a JWT names its products and ends when it was said', async () => {
    const soon = new Date(Date.now() + 30 * DAY_MS).toISOString().slice(0, 10)
    const { id, value, page } = await create(
      { products: ['document_verification'], expires_at: `${soon}T12:00` },
      'jwt',
    )
    expect(value.split('.')).toHaveLength(3)
    expect(page.text).toContain('cURL for document_verification')
    expect(page.text).not.toContain('cURL for aml_screening')
    expect((await client.get(`${KEYS}/${id}`)).text).toContain(`${soon} 12:00:00 UTC`)
  })

  test.each([
    ['name', { name: ' ' }, 'must not be empty'],
    ['products', { products: [] }, 'choose at least one'],
    ['scopes', { scopes: ['nope'] }, 'there is no scope nope'],
    ['ips', { ips_mode: 'listed', ips: '198.51.100.7\nfoo' }, 'entry 2: '],
    ['expires_at', { expires_at: '2001-01-01T00:00' }, 'must be in the future'],
    ['expires_at', { expires_at: 'soon' }, 'must be a date and a time'],
  ])(
    'with a wrong %s is refused at that field, and what was typed stays',
    async (field, wrong, sentence) => {
      const typed = { name: MARKUP, metadata: 'x', ...wrong }
      const page = await client.submit(`${KEYS}/new`, typed)
      expect(page.status).toBe(400)
      expect(page.text).toContain(sentence)
      expect(page.html).toMatch(new RegExp(`id="${field}-fault"`))
      const kept = formOf(page.html)
      for (const [name, value] of Object.entries(wrong)) {
        if (name !== 'scopes' && name !== 'products') expect(kept[name]).toBe(value)
      }
      expect(kept['name']).toBe(typed.name)
      expect(page.html).not.toContain('<img src=x')
    },
  )
})

describe('a list that was typed while anyone is chosen', () => {
  const LISTS = [
    ['ips', '203.0.113.0/24'],
    ['origins', 'https://app.example.com'],
  ] as const

  test.each(LISTS)('is an error at %s, and no key is made', async (field, entry) => {
    const name = `typed ${field}`
    const page = await client.submit(`${KEYS}/new?kind=publishable`, { name, [field]: entry })
    expect(page.status).toBe(400)
    expect(page.html).toMatch(new RegExp(`id="${field}-fault"`))
    expect(formOf(page.html)).toMatchObject({ name, [field]: entry, [`${field}_mode`]: 'any' })
    expect(await edge.sql(`SELECT id FROM credentials WHERE name = '${name}'`)).toEqual([])
  })

  test.each(LISTS)('is an error at %s, and the key keeps what it had', async (field, entry) => {
    const listed = { [`${field}_mode`]: 'listed', [field]: entry }
    const { id } = await create(listed, 'publishable')
    const edit = `${KEYS}/${id}/edit`
    for (const text of [entry, `${entry}\n`]) {
      const page = await client.submit(edit, { [`${field}_mode`]: 'any', [field]: text })
      expect([page.status, page.html.includes(`id="${field}-fault"`)]).toEqual([400, true])
    }
    expect(formOf((await client.get(edit)).html)).toMatchObject(listed)
    const lifted = await client.submit(edit, { [`${field}_mode`]: 'any', [field]: ' ' })
    expect(lifted.status).toBe(303)
    expect(formOf((await client.get(edit)).html)[`${field}_mode`]).toBe('any')
  })
})

describe('the list', () => {
  test('shows kind, environment, scopes, last use, credits and state, and filters by each', async () => {
    const { id, value } = await create({ name: 'to be found', environment: 'sandbox' })
    await use(value)
    await until(async () => {
      const { text } = await client.get(`${KEYS}?search=BE+FOUND`)
      return !text.includes('never')
    })
    const row = (await client.get(`${KEYS}?search=BE+FOUND`)).text
    expect(row).toContain(`to be found${id}activeSecret, sandboxsessions:read, sessions:create`)
    expect(row).toMatch(/UTC0/)
    const finds = async (query: string): Promise<boolean> =>
      (await client.get(`${KEYS}?${query}`)).text.includes(id)
    expect(await finds('kind=secret&environment=sandbox&state=active')).toBe(true)
    for (const query of ['kind=jwt', 'environment=live', 'state=revoked', 'search=nothing']) {
      expect([query, await finds(query)]).toEqual([query, false])
    }
  })

  test('says what to do where nothing is found, and what was asked stays text', async () => {
    const page = await client.get(`${KEYS}?search=${encodeURIComponent(MARKUP)}`)
    expect(page.text).toContain('No key matches.')
    expect(page.html).not.toContain('<img src=x')
    expect((await client.get(`${KEYS}?kind=nope`)).status).toBe(400)
    const empty = await client.get(`${CONSOLE}/o/org_other/keys`)
    expect(empty.text).toContain('There is no key yet.')
  })

  test('goes on page by page', async () => {
    const names = Array.from({ length: 60 }, (_, i) => `page ${i}`)
    for (const name of names) await edge.mint('secret', { name, organization: 'org_other' })
    const first = await client.get(`${CONSOLE}/o/org_other/keys?search=page`)
    const next = /href="([^"]+)" rel="next"/.exec(first.html)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const second = await client.get(next)
    const found = names.filter((name) => `${first.text}${second.text}`.includes(`${name}key_`))
    expect(found).toEqual(names)
  })
})

describe('a key', () => {
  test('is changed field by field, in force with the receipt', async () => {
    const { id, value } = await create({ name: 'before', expires_at: '2099-01-31T12:00' })
    await edge.sql(`UPDATE credentials SET expires_at = expires_at + 5 WHERE id = '${id}'`)
    await edge.sync()
    const saved = await client.submit(`${KEYS}/${id}/edit`, {
      name: 'after',
      scopes: ['sessions:create'],
    })
    expect(saved.status).toBe(303)
    const page = await client.get(saved.location)
    expect(page.text).toContain('The key was saved.')
    expect(page.text).toContain('No request that begins later is decided on what was before')
    expect(page.text).toContain('Key “after”')
    expect(await use(value)).toBe('403 scope_missing')
    // The form knows minutes; the expiry keeps what it has beyond them.
    const [row] = await edge.sql(`SELECT expires_at FROM credentials WHERE id = '${id}'`)
    expect(Number(row?.['expires_at']) % 1000).toBe(5)
  })

  test('is not touched by a form in which nothing was changed', async () => {
    const { id } = await create({})
    const before = await edge.sql(`SELECT * FROM generations WHERE credential_id = '${id}'`)
    const saved = await client.submit(`${KEYS}/${id}/edit`, {})
    expect(saved).toMatchObject({ status: 303, location: `${KEYS}/${id}` })
    expect(await edge.sql(`SELECT * FROM generations WHERE credential_id = '${id}'`)).toEqual(
      before,
    )
  })

  test('is rotated with a grace, and its page shows who still calls with it', async () => {
    const { id, value } = await create({ name: 'rotated' })
    const page = await client.submit(`${KEYS}/${id}/rotate`, { grace_seconds: '3600' })
    expect(page.status).toBe(201)
    const fresh = secretIn(page)
    expect(fresh).not.toBe(value)
    expect(await use(value)).toBe('200')
    expect(await use(fresh)).toBe('200')
    await until(async () => {
      const { text } = await client.get(`${KEYS}/${id}`)
      return /198\.51\.100\.7verifa10/.test(text)
    })
    const again = await client.post(`${KEYS}/${id}/rotate`, { grace_seconds: '0' })
    expect(again.status).toBe(409)
    expect(again.html).not.toContain(fresh)
    expect(await use(value)).toBe('200')
  })

  test('is rotated without grace where none is chosen by name, and never by a missing choice', async () => {
    const { id, value } = await create({})
    expect((await client.post(`${KEYS}/${id}/rotate`, {})).status).toBe(400)
    expect(await use(value)).toBe('200')
    expect((await client.post(`${KEYS}/${id}/rotate`, { grace_seconds: '0' })).status).toBe(201)
    expect(await use(value)).toMatch(/^401/)
  })

  test('is invalidated behind its name, with a receipt that nobody can make up', async () => {
    const { id, value } = await create({ name: 'to end' })
    for (const confirmation of ['', 'to', 'TO END']) {
      const page = await client.submit(`${KEYS}/${id}/revoke`, { confirmation })
      expect(page.status).toBe(400)
      expect(page.text).toContain('type to end exactly as it is shown')
    }
    expect(await use(value)).toBe('200')
    const done = await client.submit(`${KEYS}/${id}/revoke`, { confirmation: 'to end' })
    expect(done.status).toBe(303)
    expect(await use(value)).toMatch(/^401/)
    const page = await client.get(done.location)
    expect(page.text).toContain('The key is invalid.')
    expect(page.text).toMatch(/Revoked at20\d\d-.*In force since20\d\d-/)
    const { id: other } = await create({})
    const elsewhere = await client.get(done.location.replace(id, other))
    const [payload = '', tag = ''] = done.location.split('receipt=')[1]?.split('.') ?? []
    const forged = await client.get(`${KEYS}/${id}?receipt=${payload}A.${tag}`)
    const stranger = await signedIn(edge)
    const shown = await stranger.get(done.location)
    for (const { text } of [elsewhere, forged, shown]) expect(text).not.toContain('Receipt')
  })
})

test('a confirmation is taken however its blanks came about, as a browser shows them as one', async () => {
  const folded = await create({ name: ' to \u00a0 end\u3000now ' })
  const older = await create({})
  // A name from before blanks were folded, or written by SQL.
  const name = 'to  end\u00a0now'
  await edge.sql(`UPDATE credentials SET name = '${name}' WHERE id = '${older.id}'`)
  expect((await client.get(`${KEYS}/${folded.id}`)).text).toContain('to end now')
  for (const { id, value } of [folded, older]) {
    const revoke = (confirmation: string) => client.submit(`${KEYS}/${id}/revoke`, { confirmation })
    for (const wrong of ['', ' ', 'toendnow', 'to end', 'to end now.', 'to\u202e end now']) {
      expect([wrong, (await revoke(wrong)).status]).toEqual([wrong, 400])
    }
    expect(await use(value)).toBe('200')
    expect((await revoke(id === older.id ? 'to end now' : ` ${name}\n`)).status).toBe(303)
    expect(await use(value)).toMatch(/^401/)
  }
})

test('what is stored stays text on every page that shows it', async () => {
  const { id, page } = await create({ name: MARKUP })
  const { id: rotated } = await create({ name: `${MARKUP} rotated` })
  const shown = [
    page,
    await client.submit(`${KEYS}/${rotated}/rotate`, { grace_seconds: '60' }),
    ...(await Promise.all(
      [
        KEYS,
        `${KEYS}/${id}`,
        `${KEYS}/${id}/edit`,
        `${KEYS}/${id}/rotate`,
        `${KEYS}/${id}/revoke`,
      ].map((path) => client.get(path)),
    )),
  ]
  for (const { html, text } of shown) {
    expect(html).not.toContain('<img src=x')
    expect(html).not.toContain('<script>alert')
    expect(text).toContain('<img src=x onerror=alert(1)>')
  }
})

test('a status in an address is a code of ours or nothing', async () => {
  for (const status of ['<b>hi</b>', 'constructor', 'you_won']) {
    const page = await client.get(`${KEYS}?status=${encodeURIComponent(status)}`)
    expect(page.html).not.toContain('role="status"')
    expect(page.text).not.toContain('hi<')
  }
})

test('another organization’s key is not there, by any page or form', async () => {
  const { id } = await edge.mint('secret', { organization: 'org_other', name: 'theirs' })
  for (const path of ['', '/edit', '/rotate', '/revoke']) {
    expect((await client.get(`${KEYS}/${id}${path}`)).status).toBe(404)
    const fields = { name: 'mine', confirmation: 'theirs', grace_seconds: '0' }
    if (path !== '') expect((await client.post(`${KEYS}/${id}${path}`, fields)).status).toBe(404)
  }
  for (const organization of ['org_nobody', 'nonsense', 'org_%3Cb%3E']) {
    const { status } = await client.get(`${CONSOLE}/o/${organization}/keys`)
    expect([organization, status]).toEqual([organization, 404])
  }
})

test('every change by a form is on account', async () => {
  const { id } = await create({ name: 'accounted' })
  await client.submit(`${KEYS}/${id}/edit`, { name: 'accounted for' })
  await until(async () => {
    const rows = await edge.sql(`SELECT method, path, status FROM audit_events
      WHERE path = '/edge/v1/keys/${id}' OR (path = '/edge/v1/keys' AND method = 'POST')`)
    const all = rows.map(({ method, path, status }) => [method, path, status].join(' '))
    return all.includes(`PATCH /edge/v1/keys/${id} 200`) && all.includes('POST /edge/v1/keys 201')
  })
})
