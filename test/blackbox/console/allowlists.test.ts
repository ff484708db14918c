// Allowlists in the console: entries checked, added and removed by forms alone; what a change means is
// said before it is made; and whether a call would pass, by the gate's own steps.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import type { TestEdge } from '../../harness/edge.ts'
import { outcome } from '../call.ts'
import { CONSOLE, formOf, type Client, type Fields, type Page } from './client.ts'
import { MARKUP } from './html.ts'
import { enterAs } from './member.ts'
import type { People } from './people.ts'
import { startPeopledWorld } from './world.ts'

const LISTS = `${CONSOLE}/o/org_test/allowlists`
const WHOLE = `${LISTS}/organization/ips`
/** From where the tests call. */
const HERE = '198.51.100.7'

let people: People
let edge: TestEdge
let client: Client
beforeAll(async () => {
  ;({ people, edge, client } = await startPeopledWorld())
})
afterAll(() => edge.stop())
beforeEach(async () => {
  await edge.sql(
    `DELETE FROM organization_ips; UPDATE organizations SET ip_restricted = 0 WHERE id = 'org_test'`,
  )
  await edge.sync()
})

/** The list as it is stored: its entries, or null without a restriction. */
async function ips(key?: string): Promise<string[] | null> {
  const [parent, id, table, owner] = key
    ? ['credentials', key, 'credential_ips', 'credential_id']
    : ['organizations', 'org_test', 'organization_ips', 'organization_id']
  const [row] = await edge.sql(`SELECT ip_restricted FROM ${parent} WHERE id = '${id}'`)
  if (row?.['ip_restricted'] !== 1) return null
  const rows = await edge.sql(`SELECT cidr FROM ${table} WHERE ${owner} = '${id}' ORDER BY cidr`)
  return rows.map(({ cidr }) => String(cidr))
}

/** Adds entries and confirms where it is asked; where the form leads in the end. */
async function add(list: string, entries: string): Promise<Page> {
  const page = await client.post(`${list}/add`, { entries })
  if (page.status === 303) return await client.get(page.location)
  expect([page.status, page.text]).toEqual([200, expect.stringContaining('Begin the restriction?')])
  const done = await client.post(`${list}/add`, formOf(page.html))
  expect(done.status).toBe(303)
  return await client.get(done.location)
}

const secret = async (options = {}) => await edge.mint('secret', { name: 'a key', ...options })
const use = (value: string, address = HERE): Promise<string> =>
  outcome(edge, '/api/v1/sessions', { headers: { 'x-api-key': value }, address })

