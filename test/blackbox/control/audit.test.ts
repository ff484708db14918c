// The audit over the management API: every call is found by who, what and when, in pages and as CSV,
// each organization sees its own, and the chain tells what was changed.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { outcome, present } from '../call.ts'
import type { Minted } from '../../harness/edge.ts'
import type { Call, PageBody } from './call.ts'
import { manager, newOrganization, startWorld, until, type World } from './world.ts'

interface EventBody {
  readonly id: string
  readonly at: number
  readonly key_id: string | null
  readonly service_user_id: string | null
  readonly source_system: string | null
  readonly environment: string | null
  readonly actor: string | null
  readonly product: string | null
  readonly route: string | null
  readonly method: string
  readonly path: string
  readonly decision: string
  readonly reason: string | null
  readonly status: number
  readonly client_ip: string | null
  readonly sequence: number
}

const organization = 'org_audit'
let world: World
let call: Call
let key: Minted
let token: Minted
let sandboxed: Minted
let requestId: string
let began: number

beforeAll(async () => {
  world = await startWorld()
  const { edge } = world
  await newOrganization(edge, organization)
  call = await manager(edge, { organization })
  key = await edge.mint('secret', { organization })
  token = await edge.mint('access_token', { organization })
  sandboxed = await edge.mint('secret', { organization, environment: 'sandbox' })
  const use = (at: string, headers: Record<string, string>): Promise<string> => {
    const [method = '', path = ''] = at.split(' ')
    return outcome(edge, path, { method, headers })
  }
  began = Date.now()
  for (let i = 0; i < 3; i++) await use(`GET /api/v1/sessions/s${i}?q=1`, present('secret', key))
  await use('POST /api/v1/webhooks', present('secret', key))
  await use('GET /api/v2/nothing', present('secret', key))
  const retail = { ...present('access_token', token), 'x-approver-department': 'retail' }
  await use('POST /api/v1/ingest', retail)
  await use('GET /api/v1/search/customer', retail)
  await use('POST /api/v1/ingest', present('access_token', token))
  await use('GET /api/v1/sessions', present('secret', sandboxed))
  await use(`GET /api/v1/sessions/${key.value}`, present('secret', key))
  const answer = await edge.fetch('/api/v1/identities', { headers: present('secret', key) })
  requestId = answer.headers.get('x-request-id') ?? ''
  await answer.body?.cancel()
  await edge.fetch('/api/v1/sessions')
  await until(async () => (await events('')).length === 10)
})
afterAll(() => world.edge.stop())

/** What a query finds, without the calls of the one who asks. */
async function events(query: string, by = call): Promise<EventBody[]> {
  const { status, body } = await by<PageBody<EventBody>>(`GET /audit?limit=200&${query}`)
  expect(status).toBe(200)
  return body.items.filter(({ product }) => product !== 'edge')
}

const shown = ({ method, path, status, reason }: EventBody): string =>
  [method, path, status, reason].filter((part) => part !== null).join(' ')

