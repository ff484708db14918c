// Changes of keys and service users between which another one commits: the other runs to its end
// just before the first one's transaction, so what that had read of the row is not so any more.

import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, it, test } from 'vitest'

import type { Actor } from '../../src/control/api/actor.ts'
import { keyActor, OPERATOR, person, startWorld, type Answer, type World } from './control-world.ts'
import { applySchema, makeOrganization, run } from './rows.ts'

/** What is done before the next transaction, or before each. */
let meanwhile: (() => Promise<unknown>) | undefined
let always = false

/** The real database, but for what is done before a transaction. */
function interposed(): D1Database {
  return new Proxy(env.DB, {
    get(db, name) {
      if (name === 'batch') {
        return async (statements: D1PreparedStatement[]) => {
          const act = meanwhile
          meanwhile = undefined
          await act?.()
          if (always) meanwhile = act
          return await db.batch(statements)
        }
      }
      const member: unknown = Reflect.get(db, name)
      return typeof member === 'function' ? (member.bind(db) as unknown) : member
    },
  })
}

let world: World
let organization: string
let administrator: Actor
beforeAll(async () => {
  await applySchema()
  world = await startWorld(interposed())
})
beforeEach(async () => {
  meanwhile = undefined
  always = false
  organization = await makeOrganization()
  administrator = person(organization, 'administrator')
})

const DAY_MS = 86_400_000
const SECRET = { kind: 'secret', name: 'K', environment: 'live' }

/** A call that has to succeed. */
async function done(at: string, body?: object): Promise<Record<string, unknown>> {
  const answer = await world.call(administrator, at, body)
  expect(`${at}: ${answer.outcome}`).toMatch(/: 20[01]$/)
  return answer.body
}

const make = async (more: object = {}): Promise<string> =>
  String((await done('POST /keys', { ...SECRET, ...more }))['id'])
const read = (id: string) => done(`GET /keys/${id}`)
const keyCount = async (): Promise<number> =>
  ((await done('GET /keys'))['items'] as unknown[]).length

/** Makes a call, and another one before its transaction, which succeeds. */
async function overtaken(
  [actor, at, body, headers]: Parameters<World['call']>,
  other: () => Promise<unknown>,
): Promise<Answer> {
  let ran = false
  meanwhile = async () => {
    await other()
    ran = true
  }
  const answer = await world.call(actor, at, body, headers)
  expect(ran, 'the other change came between').toBe(true)
  return answer
}

describe('a change of a key', () => {
  it.each([
    ['lifted', () => null],
    ['put off', () => Date.now() + 2 * DAY_MS],
  ])('whose expiry is %s does not bring back what a rotation ended', async (_, later) => {
    const id = await make({ expires_at: Date.now() + DAY_MS })
    const expires_at = later()
    const answer = await overtaken([administrator, `PATCH /keys/${id}`, { expires_at }], () =>
      done(`POST /keys/${id}/rotate`, {}),
    )
    expect(answer.outcome).toBe('409 key_rotated')
    expect((await read(id))['state']).toBe('expired')
  })

  it.each([
    ['scopes', { scopes: ['org:write'] }],
    ['products', { products: ['verifa', 'vault'] }],
    ['an end of its own', { expires_at: null }],
    ['addresses of its own', { ips: null }],
    ['a quota of its own', { quotas: {} }],
  ])('is not made by a key where it reaches further by then: %s', async (_, wide) => {
    const narrow = {
      ...{ scopes: [], products: ['verifa'], expires_at: Date.now() + DAY_MS },
      ...{ ips: ['203.0.113.1'], quotas: { plan: 5 } },
    }
    const scopes = ['keys:read', 'keys:write']
    const held = { ...narrow, scopes: [...scopes], expires_at: Date.now() + 2 * DAY_MS }
    const manager = await keyActor(world, organization, held)
    const id = await make(narrow)
    const answer = await overtaken([manager, `PATCH /keys/${id}`, { name: 'N' }], () =>
      done(`PATCH /keys/${id}`, wide),
    )
    expect(answer.outcome).toBe('403 grant_beyond_own')
    expect(await read(id)).toMatchObject({ ...wide, name: 'K' })
  })

  it('gives back no quota that was taken', async () => {
    const id = await make()
    const raised = { quotas: { plan: 5000 } }
    await world.call(OPERATOR, `PATCH /keys/${id}?organization=${organization}`, raised)
    const answer = await overtaken([administrator, `PATCH /keys/${id}`, raised], () =>
      done(`PATCH /keys/${id}`, { quotas: { plan: 5 } }),
    )
    expect(answer.outcome).toBe('403 grant_beyond_own')
    expect((await read(id))['quotas']).toEqual({ plan: 5 })
  })

  it('is made on what is there now, where that allows it', async () => {
    const id = await make({ scopes: ['org:read'] })
    const answer = await overtaken(
      [administrator, `PATCH /keys/${id}`, { scopes: ['org:read', 'org:write'] }],
      () => done(`PATCH /keys/${id}`, { scopes: [], ips: ['203.0.113.1'] }),
    )
    expect(answer.outcome).toBe('200')
    expect(await read(id)).toMatchObject({
      ...{ scopes: ['org:read', 'org:write'], ips: ['203.0.113.1'] },
    })
  })

  it('is refused where others are always faster, and has written nothing', async () => {
    const id = await make({ scopes: ['org:read'] })
    let round = 0
    always = true
    meanwhile = () =>
      run(`UPDATE credentials SET quotas = '{"plan":${++round}}' WHERE id = '${id}'`)
    const change = { scopes: [], name: 'N', ips: [] }
    const answer = await world.call(administrator, `PATCH /keys/${id}`, change)
    expect(answer.outcome).toBe('409 changed_meanwhile')
    expect(round).toBeGreaterThan(1)
    expect(await read(id)).toMatchObject({ scopes: ['org:read'], name: 'K', ips: null })
  })

  it('of name, notes and lists does not mind others', async () => {
    const id = await make()
    let round = 0
    always = true
    meanwhile = () =>
      run(`UPDATE credentials SET quotas = '{"plan":${++round}}' WHERE id = '${id}'`)
    const change = { name: 'N', metadata: { a: 'b' }, ips: [] }
    expect((await world.call(administrator, `PATCH /keys/${id}`, change)).outcome).toBe('200')
  })
})