describe('the list of the organization', () => {
  test('begins with its first entries, after the page has said what that means', async () => {
    const { value } = await secret()
    const page = await client.get(WHOLE)
    expect(page.text).toContain('This list restricts nothing')
    expect(page.text).toContain(`You are at ${HERE}: the list restricts nothing`)
    const review = await client.post(`${WHOLE}/add`, { entries: '203.0.113.0/24' })
    expect(review.text).toContain('Until now this list restricts nothing.')
    expect(review.text).toContain(`Your own address, ${HERE}, is shut out by this.`)
    expect(review.text).toContain('This console goes by no allowlist')
    expect(await ips()).toBeNull()
    expect(await use(value)).toBe('200')

    const done = await client.post(`${WHOLE}/add`, formOf(review.html))
    expect(await use(value)).toBe('403 address_not_allowed')
    expect(await use(value, '203.0.113.99')).toBe('200')
    const saved = await client.get(done.location)
    expect(saved.text).toContain('The allowlist was saved.')
    expect(saved.text).toMatch(/In force since20\d\d-/)
    expect(saved.text).toContain('256 addresses, 203.0.113.0 – 203.0.113.255, such as 203.0.113.7')
    expect(saved.text).toContain('the list does not admit it, so calls with a key from here')
  })

  test('takes more entries at once, each as it is kept, in one step', async () => {
    const { value } = await secret()
    await add(WHOLE, '203.0.113.0/24')
    const page = await add(WHOLE, `\r\n ::ffff:192.0.2.1 \r\n2001:DB8::/48\r\n203.0.113.0/24`)
    expect(page.text).toContain('The allowlist was saved.')
    expect(await ips()).toEqual(['192.0.2.1', '2001:db8::/48', '203.0.113.0/24'])
    expect(await use(value, '2001:db8::1')).toBe('200')
  })

  test('takes the address from which the page is looked at by a button', async () => {
    const { value } = await secret()
    await add(WHOLE, '203.0.113.0/24')
    const { html } = await client.get(WHOLE)
    const button = html.slice(html.indexOf('Your current address'))
    expect(button).toContain(`name="entries" value="${HERE}"`)
    await add(WHOLE, HERE)
    expect(await use(value)).toBe('200')
    const page = await client.get(WHOLE)
    expect(page.text).toContain(`You are at ${HERE}: the list admits it.`)
    expect(page.text).not.toContain(`Add ${HERE}`)
  })

  test('loses what was ticked, after the page has named it', async () => {
    const { value } = await secret()
    await add(WHOLE, `${HERE}\n203.0.113.0/24`)
    const review = await client.post(`${WHOLE}/remove`, { entry: HERE })
    expect(review.status).toBe(200)
    expect(review.text).toContain('This entry goes')
    expect(review.text).toContain('One entry stays.')
    expect(review.text).toContain(`Your own address, ${HERE}, is shut out by this.`)
    expect(await use(value)).toBe('200')
    const done = await client.post(`${WHOLE}/remove`, formOf(review.html))
    expect(await use(value)).toBe('403 address_not_allowed')
    expect((await client.get(done.location)).text).toContain('In force since')
    expect(await ips()).toEqual(['203.0.113.0/24'])
  })

  test('says that nobody passes any more before it becomes empty, and asks for the name', async () => {
    const { value } = await secret()
    await add(WHOLE, HERE)
    const review = await client.post(`${WHOLE}/remove`, { entry: HERE })
    expect(review.text).toContain('Nobody passes any more.')
    expect(review.text).toContain('the restriction stays on')
    for (const confirmation of ['', 'test']) {
      const fields = { ...formOf(review.html), confirmation }
      expect((await client.post(`${WHOLE}/remove`, fields)).status).toBe(400)
    }
    expect(await use(value)).toBe('200')
    const fields = { ...formOf(review.html), confirmation: 'Test' }
    expect((await client.post(`${WHOLE}/remove`, fields)).status).toBe(303)
    expect(await ips()).toEqual([])
    expect(await use(value)).toBe('403 address_not_allowed')
    expect((await client.get(WHOLE)).text).toContain(
      'calls with every key of the organization are all refused',
    )
    expect((await client.get(LISTS)).text).toContain('empty: nobody passes')
  })

  test('is lifted behind the name, after the page has said that everybody passes', async () => {
    const { value } = await secret()
    await add(WHOLE, '203.0.113.0/24')
    const page = await client.get(`${WHOLE}/lift`)
    expect(page.text).toContain('Everybody passes.')
    expect((await client.submit(`${WHOLE}/lift`, { confirmation: 'no' })).status).toBe(400)
    expect(await use(value)).toBe('403 address_not_allowed')
    const done = await client.submit(`${WHOLE}/lift`, { confirmation: 'Test' })
    expect(done.status).toBe(303)
    expect(await use(value)).toBe('200')
    expect(await ips()).toBeNull()
    expect((await client.get(`${WHOLE}/lift`)).location).toBe(WHOLE)
  })

  test('is shown and searched page by page where it is long', async () => {
    const many = Array.from({ length: 120 }, (_, i) => `10.0.${i}.0/24`)
    const first = await add(WHOLE, many.join('\n'))
    expect(first.text).toContain('1–50 of 120')
    const last = await client.get(`${WHOLE}?from=100`)
    expect(last.text).toContain('101–120 of 120')
    const found = await client.get(`${WHOLE}?find=10.0.77.`)
    expect(found.html.match(/name="entry"/g)).toHaveLength(1)
    expect((await client.get(`${WHOLE}?find=${encodeURIComponent(MARKUP)}`)).text).toContain(
      'No entry contains that text.',
    )
  })

  test('names a stored entry that cannot be read, which can be removed', async () => {
    await add(WHOLE, HERE)
    await edge.sql(
      `INSERT INTO organization_ips (organization_id, cidr) VALUES ('org_test', '10.0.0.7/8')`,
    )
    expect((await client.get(WHOLE)).text).toContain('cannot be read')
    const review = await client.post(`${WHOLE}/remove`, { entry: '10.0.0.7/8' })
    expect((await client.post(`${WHOLE}/remove`, formOf(review.html))).status).toBe(303)
    expect(await ips()).toEqual([HERE])
  })
})