describe('a query finds', () => {
  const sessions = ['s2', 's1', 's0'].map((id) => `GET /api/v1/sessions/${id} 200`)
  const refused = [
    'POST /api/v1/ingest 403 department_missing',
    'GET /api/v2/nothing 404 route_unknown',
    'POST /api/v1/webhooks 403 scope_missing',
  ]
  const service = [
    'POST /api/v1/ingest 403 department_missing',
    'GET /api/v1/search/customer 200',
    'POST /api/v1/ingest 200',
  ]
  const rows: readonly [string, () => string, readonly string[]][] = [
    ['the calls of a service user', () => `service_user=su_${token.id.slice(4)}`, service],
    ['the calls of a source system', () => 'source_system=vkyc', service],
    ['no calls of another', () => 'source_system=doc_service', []],
    ['the calls of a token', () => `key=${token.id}`, service],
    ['what was refused', () => 'decision=refused', refused],
    ['what was refused for a reason', () => 'reason=scope_missing', [refused[2] ?? '']],
    ['the calls of a product', () => 'product=vault', service],
    ['one call by its request id', () => `request_id=${requestId}`, ['GET /api/v1/identities 200']],
    ['the calls of a time', () => `from=${began}&to=${began}`, []],
    [
      'several conditions at once',
      () => `key=${key.id}&decision=refused&reason=route_unknown`,
      [refused[1] ?? ''],
    ],
    ['nothing of a key that is not there', () => 'key=key_nobody', []],
    ['calls of a status', () => 'status=404', [refused[1] ?? '']],
    ['calls of a class of status', () => `status=4xx&key=${key.id}`, refused.slice(1)],
    ['calls of a method', () => 'method=POST&status=200', [service[2] ?? '']],
    ['calls of paths that begin alike', () => 'path=/api/v1/sea', [service[1] ?? '']],
    ['no calls by a pattern', () => 'path=/api/%25', []],
    ['calls of a route', () => 'route=/api/v1/webhooks/**', [refused[2] ?? '']],
    ['calls of a kind', () => 'kind=access_token', service],
    ['no calls of another environment', () => 'environment=sandbox', []],
    ['calls from an address', () => `client_ip=198.51.100.7&product=vault`, service],
    ['no calls from another', () => 'client_ip=2001:db8::1', []],
    ['no calls that were charged', () => 'credits=1', []],
    ['no calls that took an hour', () => 'upstream_ms=3600000', []],
    ['no calls of a person', () => 'caller=person', []],
    ['calls of credentials', () => 'caller=credential&product=vault', service],
  ]
  test.each(rows)('%s', async (_, query, expected) => {
    expect((await events(query())).map(shown)).toEqual(expected)
  })

  test('all of them, newest first, each with who and where', async () => {
    const all = await events(`from=${began}`)
    expect(all).toHaveLength(10)
    expect(all.map(shown)).toEqual(expect.arrayContaining(sessions))
    expect(all.map(({ at }) => at)).toEqual(all.map(({ at }) => at).toSorted((a, b) => b - a))
    expect(all.at(-1)).toMatchObject({
      ...{ organization_id: organization, key_id: key.id, kind: 'secret', environment: 'live' },
      ...{
        product: 'verifa',
        route: '/api/v1/sessions/**',
        method: 'GET',
        client_ip: '198.51.100.7',
      },
      ...{ service_user_id: null, credits: null, path: '/api/v1/sessions/s0' },
    })
    for (const one of await events('product=vault')) {
      expect(one).toMatchObject({
        service_user_id: `su_${token.id.slice(4)}`,
        source_system: 'vkyc',
      })
    }
  })
})

test('the API’s own calls are on record too', async () => {
  await call('GET /keys?limit=1')
  const find = async () => (await call<PageBody<EventBody>>('GET /audit?product=edge')).body.items
  await until(async () => (await find()).some(({ route }) => route === '/edge/v1/keys'))
})

const find = async (by: Call, query = ''): Promise<readonly EventBody[]> =>
  (await by<PageBody<EventBody>>(`GET /audit?caller=person&method=GET${query}`)).body.items

describe('what operators do is on record', () => {
  test('in the organization that they name, with who did it, and is no usage', async () => {
    await world.admin(`GET /keys?limit=1&organization=${organization}`)
    await world.admin('GET /keys?limit=1&organization=org_nowhere')
    await world.admin(`GET /keys?limit=1&organization=${organization}&organization=org_test`)
    // No key sees it: it is of no environment.
    expect(await find(call)).toEqual([])
    const own = `&organization=${organization}`
    await until(async () => (await find(world.admin, own)).length > 0)
    const found = await find(world.admin, `${own}&path=/edge/v1/keys`)
    expect(found).toMatchObject([
      { actor: 'operator:admin-token', organization_id: organization, key_id: null },
    ])
    const nowhere = '&organization=none&path=/edge/v1/keys&actor=operator:admin-token'
    await until(async () => (await find(world.admin, nowhere)).length === 2)
    const chains = await world.edge.sql('SELECT organization FROM audit_heads')
    expect(chains).not.toContainEqual({ organization: 'org_nowhere' })
    const usage = `SELECT 1 FROM usage_daily WHERE organization = '${organization}' AND key = ''`
    expect(await world.edge.sql(usage)).toEqual([])
  })

  test('and nobody else can name an organization or themselves', async () => {
    const forged = { authorization: 'Bearer not-the-token', 'x-forwarded-email': 'ann@example.com' }
    const target = `/edge/v1/keys?organization=${organization}&actor=person:ann@example.com`
    const answer = await world.edge.fetch(target, { headers: forged })
    const id = answer.headers.get('x-request-id') ?? ''
    await answer.body?.cancel()
    expect(answer.status).toBe(401)
    const kept = async () =>
      await world.edge.sql(
        `SELECT organization, actor FROM audit_events LEFT JOIN audit_actors USING (id) WHERE id = '${id}'`,
      )
    await until(async () => (await kept()).length === 1)
    expect(await kept()).toEqual([{ organization: '', actor: null }])
  })
})

