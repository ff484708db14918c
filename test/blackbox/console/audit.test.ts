// The audit in the console: found by who, what and when, opened to all that is on record, as CSV, and
// its chain verified.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { Minted, TestEdge } from '../../harness/edge.ts'
import { outcome, present } from '../call.ts'
import { newOrganization, until } from '../control/world.ts'
import { CONSOLE, type Client, type Page } from './client.ts'
import { MARKUP } from './html.ts'
import { enterAs } from './member.ts'
import type { People } from './people.ts'
import { startPeopledWorld } from './world.ts'

const AUDIT = `${CONSOLE}/o/org_test/audit`
/** What a path can hold of markup on its way through the server. */
const PATH = `/api/v1/sessions/'&lt%3Cb%3E`

let people: People
let edge: TestEdge
let client: Client
let key: Minted
let token: Minted
let theirs: Minted
let began: number
beforeAll(async () => {
  ;({ people, edge, client } = await startPeopledWorld())
  began = Date.now()
  key = await edge.mint('secret')
  token = await edge.mint('access_token')
  theirs = await edge.mint('secret', { organization: 'org_other' })
  const retail = { ...present('access_token', token), 'x-approver-department': 'retail' }
  await outcome(edge, '/api/v1/sessions/s1', { headers: present('secret', key) })
  await outcome(edge, '/api/v1/cases', { headers: present('secret', key), address: '2001:db8::7' })
  await outcome(edge, '/api/v1/ingest', { method: 'POST', headers: retail })
  await outcome(edge, '/api/v1/identities', { headers: present('secret', theirs) })
  await edge.raw(
    `GET ${PATH} HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: ${key.value}\r\nConnection: close\r\n\r\n`,
  )
  await edge.raw(`GET ${PATH} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
  // What was called; signing in is on record as well.
  const calls = "SELECT 1 FROM audit_events WHERE path NOT LIKE '/edge/%'"
  await until(async () => (await edge.sql(calls)).length >= 6)
})
afterAll(() => edge.stop())

/** The calls in the table, as `GET /path`. */
function callsOf({ html }: Page): string[] {
  return [...html.matchAll(/<code class="id call">([^<]*)<\/code>/g)].map(([, call = '']) => call)
}

const search = async (query: string): Promise<string[]> =>
  callsOf(await client.get(`${AUDIT}?${query}`))

/** The address of the first event that a search finds. */
async function open(query: string, by = client): Promise<string> {
  const { html } = await by.get(`${AUDIT}?${query}`)
  return /href="([^"]*\/audit\/[0-9a-f-]{36}[^"]*)"/.exec(html)?.[1] ?? ''
}

describe('a search', () => {
  const SESSION = 'GET /api/v1/sessions/s1'
  const CASES = 'GET /api/v1/cases'
  const INGEST = 'POST /api/v1/ingest'
  test.each([
    ['product', () => 'product=vault', [INGEST]],
    ['decision', () => `decision=refused&key=${key.id}&reason=scope_missing`, [CASES]],
    ['service user', () => `service_user=su_${token.id.slice(4)}`, [INGEST]],
    ['source system', () => 'source_system=vkyc', [INGEST]],
    ['key', () => `key=${token.id}`, [INGEST]],
    ['route', () => `key=${key.id}&product=verifa&decision=forwarded&to=2001-01-01T00:00`, []],
    ['time', () => 'from=2099-01-01T00:00', []],
    ['another organization’s key', () => `key=${theirs.id}`, []],
    ['status', () => 'status=403', [CASES]],
    ['class of status', () => `status=4xx&key=${key.id}`, [CASES]],
    ['method, in any case', () => 'method=post&caller=credential', [INGEST]],
    ['beginning of the path', () => 'path=/api/v1/ing', [INGEST]],
    ['route', () => 'route=/api/v1/cases/**', [CASES]],
    ['address, however it is spelled', () => 'client_ip=2001:DB8:0::7', [CASES]],
    ['kind', () => 'kind=access_token', [INGEST]],
    ['environment', () => 'environment=sandbox', []],
    ['credits', () => 'credits=1', []],
    ['time upstream', () => 'upstream_ms=60000', []],
    ['person', () => 'actor=person:nobody@example.com', []],
  ])('by %s finds what it should', async (_, query, expected) => {
    expect(await search(query())).toEqual(expected)
  })

  test('by time and request id finds one call, as its page does', async () => {
    const from = new Date(began - 60_000).toISOString().slice(0, 16)
    expect(await search(`from=${from}`)).toEqual(expect.arrayContaining([SESSION, CASES, INGEST]))
    const id = (await open('reason=scope_missing')).split('/').at(-1) ?? ''
    expect(await search(`request_id=${id}`)).toEqual([CASES])
  })

  test.each([
    ['request_id', `request_id=${encodeURIComponent(MARKUP)}`],
    ['key', `key=${encodeURIComponent(MARKUP)}`],
    ['from', 'from=soon'],
    ['decision', `decision=${encodeURIComponent(MARKUP)}`],
    ['reason', `reason=${encodeURIComponent(MARKUP.repeat(2))}`],
    ['status', `status=${encodeURIComponent(MARKUP)}`],
    ['client_ip', `client_ip=${encodeURIComponent(MARKUP)}`],
    ['credits', 'credits=many'],
  ])('with a wrong %s is told at its field, and what was typed stays text', async (name, query) => {
    const page = await client.get(`${AUDIT}?${query}`)
    expect(page.status).toBe(400)
    expect(page.html).toContain(`id="${name}-fault"`)
    expect(page.html).not.toContain('<img src=x')
    expect((await client.get(`${AUDIT}/export?${query}`)).status).toBe(400)
    // A field that is folded away is shown with its fault.
    const folded = !['request_id', 'key', 'from', 'decision', 'reason'].includes(name)
    expect(page.html.includes('<details open')).toBe(folded)
  })

  test('goes on page by page, and says so where nothing matches', async () => {
    const event = `'GET', '/api/v1/many', 'forwarded', 200`
    const text = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
      INSERT INTO audit_events (organization, sequence, previous_hash, hash, id, at, key, method, path, decision, status)
      SELECT 'org_pages', i, printf('%064d', i - 1), printf('%064d', i), printf('%08d-0000-4000-8000-000000000000', i),
        1000 + i, 'key_pages', ${event} FROM n ORDER BY i`
    await newOrganization(edge, 'org_pages')
    await edge.sql(text)
    const first = await client.get(`${CONSOLE}/o/org_pages/audit?key=key_pages`)
    const next = /href="([^"]+)" rel="next"/.exec(first.html)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const second = await client.get(next)
    expect([callsOf(first).length, callsOf(second).length]).toEqual([50, 10])
    expect(second.html).toContain('First page')
    expect((await client.get(`${AUDIT}?product=none`)).text).toContain('Nothing on record matches.')
    expect((await client.get(`${AUDIT}?cursor=x`)).status).toBe(400)
  })
})

