// Who may call the management API: each operation of the table, tried by everyone who may not.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { Kind } from '../../../src/catalog/define.ts'
import { OPERATIONS, type OperationName } from '../../../src/catalog/operations.ts'
import { ADMIN_TOKEN, type CredentialOptions } from '../../harness/edge.ts'
import { present } from '../call.ts'
import { caller, detailOf, fault, type Call, type KeyBody } from './call.ts'
import {
  at,
  BODIES,
  FOR_KEYS,
  NAMES,
  NOT_FOR_KEYS,
  OF_ORGANIZATION,
  scopesOf,
  WITH_ID,
  type Ids,
} from './requests.ts'
import {
  ALL_SCOPES,
  furnish,
  manager,
  newOrganization,
  startWorld,
  until,
  untouched,
  type World,
} from './world.ts'

let world: World
let ids: Ids
beforeAll(async () => {
  world = await startWorld()
  ids = await furnish(world)
})
afterAll(() => world.edge.stop())

async function holder(kind: Kind, options: CredentialOptions = {}): Promise<Call> {
  return caller(world.edge, present(kind, await world.edge.mint(kind, options)))
}

/** Each of the operations is refused like that, and leaves nothing behind. */
async function expectEach(
  call: Call,
  names: readonly OperationName[],
  expected: string,
  { query = '', of = ids, more = {} }: { query?: string; of?: Ids; more?: object } = {},
): Promise<void> {
  await untouched(world.edge, async () => {
    for (const name of names) {
      const body = BODIES[name] && { ...BODIES[name], ...more }
      const { status, reason } = await call(at(name, of, query), body)
      expect([name, `${status} ${reason}`]).toEqual([name, expected])
    }
  })
}

/** Another one each time: whoever guesses on from one address is held. */
let addresses = 0
const elsewhere = (): string => `203.0.113.${++addresses % 256}`

describe('nobody gets in', () => {
  test.each([
    ['without a credential', {}, 'missing'],
    ['with most of the admin token', { authorization: `Bearer ${ADMIN_TOKEN.slice(0, -1)}` }],
    ['with more than the admin token', { authorization: `Bearer ${ADMIN_TOKEN}x` }],
    ['with the admin token as a key', { 'x-api-key': ADMIN_TOKEN }],
    ['with an assertion of nobody', { 'cf-access-jwt-assertion': 'eyJhbGciOiJ9.e30.x' }, 'missing'],
    ['with a cookie of the console', { cookie: '__Host-portcullis=a.b' }, 'missing'],
    ['with a cookie', { cookie: `authorization=Bearer ${ADMIN_TOKEN}` }, 'missing'],
  ])('%s', async (_, headers: Record<string, string | undefined>, flaw = 'invalid') => {
    const call = caller(world.edge, headers as Record<string, string>, elsewhere)
    await expectEach(call, NAMES, `401 credential_${flaw}`)
  })

  test.each(['publishable', 'access_token'] as const)('with a key of kind %s', async (kind) => {
    await expectEach(await holder(kind), FOR_KEYS, '403 kind_not_accepted')
  })

  test('with a JWT, which holds no scope, save to ask what it is', async () => {
    const call = await holder('jwt')
    const scoped = FOR_KEYS.filter((name) => scopesOf(name).length > 0)
    await expectEach(call, scoped, '403 scope_missing')
    for (const name of FOR_KEYS.filter((one) => !scoped.includes(one))) {
      expect((await call(at(name, ids))).status).toBe(200)
    }
  })

  test('with a key that has expired, or is called from elsewhere', async () => {
    const expired = await holder('secret', { scopes: ALL_SCOPES, expiresAt: 1 })
    await expectEach(expired, FOR_KEYS, '401 key_expired')
    const listed = await holder('secret', { scopes: ALL_SCOPES, ips: ['203.0.113.1'] })
    await expectEach(listed, FOR_KEYS, '403 address_not_allowed')
  })

  test.each(NOT_FOR_KEYS)('with any key where only operators and members may: %s', async (name) => {
    await expectEach(world.mine, [name], '404 route_unknown')
  })
})

test.each(FOR_KEYS.filter((name) => scopesOf(name).length > 0))(
  'a key that lacks the scope is told which: %s',
  async (name) => {
    const needed = scopesOf(name)
    const scopes = ALL_SCOPES.filter((scope) => !needed.includes(scope))
    const lacking = await manager(world.edge, { scopes })
    await expectEach(lacking, [name], '403 scope_missing')
    const detail = detailOf(await lacking(at(name, ids), BODIES[name]))
    expect(detail).toBe(`API key does not have the required scope: ${needed[0]}`)
  },
)

/** The scopes of the seeds by the first part of a path; what takes others is named below. */
const RESOURCES: Readonly<Record<string, string>> = {
  ...{ keys: 'keys', 'service-users': 'keys', organization: 'org', webhooks: 'webhooks' },
  ...{ audit: 'audit', usage: 'analytics' },
}
const OTHERS: Readonly<Partial<Record<OperationName, unknown>>> = {
  ...{ explain: ['keys:read'], getChange: ['org:read', 'org:write', 'keys:read', 'keys:write'] },
  ...{ whoami: 'any key', getRateLimits: 'any key' },
  ...{ listOrganizations: 'operators', createOrganization: 'operators', sync: 'operators' },
  ...{ republish: 'operators', compareRecords: 'operators' },
  ...{ listMembers: 'people', putMember: 'people', removeMember: 'people' },
}

