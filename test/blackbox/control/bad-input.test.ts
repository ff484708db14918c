// What the management API does not take: a clear 4xx that names the field, and nothing written.
// General rules are tried on every operation; bad-fields.ts has the fields one by one.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { OperationName } from '../../../src/catalog/operations.ts'
import { ADMIN_TOKEN } from '../../harness/edge.ts'
import { refusalOf } from '../call.ts'
import { fault, type Call } from './call.ts'
import { BAD_FIELDS } from './bad-fields.ts'
import { BAD_QUERIES } from './bad-queries.ts'
import { at, BODIES, NAMES, NOT_FOR_KEYS, WITH_BODY, WITH_ID, type Ids } from './requests.ts'
import { dump, furnish, startWorld, untouched, type World } from './world.ts'

let world: World
let ids: Ids
beforeAll(async () => {
  world = await startWorld()
  ids = await furnish(world)
})
afterAll(() => world.edge.stop())

const by = (name: OperationName): Call => (NOT_FOR_KEYS.includes(name) ? world.admin : world.mine)

/** Sends a body, or none, with these headers, and expects this refusal. */
async function expectFault(
  name: OperationName,
  body: unknown,
  expected: string,
  headers: Record<string, string> = {},
): Promise<void> {
  const answer = await by(name)(at(name, ids), body, headers)
  expect([name, fault(answer)]).toEqual([name, expected])
}

describe('a body', () => {
  const NOT_JSON = '{"name": '
  const rows: readonly [string, unknown, string, Record<string, string>?][] = [
    ['that ends too early', NOT_JSON, 'body'],
    ['that is empty', '', 'body'],
    ['of null', 'null', 'body'],
    ['that is a list', '[]', 'body'],
    ['that is a text', '"name"', 'body'],
    ['of 2 MB and more', JSON.stringify({ name: 'x'.repeat(2_000_000) }), 'body'],
    ['of two documents', '{}{}', 'body'],
    ['with a member that no object keeps', '{"metadata": {"__proto__": "x"}}', '__proto__'],
    ['with such a member, escaped', '{"quotas": {"__\\u0070roto__": 1}}', '__proto__'],
    [
      'as a form',
      'name=x',
      'Content-Type',
      { 'content-type': 'application/x-www-form-urlencoded' },
    ],
    ['as plain text', '{"name": "x"}', 'Content-Type', { 'content-type': 'text/plain' }],
    ['as another JSON', '{}', 'Content-Type', { 'content-type': 'application/jsonl' }],
    ['of no kind', undefined, 'Content-Type'],
  ]
  test.each(rows)('%s', async (_, body, field, headers) => {
    await untouched(world.edge, async () => {
      for (const name of WITH_BODY) {
        await expectFault(name, body, `400 request_invalid ${field}`, headers)
      }
    })
  })

  test('with a field that is not there, beside those that are', async () => {
    await untouched(world.edge, async () => {
      for (const name of WITH_BODY) {
        for (const field of ['organization_id', 'id', 'revoked_at', '__proto__']) {
          const body = JSON.stringify(BODIES[name]).replace('{', `{"${field}": "org_other",`)
          await expectFault(name, body, `400 request_invalid ${field}`)
        }
      }
    })
  })

  test('that is not UTF-8', async () => {
    const body = new Uint8Array([...new TextEncoder().encode('{"name": "'), 0xc3, 0x28, 0x22, 0x7d])
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' }
    const organization = '?organization=org_test'
    const init = { method: 'POST', headers, body }
    const answer = await world.edge.fetch(`/edge/v1/service-users${organization}`, init)
    expect(await refusalOf(answer)).toMatchObject({ status: 400, reason: 'request_invalid' })
  })

  test('with many fields that are not there is answered in a short sentence', async () => {
    const answer = await world.mine('POST /keys', { ['x'.repeat(9_000)]: 1 })
    expect(answer.text.length).toBeLessThan(700)
  })

  test('that leaves out what is needed', async () => {
    await untouched(world.edge, async () => {
      const first: Partial<Record<OperationName, string>> = {
        ...{ createKey: 'kind', importKey: 'kind', createServiceUser: 'name', mintToken: 'name' },
        ...{ createOrganization: 'name', explain: 'method', createEndpoint: 'url' },
        ...{ updateKey: 'body', updateServiceUser: 'body', updateOrganization: 'body' },
        ...{ updateEndpoint: 'body', putMember: 'role' },
      }
      for (const [name, field] of Object.entries(first)) {
        await expectFault(name as OperationName, {}, `400 request_invalid ${field}`)
      }
    })
  })
})