const rotate = (id: string, actor: Actor = administrator): Parameters<World['call']> => [
  ...([actor, `POST /keys/${id}/rotate`, { grace_seconds: 60 }] as const),
]
const successorOf = ({ body }: Answer) => body['key'] as Record<string, unknown>

describe('a rotation', () => {
  it.each([
    ['scopes', { scopes: ['org:read'] }],
    ['products', { products: ['verifa'] }],
    ['addresses', { ips: ['203.0.113.1'] }],
    ['no addresses', { ips: [] }],
    ['quotas', { quotas: { plan: 5 } }],
    ['an end', { expires_at: Date.now() + DAY_MS }],
    ['a name', { name: 'N' }],
    ['notes', { metadata: { a: 'b' } }],
  ])('makes a key with %s as they became meanwhile', async (_, change) => {
    const id = await make({ scopes: ['org:read', 'org:write'], products: ['verifa', 'vault'] })
    const answer = await overtaken(rotate(id), () => done(`PATCH /keys/${id}`, change))
    expect(answer.outcome).toBe('201')
    expect(successorOf(answer)).toMatchObject(change)
    expect((await read(id))['rotated_to']).toBe(successorOf(answer)['id'])
    expect(await keyCount()).toBe(2)
  })

  it('of a publishable key has the origins as they became meanwhile', async () => {
    const origins = ['https://a.example', 'https://b.example']
    const id = await make({ kind: 'publishable', origins })
    const change = { origins: ['https://b.example'] }
    const answer = await overtaken(rotate(id), () => done(`PATCH /keys/${id}`, change))
    expect(successorOf(answer)).toMatchObject(change)
  })

  it('never makes a key with more than its maker holds', async () => {
    const manager = await keyActor(world, organization, { scopes: ['keys:write'] })
    const id = await make({ scopes: [] })
    const answer = await overtaken(rotate(id, manager), () =>
      done(`PATCH /keys/${id}`, { scopes: ['org:write'] }),
    )
    expect(answer.outcome).toBe('403 grant_beyond_own')
    expect(await read(id)).toMatchObject({ rotated_to: null, state: 'active' })
  })

  it.each([
    ['revoked', '409 key_not_active', (id: string) => done(`POST /keys/${id}/revoke`)],
    [
      'rotated',
      '409 key_rotated',
      (id: string) => done(`POST /keys/${id}/rotate`, { grace_seconds: 60 }),
    ],
    ['deleted', '404 not_found', (id: string) => run(`DELETE FROM credentials WHERE id = '${id}'`)],
  ])('of a key that was %s meanwhile makes none', async (what, refusal, other) => {
    const id = await make()
    const answer = await overtaken(rotate(id), () => other(id))
    expect(answer.outcome).toBe(refusal)
    expect(await keyCount()).toBe({ revoked: 1, rotated: 2, deleted: 0 }[what])
  })

  it('of a token whose service user was disabled meanwhile makes none', async () => {
    const user = await serviceUser()
    const token = String((await done(`POST /service-users/${user}/tokens`, TOKEN))['id'])
    const answer = await overtaken(rotate(token), () => done(`POST /service-users/${user}/disable`))
    expect(answer.outcome).toBe('409 service_user_disabled')
    expect(await keyCount()).toBe(1)
  })
})

const TOKEN = { name: 'T', environment: 'live' }
const serviceUser = async (): Promise<string> =>
  String((await done('POST /service-users', { name: 'U', source_system: 'vkyc' }))['id'])