test('no event holds a query or a key, also where a path did', async () => {
  const { text } = await call('GET /audit?limit=200')
  const csv = await call('GET /audit/export')
  for (const minted of [key, token]) {
    expect(text + csv.text).not.toContain(minted.value)
    expect(text + csv.text).not.toContain(minted.value.slice(-26))
  }
  expect(text).not.toContain('?q=1')
})

test('pages of any size are the same list', async () => {
  const query = `to=${Date.now()}&organization=${organization}`
  const all = (await call<PageBody<EventBody>>(`GET /audit?limit=200&${query}`)).body.items
  const paged: EventBody[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const more: string = cursor && `&cursor=${encodeURIComponent(cursor)}`
    const { body } = await call<PageBody<EventBody>>(`GET /audit?limit=3&${query}${more}`)
    paged.push(...body.items)
    cursor = body.next_cursor
  }
  expect(paged.map(({ id }) => id)).toEqual(all.map(({ id }) => id))
})

test('the CSV has what the query has', async () => {
  const query = `key=${key.id}&to=${Date.now()}`
  const answer = await call(`GET /audit/export?${query}`)
  expect(answer.headers.get('content-type')).toMatch(/^text\/csv; charset=utf-8/)
  expect(answer.headers.get('content-disposition')).toContain('audit.csv')
  const [header = '', ...lines] = answer.text.trimEnd().split('\r\n')
  const columns = header.split(',')
  const found = (await call<PageBody<EventBody>>(`GET /audit?limit=200&${query}`)).body.items
  expect(lines.map((line) => line.split(',')[columns.indexOf('id')])).toEqual(
    found.map(({ id }) => id),
  )
})

describe('each sees its own', () => {
  test('organization', async () => {
    const foreign = await events('', world.theirs)
    expect(foreign.filter(({ key_id }) => key_id === key.id)).toEqual([])
    expect((await call('GET /audit?organization=none')).status).toBe(404)
    const admin = await events(`organization=${organization}&key=${key.id}`, world.admin)
    expect(admin).toHaveLength(7)
    const nobody = await events('organization=none', world.admin)
    expect(nobody.map(shown)).toContain('GET /api/v1/sessions 401 credential_missing')
  })

  test('environment', async () => {
    const sandbox = await manager(world.edge, { organization, environment: 'sandbox' })
    const found = await events('', sandbox)
    expect(found.map(({ key_id }) => key_id)).toEqual([sandboxed.id])
    expect(await events(`key=${key.id}`, sandbox)).toEqual([])
    expect((await sandbox('GET /audit/export')).text).not.toContain(key.id)
    expect((await events('')).map(({ environment }) => environment)).not.toContain('sandbox')
  })
})

const verify = async () => (await call('GET /audit/verify')).body

test('the chain is whole, until a row is changed, which verify names', async () => {
  expect(await verify()).toMatchObject({ intact: true, broken: null, pruned: 0 })
  const [row] = await events('reason=scope_missing')
  const set = (reason: string) =>
    world.edge.sql(`UPDATE audit_events SET reason = '${reason}' WHERE id = '${row?.id}'`)
  await set('route_unknown')
  expect(await verify()).toMatchObject({
    intact: false,
    broken: { flaw: 'edited', sequence: row?.sequence, id: row?.id },
  })
  await set('scope_missing')
  expect(await verify()).toMatchObject({ intact: true })
})
