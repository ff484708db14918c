// Organizations over the management API: what their keys may change and what only operators may, in
// force for every key when the answer says so, and followed to its end where there are many keys.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { NAMES, startEdge, type Minted, type TestEdge } from '../../harness/edge.ts'
import { outcome, present } from '../call.ts'
import {
  fault,
  fill,
  manager,
  newOrganization,
  operator,
  untilEnforced,
  type Answer,
  type Call,
} from './plain-call.ts'

const A_TIME: unknown = expect.any(Number)

interface Organization {
  readonly id: string
  readonly name: string
  readonly plan: string
  readonly products: readonly string[]
  readonly ips: readonly string[] | null
  readonly state: string
  readonly suspended_at: number | null
  readonly active_keys: number
}

interface Changed {
  readonly organization: Organization
  readonly receipt: { enforced_at: number | null; pending: number; change_id?: string }
}

interface Page {
  readonly items: readonly Organization[]
  readonly next_cursor: string | null
}

let edge: TestEdge
let admin: Call
beforeAll(async () => {
  edge = await startEdge()
  admin = operator(edge)
})
afterAll(() => edge.stop())

const use = (key: Minted, address?: string): Promise<string> =>
  outcome(edge, '/api/v1/sessions', {
    headers: present('secret', key),
    ...(address !== undefined && { address }),
  })

const change = (call: Call, body: object, query = ''): Promise<Answer<Changed>> =>
  call<Changed>(`/organization${query}`, body, { method: 'PATCH' })

/** A new organization with its manager, one key of another kind of use, and operators' way to it. */
async function world(id: string) {
  await newOrganization(edge, id)
  return {
    id,
    live: await manager(edge, id),
    key: await edge.mint('secret', { organization: id }),
    asOperator: (body: object) => change(admin, body, `?organization=${id}`),
  }
}

describe('an organization', () => {
  test('is read, and renamed by its own key', async () => {
    const { id, live } = await world('org_read')
    const { body } = await live<Organization>('/organization')
    expect(body).toEqual({
      ...{ id, name: id, plan: 'enterprise', products: ['verifa', 'vault'], ips: null },
      ...{ state: 'active', active_keys: 2, created_at: A_TIME, suspended_at: null },
    })
    const renamed = await change(live, { name: 'Acme Bank' })
    expect(renamed.status).toBe(200)
    expect(renamed.body.organization.name).toBe('Acme Bank')
    expect(renamed.body.receipt).toEqual({ enforced_at: A_TIME, pending: 0 })
  })

  test('restricts all its keys to its IP list, to nobody, and to nothing again', async () => {
    const { id, live, key, asOperator } = await world('org_ips')
    expect(await use(key)).toBe('200')
    const ips = ['198.51.100.0/24', '2001:db8::/32', '198.51.100.0/24']
    const narrowed = await change(live, { ips })
    expect(narrowed.body.organization.ips).toEqual(['198.51.100.0/24', '2001:db8::/32'])
    expect(narrowed.body.receipt).toMatchObject({ pending: 0, enforced_at: A_TIME })
    expect(await use(key)).toBe('200')
    expect(await use(key, '203.0.113.1')).toBe('403 address_not_allowed')
    expect((await change(live, { ips: ['203.0.113.1'] })).status).toBe(200)
    expect(await use(key)).toBe('403 address_not_allowed')
    expect(await use(key, '203.0.113.1')).toBe('200')

    expect((await asOperator({ ips: [] })).body.organization.ips).toEqual([])
    expect(await use(key, '203.0.113.1')).toBe('403 address_not_allowed')
    expect((await asOperator({ ips: null })).body.organization.ips).toBeNull()
    expect(await use(key)).toBe('200')
    const left = `SELECT count(*) AS n FROM organization_ips WHERE organization_id = '${id}'`
    expect(await edge.sql(left)).toEqual([{ n: 0 }])
  })

  test('that is suspended refuses every key at once, and lets them pass again', async () => {
    const { id, live, key, asOperator } = await world('org_suspended')
    const token = await edge.mint('access_token', { organization: id })
    const search = (): Promise<string> =>
      outcome(edge, '/api/v1/search/customer', { headers: present('access_token', token) })
    expect([await use(key), await search()]).toEqual(['200', '200'])

    const { body } = await asOperator({ suspended: true })
    expect(body.organization).toMatchObject({ state: 'suspended' })
    expect(body.receipt).toEqual({ enforced_at: A_TIME, pending: 0 })
    const refused = '401 organization_suspended'
    expect([await use(key), await search()]).toEqual([refused, refused])
    expect((await live('/organization')).reason).toBe('organization_suspended')
    const again = await asOperator({ suspended: true })
    expect(again.body.organization.suspended_at).toBe(body.organization.suspended_at)

    const lifted = await asOperator({ suspended: false })
    expect(lifted.body.organization).toMatchObject({ state: 'active', suspended_at: null })
    expect([await use(key), await search()]).toEqual(['200', '200'])
  })

  test('loses products and changes its plan by an operator, together or not at all', async () => {
    const { key, asOperator } = await world('org_plan')
    expect(await use(key)).toBe('200')
    const { body } = await asOperator({ plan: 'free', products: ['vault'], name: 'Less' })
    expect(body.organization).toMatchObject({ plan: 'free', products: ['vault'], name: 'Less' })
    expect(await use(key)).toBe('403 organization_lacks_product')
    const wrong = await asOperator({ plan: 'starter', products: ['verifa'], ips: ['nonsense'] })
    expect(fault(wrong as never)).toBe('400 request_invalid ips[0]')
    expect(await use(key)).toBe('403 organization_lacks_product')
    await asOperator({ products: ['verifa'] })
    const answer = await edge.fetch('/api/v1/sessions', { headers: present('secret', key) })
    expect([answer.status, answer.headers.get('x-ratelimit-limit')]).toEqual([200, '300'])
  })
})