describe('what is typed', () => {
  const WRONG: readonly [string, string][] = [
    ['', 'must not be empty'],
    ['foo', 'entry 1: foo does not begin with an IP address'],
    ['192.0.2.1\n10.0.0.1/8', 'entry 2: 10.0.0.1/8 has host bits set'],
    ['0.0.0.0/0', 'lift the restriction instead'],
    [MARKUP, 'entry 1: '],
  ]
  test.each(WRONG)('as %j is refused at the field, and stays', async (entries, says) => {
    await add(WHOLE, HERE)
    const page = await client.post(`${WHOLE}/add`, { entries })
    expect(page.status).toBe(400)
    expect(page.text).toContain(says)
    expect(page.html).toContain('id="entries-fault"')
    expect(typedIn(page)).toBe(entries)
    expect(page.html).not.toMatch(/<img src=x|<script>alert/)
    expect(await ips()).toEqual([HERE])
  })

  test('is judged line by line by the Check button, and nothing is changed', async () => {
    const entries = `203.0.113.0/24\nfoo\n${MARKUP}`
    const page = await client.post(`${WHOLE}/add`, { entries, do: 'check' })
    expect(page.status).toBe(200)
    expect(page.text).toContain('203.0.113.0/24 256 addresses')
    expect(page.text).toContain('foo does not begin with')
    expect(page.html).not.toMatch(/<img src=x|<script>alert/)
    expect(typedIn(page)).toBe(entries)
    expect(await ips()).toBeNull()
  })

  test('is judged for script by the same words, under the same rules as a form', async () => {
    const at = `${LISTS}/check`
    const judged = async (fields: Fields): Promise<unknown> =>
      JSON.parse((await client.post(at, fields)).html)
    expect(await judged({ list: 'ips', entries: '10.0.0.0/8\nfoo' })).toEqual({
      verdicts: [
        expect.objectContaining({
          line: 1,
          ok: true,
          sentence: expect.stringContaining('16,777,216') as unknown,
        }),
        expect.objectContaining({ line: 2, text: 'foo', ok: false }),
      ],
    })
    expect(await judged({ list: 'origins', entries: 'https://*.example.com' })).toMatchObject({
      verdicts: [
        { ok: true, sentence: expect.stringContaining('every host below example.com') as unknown },
      ],
    })
    const many = Array.from({ length: 9_999 }, () => '10.0.0.1').join('\n')
    const { verdicts } = (await judged({ list: 'ips', entries: `${many}\nfoo` })) as {
      verdicts: { text: string }[]
    }
    expect([verdicts.length, verdicts.at(-1)?.text]).toEqual([50, 'foo'])
    expect((await client.post(at, { entries: 'x' }, { csrf: 'x' })).status).toBe(403)
    const foreign = { headers: { origin: 'https://evil.example' } }
    expect((await client.post(at, { entries: 'x' }, foreign)).status).toBe(403)
  })
})