describe('a query', () => {
  test('with a parameter that is not there', async () => {
    await untouched(world.edge, async () => {
      for (const name of NAMES) {
        for (const parameter of ['foo', 'Organization', 'key_id']) {
          const answer = await by(name)(at(name, ids, `?${parameter}=1`), BODIES[name])
          expect([name, fault(answer)]).toEqual([name, `400 request_invalid ${parameter}`])
        }
      }
    })
  })

  test.each(BAD_QUERIES)('%s?%s', async (name, query, field) => {
    const answer = await by(name)(at(name, ids, `?${query}`))
    expect(fault(answer)).toBe(`400 request_invalid ${field}`)
  })
})

test.each(WITH_ID)('an id of another form: %s', async (name) => {
  await untouched(world.edge, async () => {
    const forms = ['x', 'key', `nope_${'x'.repeat(61)}`, 'key_a-b', 'key_%C3%A9', 'vk_live_abc123']
    for (const form of forms) {
      const wrong = { ...ids, key: form, user: form, endpoint: form, change: form }
      const answer = await by(name)(at(name, wrong), BODIES[name])
      expect([form, fault(answer)]).toEqual([form, '400 request_invalid id'])
      expect(answer.text).not.toContain('abc123')
    }
    const unknown = { key: 'key_0', user: 'su_0', endpoint: 'whe_0', change: 'chg_0' }
    const { reason } = await by(name)(at(name, { ...ids, ...unknown }), BODIES[name])
    expect(reason).toBe('not_found')
  })
})

test('a JWT’s expiry beyond ten years or within the second, but not one in between', async () => {
  const asked = { ...BODIES.createKey, kind: 'jwt', products: ['aml_screening'] }
  const create = async (expires_at: number): Promise<string> => {
    const answer = await world.mine('POST /keys', { ...asked, expires_at })
    return answer.status === 201 ? '201' : fault(answer)
  }
  const tenYearsMs = 315_576_000_000
  expect(await create(Date.now() + tenYearsMs)).toBe('201')
  await untouched(world.edge, async () => {
    const thisSecond = Math.floor(Date.now() / 1000) * 1000 + 999
    for (const end of [Date.now() + tenYearsMs + 60_000, 100 * tenYearsMs, thisSecond]) {
      expect([end, await create(end)]).toEqual([end, '400 request_invalid expires_at'])
    }
  })
})

test('a delivery of another form, and one of another endpoint', async () => {
  const { body } = await world.mine('POST /webhooks', {
    ...{ url: 'https://hooks.example.org/x', events: ['system.apiKey.exposed'] },
  })
  await untouched(world.edge, async () => {
    const malformed = at('resendDelivery', { ...ids, delivery: 'x' })
    expect(fault(await world.mine(malformed))).toBe('400 request_invalid delivery')
    const elsewhere = at('resendDelivery', { ...ids, endpoint: String(body['id']) })
    expect((await world.mine(elsewhere)).reason).toBe('not_found')
  })
})

describe('a method or a path that is not there', () => {
  test.each([
    'PUT /keys',
    'DELETE /keys',
    'GET /keys/import/x',
    'POST /whoami',
    'GET /',
    'GET /Keys',
  ])('%s', async (target) => {
    expect((await world.mine(target)).reason).toBe('route_unknown')
    expect((await world.admin(target)).reason).toBe('route_unknown')
  })
})

describe.each(Object.entries(BAD_FIELDS))('%s does not take', (name, rows) => {
  let before: string
  beforeAll(async () => {
    before = await dump(world.edge)
  })
  afterAll(async () => expect(await dump(world.edge)).toBe(before))

  test.each(rows)('$0', async (_, fields, expected) => {
    const operation = name as OperationName
    const sentence = /^\d/.test(expected) ? expected : `400 request_invalid ${expected}`
    await expectFault(operation, { ...BODIES[operation], ...fields }, sentence)
  })
})