describe('a decision', () => {
  test('opens to all its members, why it was so, and where that is mended', async () => {
    const { text, html } = await client.get(await open('reason=scope_missing'))
    expect(text).toContain('The key lacks the scope that the route needs.')
    expect(html).toContain(`<a href="${CONSOLE}/o/org_test/keys/${key.id}">Open the key</a>`)
    expect(html).toMatch(/href="[^"]*\/explain\?request=[0-9a-f-]{36}"/)
    for (const part of [
      'Decisionrefused',
      'Status403',
      'Reasonscope_missing',
      'MethodGETPath/api/v1/casesProductverifaRoute/api/v1/cases/**',
      `Key${key.id}Kindsecret`,
      'Environmentlive',
      'Address of the caller2001:db8::7',
      'not asked',
    ]) {
      expect(text).toContain(part)
    }
    expect(text).toMatch(/Hash[0-9a-f]{64}/)
  })

  test('of a service user leads to it', async () => {
    const { html, text } = await client.get(await open('source_system=vkyc'))
    expect(text).toContain('The call was in order and was forwarded.')
    expect(html).toContain(`${CONSOLE}/o/org_test/service-users/su_${token.id.slice(4)}`)
  })

  test('of another organization is not there', async () => {
    const elsewhere = `${CONSOLE}/o/org_other/audit`
    const { html } = await client.get(elsewhere)
    const id = /\/audit\/([0-9a-f-]{36})"/.exec(html)?.[1] ?? ''
    expect((await client.get(`${elsewhere}/${id}`)).status).toBe(200)
    for (const one of [id, 'nonsense', MARKUP, '00000000-0000-4000-8000-000000000000']) {
      const page = await client.get(`${AUDIT}/${encodeURIComponent(one)}`)
      expect([one, page.status]).toEqual([one, one === MARKUP ? page.status : 404])
      expect(page.html).not.toContain('<img src=x')
    }
  })
})