describe('who may change what', () => {
  test.each([
    ['plan', 'free'],
    ['products', []],
    ['suspended', true],
  ])('%s is only for operators', async (field, value) => {
    const { id, live, asOperator } = await world(`org_field_${field}`)
    const before = await live('/organization')
    const refused = await change(live, { name: 'also', [field]: value })
    expect(fault(refused as never)).toBe(`403 operators_only ${field}`)
    expect((await live('/organization')).body).toEqual(before.body)
    expect((await asOperator({ [field]: value })).status).toBe(200)
    expect(id).toBe(before.body['id'])
  })

  test('a sandbox key reads, and changes nothing that live keys go by', async () => {
    const { id } = await world('org_sandbox')
    const sandbox = await manager(edge, id, { environment: 'sandbox' })
    expect((await sandbox('/organization')).status).toBe(200)
    expect(fault((await change(sandbox, { ips: null })) as never)).toBe('403 grant_beyond_own ips')
  })

  test('a key with a list of its own adds to the organization’s nothing beyond it', async () => {
    const { id, live, asOperator } = await world('org_listed')
    const listed = await manager(edge, id, { ips: ['198.51.100.0/25', '2001:db8::/32'] })
    const kept = ['198.51.100.0/24', '203.0.113.0/24']
    await asOperator({ ips: kept })
    for (const [ips, outside] of [
      [[...kept, '192.0.2.1'], '192.0.2.1'],
      [[...kept, '198.51.0.0/16'], '198.51.0.0/16'],
      [[...kept, '2001:db8:1::/48', '2001:db9::1'], '2001:db9::1'],
      [['198.51.100.0/23'], '198.51.100.0/23'],
      [['128.0.0.0/1'], '128.0.0.0/1'],
      [null, 'null'],
    ] as const) {
      const refused = await change(listed, { name: 'also', ips })
      expect([outside, fault(refused as never)]).toEqual([outside, '403 grant_beyond_own ips'])
      const sentence = `ips: ${outside} is outside of the list of this key itself`
      expect(refused.body).toMatchObject({ detail: expect.stringContaining(sentence) as unknown })
      const { body } = await live<Organization>('/organization')
      expect(body).toMatchObject({ name: id, ips: kept })
    }
    // What is there stays or goes, and what is within its own list comes.
    for (const ips of [
      [...kept, '198.51.100.64/26', '2001:db8:1::/48'],
      ['203.0.113.0/25', '198.51.100.0/25'],
    ]) {
      const { body } = await change(listed, { ips })
      expect(body.organization.ips?.toSorted()).toEqual(ips.toSorted())
    }
    // What has gone does not come back by it, and by a key without a list it does.
    const again = await change(listed, { ips: kept })
    expect(fault(again as never)).toBe('403 grant_beyond_own ips')
    expect((await change(live, { ips: kept })).status).toBe(200)
    // Where there is no list, any list narrows.
    await asOperator({ ips: null })
    const first = ['192.0.2.1', '198.51.100.7']
    expect((await change(listed, { ips: first })).body.organization.ips).toEqual(first)
  })

  test('a key without the scope changes nothing', async () => {
    const { id } = await world('org_scope')
    const reader = await manager(edge, id, { scopes: ['org:read'] })
    expect((await change(reader, { name: 'x' })).reason).toBe('scope_missing')
  })

  test('nobody reaches another organization, nor its changes', async () => {
    const { id, asOperator } = await world('org_mine')
    const other = await manager(edge, await newOrganization(edge, 'org_theirs'))
    const own = await other<Organization>('/organization')
    expect(own.body.id).toBe('org_theirs')
    const query = `?organization=${id}`
    expect((await other(`/organization${query}`)).status).toBe(404)
    expect((await change(other, { name: 'stolen' }, query)).status).toBe(404)
    await fill(edge, id, 60)
    const answer = await asOperator({ plan: 'free' })
    const change_id = answer.body.receipt.change_id ?? ''
    expect((await other(`/changes/${change_id}`)).status).toBe(404)
    expect((await other(`/changes/${change_id}${query}`)).status).toBe(404)
    expect((await admin(`/changes/${change_id}?organization=org_theirs`)).status).toBe(404)
    await untilEnforced(admin, answer)
    const unknown = await change(admin, { name: 'x' }, '?organization=org_nowhere')
    expect(unknown.status).toBe(404)
    expect(fault(await admin('/organization'))).toBe('400 request_invalid organization')
  })
})