test('no token is made for a service user that was disabled meanwhile', async () => {
  const user = await serviceUser()
  const headers = { 'idempotency-key': crypto.randomUUID() }
  const mint = [administrator, `POST /service-users/${user}/tokens`, TOKEN, headers] as const
  const answer = await overtaken([...mint], () => done(`POST /service-users/${user}/disable`))
  expect(answer.outcome).toBe('409 service_user_disabled')
  expect(await keyCount()).toBe(0)
  await done(`POST /service-users/${user}/enable`)
  expect((await world.call(...mint)).body['value']).toMatch(/^vk_tok_live_/)
})

test.each([
  ['disables', 'POST', '/disable', undefined],
  ['enables', 'POST', '/enable', undefined],
  ['renames', 'PATCH', '', { name: 'N' }],
  ['moves', 'PATCH', '', { departments: ['retail'] }],
])('a sandbox key %s no service user, whether it has live tokens or none', async (...row) => {
  const [, method, path, body] = row
  const sandbox = await keyActor(world, organization, { environment: 'sandbox' })
  const user = await serviceUser()
  if (path === '/enable') await done(`POST /service-users/${user}/disable`)
  const before = await done(`GET /service-users/${user}`)
  const answer = await world.call(sandbox, `${method} /service-users/${user}${path}`, body)
  expect(answer.outcome).toMatch(/^403 (?:grant_beyond_own|people_only)$/)
  expect(await done(`GET /service-users/${user}`)).toEqual(before)
})

test('an Idempotency-Key whose first request ended meanwhile answers with what that made', async () => {
  const user = await serviceUser()
  const headers = { 'idempotency-key': crypto.randomUUID() }
  const mint = [administrator, `POST /service-users/${user}/tokens`, TOKEN, headers] as const
  let first: Answer | undefined
  const second = await overtaken([...mint], async () => {
    first = await world.call(...mint)
    await done(`POST /service-users/${user}/disable`)
  })
  expect(second.outcome).toBe('201')
  expect(second.body).toMatchObject({ id: first?.body['id'], value: null })
  expect(await keyCount()).toBe(1)
})

const changes = (id: string): readonly Parameters<World['call']>[] => [
  [administrator, 'POST /keys', SECRET],
  [administrator, `PATCH /keys/${id}`, { name: 'N' }],
  [administrator, `POST /keys/${id}/rotate`, {}],
  [administrator, `POST /keys/${id}/revoke`],
  [administrator, 'PATCH /organization', { name: 'N' }],
  [administrator, 'POST /service-users', { name: 'U', source_system: 'vkyc' }],
  [administrator, 'PUT /members/new@example.com', { role: 'viewer' }],
  [administrator, 'DELETE /members/viewer@example.com'],
  [administrator, 'POST /webhooks', { url: 'https://hooks.example.org/x' }],
]

describe('a change whose author is another by the time that it is written', () => {
  const OF = `organization_id = (SELECT organization_id FROM credentials WHERE id = '$ID')`
  it.each([
    ['was removed', `DELETE FROM members WHERE ${OF} AND role = 'administrator'`],
    ['was made a viewer', `UPDATE members SET role = 'viewer' WHERE ${OF}`],
  ])('is not made by a person who %s', async (_, sql) => {
    for (let i = 0; i < changes('').length; i++) {
      organization = await makeOrganization()
      administrator = person(organization, 'administrator')
      const id = await make()
      const asked = changes(id)[i] as Parameters<World['call']>
      const before = await state()
      const answer = await overtaken(asked, () => run(sql.replace('$ID', id)))
      expect([asked[1], answer.outcome]).toEqual([asked[1], '409 author_changed'])
      expect(await state()).toEqual(before)
    }
  })

  it.each([
    ['was revoked', 'revoked_at = 1'],
    ['lost its scopes', `scopes = '[]'`],
    ['got an end', 'expires_at = 9000000000000'],
  ])('is not made by a key that %s', async (_, assignment) => {
    const actor = await keyActor(world, organization)
    const own = actor.key.id
    const answer = await overtaken([actor, 'POST /keys', SECRET], () =>
      run(`UPDATE credentials SET ${assignment} WHERE id = '${own}'`),
    )
    expect(answer.outcome).toBe('409 author_changed')
    expect(await keyCount()).toBe(1)
    const next = await world.call(actor, 'POST /keys', SECRET)
    const outcome = { 'was revoked': '401 key_revoked', 'lost its scopes': '403 scope_missing' }
    expect(next.outcome).toBe((outcome as Record<string, string>)[_] ?? '403 grant_beyond_own')
  })
})

/** What of the organization a change could have changed. */
const state = async () => {
  const { results } = await env.DB.prepare(
    `SELECT (SELECT json_group_array(json_array(id, name, revoked_at, rotated_to)) FROM credentials
         WHERE organization_id = ?1) AS keys,
       (SELECT name FROM organizations WHERE id = ?1) AS name,
       (SELECT count(*) FROM service_users WHERE organization_id = ?1) AS users,
       (SELECT count(*) FROM webhook_endpoints WHERE organization_id = ?1) AS endpoints,
       (SELECT count(*) FROM members WHERE organization_id = ?1 AND email IN
         ('new@example.com', 'viewer@example.com')) AS members`,
  )
    .bind(organization)
    .all()
  return results
}