describe('what callers sent stays text', () => {
  test('as far as it comes through the server', async () => {
    const pages = [
      await client.get(`${AUDIT}?key=${key.id}`),
      await client.get(`${AUDIT}?of=nobody`),
      await client.get(await open(`key=${key.id}`)),
      await client.get((await open('of=nobody')).replaceAll('&amp;', '&')),
    ]
    for (const { html, text, status } of pages) {
      expect(status).toBe(200)
      expect(text).toContain(`GET ${PATH}`)
      expect(html).not.toMatch(/<b>|<img/)
    }
  })

  test('whatever the database holds', async () => {
    const at = `${CONSOLE}/o/${await newOrganization(edge, 'org_marked')}`
    const marked = `'${MARKUP.replaceAll("'", "''").slice(0, 64)}'`
    await edge.sql(
      `INSERT INTO audit_events (organization, sequence, previous_hash, hash, id, at, key, kind,
         service_user, source_system, environment, product, route, method, path, decision, reason,
         status, client_ip)
       VALUES ('org_marked', 1, '${'0'.repeat(64)}', '${'1'.repeat(64)}',
         '00000000-0000-4000-8000-00000000000f', ${Date.now()}, ${marked}, 'secret', ${marked},
         ${marked}, 'live', ${marked}, ${marked}, '<b>', ${marked}, 'refused', ${marked}, 403, ${marked})`,
    )
    for (const path of [
      '/audit',
      '/audit/00000000-0000-4000-8000-00000000000f',
      '/audit/chain',
      ...['/usage', '/usage?group=key', '/usage?group=product'],
    ]) {
      const { html, status } = await client.get(at + path)
      expect([path, status]).toEqual([path, 200])
      expect(html).not.toMatch(/<img|<script>alert|<b>/)
    }
    const { html } = await client.get(`${at}/audit`)
    expect(html).toContain('&lt;img src=x')
  })
})

const done = async (by: Client, name: string): Promise<void> => {
  const made = await by.submit(`${CONSOLE}/o/org_test/keys/new?kind=secret`, { name })
  expect(made.status).toBe(201)
}
const find = (query: string) => client.get(`${AUDIT}?${query}`)