describe('operators', () => {
  test('make organizations, once for one Idempotency-Key, and list them', async () => {
    const headers = { 'idempotency-key': '"organization"' }
    const asked = { name: 'Acme', plan: 'starter', products: ['verifa'], ips: ['192.0.2.1'] }
    const make = () => admin<Organization>('/organizations', asked, { headers })
    const answers = await Promise.all([make(), make()])
    expect(answers.map(({ status }) => status)).toEqual([201, 201])
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
    const [body] = answers.map((answer) => answer.body)
    expect(body).toMatchObject({ ...asked, state: 'active', active_keys: 0 })
    const plain = await admin<Organization>('/organizations', { name: 'Acme Plain' })
    expect(plain.body).toMatchObject({ plan: 'free', ips: null })
    expect(plain.body.products).toContain('aml_screening')

    const page = await admin<Page>('/organizations?search=acme&limit=1')
    expect(page.body.items.map(({ id }) => id)).toEqual([plain.body.id])
    const next = await admin<Page>(
      `/organizations?search=acme&limit=5&cursor=${page.body.next_cursor}`,
    )
    expect(next.body.items.find(({ id }) => id === body?.id)).toMatchObject({
      ...{ name: 'Acme', ip_restricted: true },
    })
    expect((await admin<Page>('/organizations?plan=no')).body).toEqual({
      items: [],
      next_cursor: null,
    })
  })

  test('is found by the id of what it owns', async () => {
    const { id, key } = await world('org_owner')
    await edge.sql(
      `INSERT INTO service_users (id, organization_id, name, source_system)
       VALUES ('su_owned', '${id}', 'U', 'vkyc');
       INSERT INTO changes (id, organization_id, total, created_at) VALUES ('chg_owned', '${id}', 1, 1)`,
    )
    for (const owned of [key.id, 'su_owned', 'chg_owned']) {
      const { body } = await admin<Page>(`/organizations?owns=${owned}`)
      expect(body).toMatchObject({ items: [{ id }], next_cursor: null })
    }
    expect((await admin<Page>('/organizations?owns=key_none')).body.items).toEqual([])
  })

  test('alone do so: keys find no such thing', async () => {
    const { live } = await world('org_keys')
    expect((await live('/organizations')).status).toBe(404)
    expect((await live('/organizations', { name: 'x' })).status).toBe(404)
  })
})

