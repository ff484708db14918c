// `enforced_at` speaks of every key that a change may have touched, also of one that raw SQL took away
// or gave to somebody else a moment before. And a change that is made is never answered with 500.

import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'

import type { Bindings } from './bindings.ts'
import { shipped } from '../../src/catalog.ts'
import { enforce } from '../../src/control/api/change.ts'
import { fenceMessage } from '../../src/control/api/changes/message.ts'
import { publishChanges } from '../../src/control/api/changes/publish.ts'
import { buildControl } from '../../src/control/build.ts'
import { OPERATOR, startWorld, type World } from './control-world.ts'
import { outcome, startIsolate, type Isolate } from './isolate.ts'
import {
  applySchema,
  generationsIn,
  makeOrganization,
  makeServiceUser,
  mint,
  PUBLISHED,
  run,
  type Minted,
} from './rows.ts'

const READ = '/api/v1/sessions/s_1'

let organization = ''
let other = ''
let user = ''
let key: Minted
let token: Minted
let isolate: Isolate
let world: World

beforeAll(applySchema)
beforeEach(async () => {
  organization = await makeOrganization()
  other = await makeOrganization()
  user = await makeServiceUser(organization)
  key = await mint(organization, 'secret')
  token = await mint(organization, 'access_token', { serviceUserId: user })
  isolate = await startIsolate()
  world = await startWorld()
  await run(PUBLISHED)
})
afterEach(() => {
  vi.restoreAllMocks()
})

const call = (one: Minted) => (one === token ? search() : isolate.call(READ, { key: one.value }))
const search = () =>
  isolate.call('/vault/search', {
    method: 'GET',
    key: token.value,
    headers: { 'x-approver-department': 'retail' },
  })
const suspend = () =>
  world.call(OPERATOR, `PATCH /organization?organization=${organization}`, { suspended: true })
const disable = () =>
  world.call(OPERATOR, `POST /service-users/${user}/disable?organization=${organization}`)
/** A row that takes the place of this key's. */
const replaced = (owner: string, columns: string, values: string) =>
  `INSERT OR REPLACE INTO credentials (${columns}, organization_id, kind, environment, name)
   SELECT ${values}, '${owner}', 'secret', 'live', 'n' FROM credentials WHERE id = '${key.id}'`

describe('a suspension is in force for the key that raw SQL has just', () => {
  it.each([
    ['deleted', () => `DELETE FROM credentials WHERE id = '${key.id}'`],
    [
      'replaced by its id',
      () => replaced(organization, 'id, digest', `id, 'x' || substr(digest, 2)`),
    ],
    ['replaced by its digest', () => replaced(other, 'id, digest', `'key_new' || id, digest`)],
  ])('%s', async (_how, sql) => {
    expect(outcome(await call(key))).toBe('200')
    await run(sql())
    expect(outcome(await call(key))).toBe('200')
    const { body, status } = await suspend()
    expect(status).toBe(200)
    expect(body['receipt']).toMatchObject({ pending: 0, enforced_at: expect.any(Number) as number })
    // With its digest the value is another organization's, which grants it nothing.
    expect(outcome(await call(key))).toMatch(/^40[13] /)
  })
})

it('disabling a service user is in force for its token that raw SQL has just deleted', async () => {
  const known = await search()
  expect(known.status).not.toBe(401)
  await run(`DELETE FROM credentials WHERE id = '${token.id}'`)
  const { body } = await disable()
  expect(body['enforced_at']).toEqual(expect.any(Number))
  expect((await search()).status).toBe(401)
})

it('a change of many keys waits for those that have gone meanwhile, too', async () => {
  const many = Array.from({ length: 60 }, (_, i) => `${organization}_${i}`.replace('org', 'key'))
  await run(
    ...many.map(
      (id) => `INSERT INTO credentials (id, organization_id, kind, environment, name, digest)
        VALUES ('${id}', '${organization}', 'secret', 'live', 'n', '${id.padEnd(40, 'x')}')`,
    ),
  )
  expect(outcome(await call(key))).toBe('200')
  const { status, body } = await suspend()
  expect(status).toBe(202)
  const { change_id: change } = body['receipt'] as { change_id: string }
  const follow = () => world.call(OPERATOR, `GET /changes/${change}?organization=${organization}`)
  const { total, pending } = (await follow()).body
  expect(total).toBe(pending)
  await run(`DELETE FROM credentials WHERE id = '${key.id}'`)
  expect((await follow()).body['pending']).toBe(pending)
  const edge = await buildControl({ ...env, FENCES: world.edge.bindings.FENCES }, shipped)
  const message = { body: fenceMessage({ change }), ack: () => {}, retry: () => {} }
  await publishChanges({ messages: [message] } as unknown as MessageBatch, edge)
  expect((await follow()).body).toMatchObject({ pending: 0 })
  expect((await follow()).body['enforced_at']).toEqual(expect.any(Number))
  expect(outcome(await call(key))).toBe('401 credential_unknown')
})

/** Of a request of an operator, with some other bindings. */
const context = (over: Partial<Bindings>) => ({
  ...{ edge: { ...world.edge, bindings: { ...world.edge.bindings, ...over } } },
  ...{ actor: OPERATOR, requestId: 'r', address: '', nowMs: Date.now() },
  waitUntil: (work: Promise<unknown>) => void work.catch(() => {}),
})

describe('a change that is made', () => {
  it.each([
    ['D1 stops answering', () => Reflect.get(env.DB, 'nothing') as undefined],
    [
      'KV stops answering',
      () => {
        throw new Error('KV is down')
      },
    ],
  ])('is in force and says so, though %s then', async (what, fails) => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    expect(outcome(await call(key))).toBe('200')
    await run(`UPDATE credentials SET revoked_at = 1 WHERE id = '${key.id}'`)
    const generation = (await generationsIn('pending_fences')).get(key.id) ?? 0
    const down = { withSession: fails, prepare: fails, batch: fails, put: fails }
    const over = what.startsWith('D1') ? { DB: down } : { RECORDS: down }
    const receipt = await enforce(context(over as unknown as Partial<Bindings>), {
      affected: { keys: [key.id] },
      pending: [{ credential_id: key.id, generation }],
    })
    expect(receipt).toMatchObject({ pending: 0, enforced_at: expect.any(Number) as number })
    expect(outcome(await call(key))).toBe('401 key_revoked')
  })
})