const typedIn = ({ html }: Page): unknown => {
  const form = html.slice(html.indexOf('data-check'))
  return formOf(`<main><form method="post"${form}`)['entries']
}

describe('the lists of a key', () => {
  test('are reached from the overview, and hold for that key alone', async () => {
    const { id, value } = await secret({ name: 'listed' })
    const other = await secret()
    const overview = await client.get(`${LISTS}?search=LISTED`)
    expect(overview.html).toContain(`href="${LISTS}/${id}/ips"`)
    expect(overview.html).not.toContain(`href="${LISTS}/${id}/origins"`)
    await add(`${LISTS}/${id}/ips`, '203.0.113.7')
    expect(await ips(id)).toEqual(['203.0.113.7'])
    expect(await use(value)).toBe('403 address_not_allowed')
    expect(await use(other.value)).toBe('200')
    expect((await client.get(`${LISTS}?search=listed`)).text).toContain('1 entry')
  })

  test('of origins say what each matches and what not', async () => {
    const { id, value } = await edge.mint('publishable', { name: 'web' })
    const list = `${LISTS}/${id}/origins`
    const call = (origin: string): Promise<string> =>
      outcome(edge, '/api/v1/sessions', { method: 'POST', headers: { 'x-api-key': value, origin } })
    const page = await add(list, 'https://app.example.com\nhttps://*.example.org')
    expect(page.text).toContain('pages of https://app.example.com alone')
    expect(page.text).toContain('such as https://app.example.org')
    expect(await call('https://app.example.com')).toBe('200')
    expect(await call('https://a.b.example.org')).toBe('200')
    expect(await call('https://example.org')).toBe('403 origin_not_allowed')
    const wrong = await client.post(`${list}/add`, {
      entries: 'https://*.co.uk\nHTTPS://x.example',
    })
    expect(wrong.status).toBe(400)
    expect(wrong.text).toContain('public suffix')
    expect(wrong.text).toContain('a browser never sends HTTPS://x.example')
    expect(await call('https://a.co.uk')).toBe('403 origin_not_allowed')
    const lifted = await client.submit(`${list}/lift`, { confirmation: 'web' })
    expect(lifted.status).toBe(303)
    expect(await call('https://example.org')).toBe('200')
  })

  test('of a revoked key are shown, and cannot be changed', async () => {
    const { id } = await secret({ name: 'gone', ips: ['203.0.113.7'] })
    await edge.sql(`UPDATE credentials SET revoked_at = 1 WHERE id = '${id}'`)
    const page = await client.get(`${LISTS}/${id}/ips`)
    expect(page.text).toContain('1 address: 203.0.113.7')
    expect(page.html.slice(page.html.indexOf('<main'))).not.toContain('method="post"')
    expect((await client.post(`${LISTS}/${id}/ips/add`, { entries: HERE })).status).toBe(409)
    expect(await ips(id)).toEqual(['203.0.113.7'])
  })
})