describe('bad input names its field and writes nothing', () => {
  const ips = ['192.0.2.1']
  const rows: readonly [string, object, string][] = [
    ['nothing', {}, 'body'],
    ['a field that is not there', { name: 'x', id: 'org_x' }, 'id'],
    ['an empty name', { name: '' }, 'name'],
    ['a plan that is not there', { name: 'x', plan: 'gold' }, 'plan'],
    ['a product that is not there', { name: 'x', products: ['verifa', 'nope'] }, 'products'],
    ['a suspension in words', { suspended: 'yes' }, 'suspended'],
    ['an IP list that is a text', { ips: '192.0.2.1' }, 'ips'],
    ['a wrong entry', { name: 'x', ips: [...ips, '10.0.0.1/8'] }, 'ips[1]'],
    ['an entry that is too long', { ips: ['1'.repeat(50)] }, 'ips.0'],
    ['too many entries', { ips: Array(10_001).fill('192.0.2.1') }, 'ips'],
  ]
  test.each(rows)('%s', async (_, body, field) => {
    const tables = 'SELECT (SELECT count(*) FROM organization_ips) AS ips, o.* FROM organizations o'
    const before = await edge.sql(tables)
    const answer = await change(admin, body, '?organization=org_test')
    expect(fault(answer as never)).toBe(`400 request_invalid ${field}`)
    if (!('suspended' in body) && field !== 'body') {
      const made = await admin('/organizations', { name: 'x', ...body })
      expect(fault(made)).toBe(`400 request_invalid ${field}`)
    }
    expect(await edge.sql(tables)).toEqual(before)
  })
})

describe('an organization with more keys than one call publishes', () => {
  test('answers 202, and its keys go by the change when nothing is pending', async () => {
    const { id, live, key, asOperator } = await world('org_large')
    await fill(edge, id, 118)
    const others = [
      await edge.mint('secret', { organization: id }),
      await edge.mint('secret', { organization: id }),
    ]
    for (const one of [key, ...others]) expect(await use(one)).toBe('200')

    const narrowed = await change(live, { ips: ['203.0.113.1'] })
    expect(narrowed.status).toBe(202)
    expect(narrowed.body.receipt).toMatchObject({ enforced_at: null, pending: 122 })
    const location = `${narrowed.headers.get('location')}?organization=${id}`
    const progress = await untilEnforced(admin, {
      ...narrowed,
      headers: new Headers({ location }),
    })
    expect(progress.total).toBe(122)
    expect(progress.enforced_at).toBeLessThanOrEqual(Date.now())
    for (const one of [key, ...others]) {
      expect(await use(one)).toBe('403 address_not_allowed')
      expect(await use(one, '203.0.113.1')).toBe('200')
    }
    // What is asked again later answers the same.
    const later = await admin(location.replace('/edge/v1', ''))
    expect(later.body).toMatchObject({ enforced_at: progress.enforced_at, pending: 0 })

    const suspended = await asOperator({ ips: null, suspended: true })
    expect(suspended.status).toBe(202)
    expect(suspended.headers.get('location')).toContain(`?organization=${id}`)
    await untilEnforced(admin, suspended)
    for (const one of [key, ...others]) expect(await use(one)).toBe('401 organization_suspended')
    await untilEnforced(admin, await asOperator({ suspended: false }))
    for (const one of [key, ...others]) expect(await use(one)).toBe('200')
    expect(await edge.sql('SELECT count(*) AS n FROM pending_fences')).toEqual([{ n: 0 }])
  })

  test('takes no list whose change would raise too many generations at once', async () => {
    const { id, asOperator } = await world('org_heavy')
    await fill(edge, id, 1_000)
    const ips = Array.from({ length: 1_000 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`)
    const refused = await asOperator({ name: 'Heavy', ips })
    expect(fault(refused as never)).toBe('400 request_invalid ips')
    expect(refused.body).toMatchObject({
      detail: expect.stringContaining('at most 998') as unknown,
    })
    const { body } = await admin<Organization>(`/organization?organization=${id}`)
    expect(body).toMatchObject({ name: id, ips: null })
  })

  test('is published in slices by messages that may come twice, or make no sense', async () => {
    const { id, key } = await world('org_slices')
    expect(await use(key)).toBe('200')
    await fill(edge, id, 250)
    await edge.sql(`UPDATE organizations SET suspended_at = 1 WHERE id = '${id}'`)
    await edge.sql(
      `INSERT INTO changes (id, organization_id, total, created_at)
       SELECT 'chg_slices', '${id}', count(*), max(created_at) FROM pending_fences`,
    )
    const queue = await edge.mf.getQueueProducer('FENCES', NAMES.control)
    for (const body of [{ change: 'chg_slices' }, null, { change: 'chg_none' }]) {
      await queue.send(body)
      await queue.send(body)
    }
    const headers = new Headers({ location: `/edge/v1/changes/chg_slices?organization=${id}` })
    const answer = { status: 202, reason: null, headers, body: {} }
    expect(await untilEnforced(admin, answer)).toMatchObject({ total: 252, pending: 0 })
    expect(await use(key)).toBe('401 organization_suspended')
  })
})