describe('what people do', () => {
  test('is on the record of their organization, with their name', async () => {
    const ann = await enterAs(people, 'administrator')
    await done(ann, 'By a person')
    await done(client, 'By an operator')
    const by = 'caller=person&path=/edge/v1/keys'
    await until(async () => callsOf(await find(by)).length >= 2)
    const { html, text } = await find(by)
    const [, email = ''] = /<td>([^<@ ]+@[^< ]+)<\/td>/.exec(html) ?? []
    expect(email).toContain('@')
    expect(text).toContain('olga@example.com')
    expect(callsOf(await find(`actor=person:${email}`))).toContain('POST /edge/v1/keys')
    expect(callsOf(await find('caller=credential'))).not.toContain('POST /edge/v1/keys')
    const opened = await client.get(await open(`actor=person:${email}`))
    expect(opened.text).toContain(`done here by ${email}.`)
    expect(opened.html).toContain(`actor=person%3A${encodeURIComponent(email)}`)
    const csv = await client.get(`${AUDIT}/export?actor=person:${email}`)
    expect(csv.html).toContain(`,person:${email},`)
    // Nobody else's record has it, and it is no usage.
    const others = await client.get(`${CONSOLE}/o/org_other/audit?caller=person`)
    expect(callsOf(others)).toEqual([])
    const used = await edge.sql(
      `SELECT 1 FROM usage_daily WHERE organization = 'org_test' AND key = ''`,
    )
    expect(used).toEqual([])
    expect((await client.get(`${AUDIT}/chain`)).text).toContain('intact')
  })
})

test('a key’s page leads to its calls', async () => {
  const { html } = await client.get(`${CONSOLE}/o/org_test/keys/${key.id}`)
  expect(html).toContain(`href="${AUDIT}?key=${key.id}"`)
})

describe('the CSV', () => {
  test('has what the search finds, and nothing that a spreadsheet runs', async () => {
    const { html } = await client.get(`${AUDIT}?key=${key.id}`)
    const href = /href="([^"]+\/export[^"]*)"/.exec(html)?.[1] ?? ''
    expect(href).toBe(`${AUDIT}/export?key=${key.id}`)
    const csv = await client.get(href)
    expect(csv.headers.get('content-type')).toContain('text/csv')
    expect(csv.headers.get('content-disposition')).toBe('attachment; filename="audit.csv"')
    const lines = csv.html.trimEnd().split('\r\n')
    expect(lines[0]).toContain('organization,sequence,')
    expect(lines).toHaveLength(callsOf({ html } as Page).length + 1)
    expect(csv.html).not.toContain(key.value)
  })
})

describe('the chain', () => {
  test('is intact, and says where it is broken once a row was changed', async () => {
    expect((await client.get(AUDIT)).html).toContain(`href="${AUDIT}/chain"`)
    const whole = await client.get(`${AUDIT}/chain`)
    expect(whole.text).toMatch(/intact Every event links to the one before it/)
    expect(whole.text).toMatch(/Newest event\d+Its hash[0-9a-f]{64}/)
    await edge.sql(`UPDATE audit_events SET status = 200 WHERE reason = 'scope_missing'`)
    const broken = await client.get(`${AUDIT}/chain`)
    expect(broken.text).toContain('broken The record was changed by another hand.')
    expect(broken.text).toContain('Flawedited')
    const href = /<dd><a href="([^"]+)">\d+<\/a><\/dd>/.exec(broken.html)?.[1] ?? ''
    expect((await client.get(href)).text).toContain('/api/v1/cases')
    await edge.sql(`UPDATE audit_events SET status = 403 WHERE reason = 'scope_missing'`)
    expect((await client.get(`${AUDIT}/chain`)).text).toContain('intact')
  })
})

test('a viewer reads; what belongs to nobody is the operators’ alone', async () => {
  const viewer = await enterAs(people, 'viewer')
  const own = await viewer.get(AUDIT)
  expect(callsOf(own)).toContain('GET /api/v1/cases')
  expect(own.html).not.toContain('name="of"')
  expect(callsOf(await viewer.get(`${AUDIT}?of=nobody`))).toEqual(callsOf(await viewer.get(AUDIT)))
  for (const path of ['/export', '/chain'])
    expect((await viewer.get(AUDIT + path)).status).toBe(200)
  const stranger = await enterAs(people, 'viewer', 'org_other')
  const event = await open(`key=${key.id}`)
  for (const path of [AUDIT, `${AUDIT}/export`, `${AUDIT}/chain`, event]) {
    expect((await stranger.get(path)).status).toBe(404)
  }
  expect((await stranger.get(event.replace('org_test', 'org_other'))).status).toBe(404)
})