describe('would it pass?', () => {
  test('an address, by the lists of organization and key together', async () => {
    const { id } = await secret({ name: 'asked', ips: ['203.0.113.0/24'] })
    const asks = async (query: string): Promise<string> =>
      (await client.get(`${LISTS}/${id}/ips?${query}`)).text
    expect(await asks('address=203.0.113.9')).toContain('203.0.113.9 passes the address lists')
    expect(await asks(`address=${HERE}`)).toContain(`${HERE} does not pass:`)
    expect(await asks('address=nonsense')).toContain('must be an IPv4 or IPv6 address')
    expect(await asks(`address=${encodeURIComponent(MARKUP.slice(0, 60))}`)).toContain(
      'must be an IPv4',
    )
    await add(WHOLE, '192.0.2.1')
    expect(await asks('address=203.0.113.9')).toContain('203.0.113.9 does not pass:')
    const whole = await client.get(`${WHOLE}?key=${id}&address=203.0.113.9`)
    expect(whole.text).toContain('203.0.113.9 does not pass:')
    expect((await client.get(`${WHOLE}?key=key_0&address=203.0.113.9`)).text).toContain(
      'Choose a key of this organization.',
    )
  })

  test('an origin, with whatever else stands in the way', async () => {
    const { id } = await edge.mint('publishable', {
      name: 'web',
      origins: ['https://a.example.com'],
    })
    const asks = async (origin: string): Promise<string> =>
      (
        await client.get(
          `${LISTS}/${id}/origins?origin=${encodeURIComponent(origin)}&address=${HERE}`,
        )
      ).text
    expect(await asks('https://a.example.com')).toContain(
      'https://a.example.com passes the origin list',
    )
    expect(await asks('https://b.example.com')).toContain('https://b.example.com does not pass:')
    await add(WHOLE, '192.0.2.1')
    const refused = await asks('https://a.example.com')
    expect(refused).toMatch(/is not even looked at, because the call is refused before: .*address/)
  })

  test('a key that has ended is refused all the same', async () => {
    const { id } = await secret({ expiresAt: Date.now() - 1000 })
    const { text } = await client.get(`${LISTS}/${id}/ips?address=${HERE}`)
    expect(text).toContain('is refused before')
  })
})

test('a viewer sees and asks, and changes nothing', async () => {
  const { id } = await secret({ ips: [HERE] })
  await add(WHOLE, HERE)
  const viewer = await enterAs(people, 'viewer')
  const lists = [WHOLE, `${LISTS}/${id}/ips`]
  for (const list of lists) {
    const page = await viewer.get(`${list}?key=${id}&address=${HERE}`)
    expect(page.text).toContain('passes the address lists')
    expect(page.html.slice(page.html.indexOf('<main'))).not.toContain('method="post"')
    const csrf = await viewer.csrf(list)
    for (const part of ['add', 'remove', 'lift']) {
      const fields = {
        csrf,
        entries: '192.0.2.1',
        entry: HERE,
        confirmed: 'yes',
        confirmation: 'Test',
      }
      expect((await viewer.post(`${list}/${part}`, fields)).status).toBe(403)
    }
  }
  expect([await ips(), await ips(id)]).toEqual([[HERE], [HERE]])
})

test('markup in the names of key and organization stays text', async () => {
  const { id } = await edge.mint('publishable', { name: MARKUP.replaceAll(`'`, '’') })
  const list = `${LISTS}/${id}/origins`
  const review = await client.post(`${list}/add`, { entries: 'https://a.example.com' })
  await add(list, 'https://a.example.com')
  const removal = await client.post(`${list}/remove`, { entry: 'https://a.example.com' })
  const pages = [LISTS, list, `${LISTS}/${id}/ips`, `${list}/lift`, WHOLE].map((path) =>
    client.get(path),
  )
  for (const { html, text } of [review, removal, ...(await Promise.all(pages))]) {
    expect(html).not.toMatch(/<img src=x|<script>alert/)
    expect(text).toContain('<img src=x onerror=alert(1)>')
  }
})

test('lists that are not there, or another organization’s, are 404 by any page or form', async () => {
  const { id } = await edge.mint('secret', {
    organization: 'org_other',
    ips: [HERE],
    name: 'theirs',
  })
  const own = await secret()
  const paths = [
    `${id}/ips`,
    `${own.id}/origins`,
    'key_0/ips',
    'nonsense/ips',
    'organization/origins',
  ]
  for (const path of [...paths, `${own.id}/nope`]) {
    expect([path, (await client.get(`${LISTS}/${path}`)).status]).toEqual([path, 404])
    for (const part of ['add', 'remove', 'lift']) {
      const fields = { entries: HERE, entry: HERE, confirmed: 'yes', confirmation: 'theirs' }
      expect((await client.post(`${LISTS}/${path}/${part}`, fields)).status).toBe(404)
    }
  }
  expect(await ips(id)).toEqual([HERE])
})