test.each(NAMES)('the scope is the one of the seeds: %s', (name) => {
  const { verb, pattern, access } = OPERATIONS[name]
  const resource = RESOURCES[pattern.split('/')[1] ?? '']
  const scope = `${resource}:${verb === 'GET' ? 'read' : 'write'}`
  expect(access).toEqual(OTHERS[name] ?? [scope])
})

describe('another organization', () => {
  const query = '?organization=org_test'

  test.each(WITH_ID)('finds nothing by its id: %s', async (name) => {
    await expectEach(world.theirs, [name], '404 not_found')
    await expectEach(world.theirs, [name], '404 not_found', { query })
    await expectEach(world.admin, [name], '404 not_found', { query: '?organization=org_other' })
  })

  test('cannot be named by a key, in any operation', async () => {
    const theirs = OF_ORGANIZATION.filter((name) => FOR_KEYS.includes(name))
    await expectEach(world.theirs, theirs, '404 not_found', { query })
  })

  test('is not reached through a body or a filter', async () => {
    const more = { key_id: ids.key }
    await expectEach(world.theirs, ['explain'], '404 not_found', { more })
    const asked = { query: `?key=${ids.key}` }
    await expectEach(world.theirs, ['getRateLimits'], '404 not_found', asked)
    for (const path of [`/keys?service_user=${ids.user}`, `/audit?key=${ids.key}`]) {
      expect((await world.theirs(`GET ${path}`)).body).toMatchObject({ items: [] })
    }
  })
})

describe('operators', () => {
  test('name the organization, by an id of its form', async () => {
    const asked = OF_ORGANIZATION.filter((one) => one !== 'getRateLimits' && one !== 'explain')
    for (const query of [
      '',
      '?organization=key_x',
      '?organization=',
      '?organization=org_a&organization=org_b',
    ]) {
      await untouched(world.edge, async () => {
        for (const name of asked) {
          const answer = await world.admin(at(name, ids, query), BODIES[name])
          expect([name, fault(answer)]).toEqual([name, '400 request_invalid organization'])
        }
      })
    }
  })

  test('make nothing in an organization that is not there', async () => {
    const nowhere = { query: '?organization=org_nowhere' }
    const made = ['createServiceUser', 'createEndpoint', 'putMember'] as const
    await expectEach(world.admin, made, '404 not_found', nowhere)
    const keys = { ...nowhere, more: { environment: 'live' } }
    await expectEach(world.admin, ['createKey', 'importKey'], '404 not_found', keys)
  })
})

describe('environments', () => {
  const ofKeys = WITH_ID.filter((name) => name.endsWith('Key'))

  test('a sandbox key finds no live key, nor the other way round', async () => {
    await expectEach(world.sandbox, ofKeys, '404 not_found')
    const { body } = await world.sandbox<KeyBody>('POST /keys', { kind: 'secret', name: 'x' })
    await expectEach(world.mine, ofKeys, '404 not_found', { of: { ...ids, key: body.id } })
    const asked = { query: `?key=${ids.key}` }
    await expectEach(world.sandbox, ['getRateLimits'], '404 not_found', asked)
    const more = { key_id: ids.key }
    await expectEach(world.sandbox, ['explain'], '404 not_found', { more })
  })

  test('a key makes none of the other environment', async () => {
    const makes = ['createKey', 'importKey', 'mintToken'] as const
    const refusal = '403 grant_beyond_own'
    await expectEach(world.sandbox, makes, refusal, { more: { environment: 'live' } })
    await expectEach(world.mine, makes, refusal, { more: { environment: 'sandbox' } })
  })

  test('a sandbox key does not touch webhooks, which tell of live keys', async () => {
    const webhooks = FOR_KEYS.filter((name) => OPERATIONS[name].pattern.startsWith('/webhooks'))
    expect(webhooks.length).toBeGreaterThan(7)
    await expectEach(world.sandbox, webhooks, '403 grant_beyond_own')
  })

  test('a key lists none of the other environment', async () => {
    await world.sandbox('POST /keys', { kind: 'secret', name: 'x' })
    const { body } = await world.sandbox<{ items: KeyBody[] }>('GET /keys?environment=live')
    expect(new Set(body.items.map(({ environment }) => environment))).toEqual(new Set(['sandbox']))
  })
})

test('an operator who names an organization that there is not is told so', async () => {
  for (const name of OF_ORGANIZATION) {
    const body = BODIES[name]
    const answer = await world.admin(at(name, ids, '?organization=org_tset'), body)
    expect([name, answer.status, answer.reason]).toEqual([name, 404, 'not_found'])
    expect(answer.text).toContain('There is no such organization here.')
  }
})

test('what is on account of an organization outlives it', async () => {
  await newOrganization(world.edge, 'org_gone')
  const call = await manager(world.edge, { organization: 'org_gone' })
  expect((await call('GET /whoami')).status).toBe(200)
  const accounted = `SELECT 1 FROM audit_heads WHERE organization = 'org_gone'`
  await until(async () => (await world.edge.sql(accounted)).length === 1)
  await world.edge.sql(`DELETE FROM credentials WHERE organization_id = 'org_gone'`)
  await world.edge.sql(`DELETE FROM organizations WHERE id = 'org_gone'`)
  const { status, body } = await world.admin<{ items: unknown[] }>(
    'GET /audit?organization=org_gone',
  )
  expect([status, body.items.length]).toEqual([200, 1])
})
