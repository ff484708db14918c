// Caps of what an organization may have at once, by its plan, held where it is written: of calls at the
// same time only so many pass as there is room for.

import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { defineCatalog } from '../../src/catalog/define.ts'
import { shipped } from '../../src/catalog.ts'
import type { Actor } from '../../src/control/api/actor.ts'
import { IMPORTED_PREFIX } from '../blackbox/control/requests.ts'
import { OPERATOR, person, startWorld, type Answer, type World } from './control-world.ts'
import { applySchema, makeOrganization, run } from './rows.ts'

const CAPS = { keys: 3, serviceUsers: 2, listEntries: 4, allListEntries: 6 }
const enterprise = { limits: [], ...shipped.plans['enterprise'], ...CAPS }
const catalog = defineCatalog({ ...shipped, plans: { ...shipped.plans, enterprise } })
const SECRET = { kind: 'secret', name: 'K', environment: 'live' }

let world: World
let organization: string
let actor: Actor
beforeAll(async () => {
  await applySchema()
  world = await startWorld(env.DB, catalog)
})
beforeEach(async () => {
  organization = await makeOrganization()
  actor = person(organization, 'administrator')
})

const call = (at: string, body?: object): Promise<Answer> => world.call(actor, at, body)
async function made(at: string, body: object): Promise<string> {
  const answer = await call(at, body)
  expect(answer.outcome).toMatch(/^20[01]$/)
  return String(answer.body['id'])
}
const make = (more: object = {}) => made('POST /keys', { ...SECRET, ...more })
const fill = async (count = CAPS.keys): Promise<string[]> => {
  const ids: string[] = []
  for (let i = 0; i < count; i++) ids.push(await make())
  return ids
}
const active = () =>
  env.DB.prepare(
    `SELECT count(*) AS n FROM credentials WHERE organization_id = ?1 AND revoked_at IS NULL
       AND (expires_at IS NULL OR expires_at > ?2)`,
  )
    .bind(organization, Date.now())
    .first<number>('n')
const user = () => made('POST /service-users', { name: 'U', source_system: 'vkyc' })
const addresses = (count: number, of = 1) =>
  Array.from({ length: count }, (_, i) => `10.0.${of}.${i + 1}`)

describe('active keys', () => {
  it('of twenty at once, one below the cap, exactly one is made', async () => {
    await fill(CAPS.keys - 1)
    const answers = await Promise.all(Array.from({ length: 20 }, () => call('POST /keys', SECRET)))
    const outcomes = answers.map(({ outcome }) => outcome).toSorted()
    expect(outcomes).toEqual(['201', ...Array<string>(19).fill('409 too_many_keys')])
    expect(await active()).toBe(CAPS.keys)
  })

  it('are no more by an import, by minting, or by bringing an expired one back', async () => {
    const [first = ''] = await fill(1)
    const su = await user()
    await run(`UPDATE credentials SET expires_at = 1 WHERE id = '${first}'`)
    await fill()
    const imported = { kind: 'secret', name: 'I', environment: 'live', prefix: IMPORTED_PREFIX }
    const answers = [
      await call('POST /keys/import', { ...imported, sha256: 'a'.repeat(64) }),
      await call(`POST /service-users/${su}/tokens`, { name: 'T', environment: 'live' }),
      await call(`PATCH /keys/${first}`, { expires_at: null }),
    ]
    expect(answers.map(({ outcome }) => outcome)).toEqual(Array(3).fill('409 too_many_keys'))
    expect(answers[0]?.body['detail']).toContain(`at most ${CAPS.keys} active keys`)
    expect(await active()).toBe(CAPS.keys)
  })

  it('at the cap can be rotated, revoked and changed, with a grace when there is room', async () => {
    const [first = '', second = ''] = await fill()
    const grace = await call(`POST /keys/${first}/rotate`, { grace_seconds: 60 })
    expect(grace.outcome).toBe('409 too_many_keys')
    expect((await call(`POST /keys/${first}/rotate`, {})).outcome).toBe('201')
    expect((await call(`PATCH /keys/${second}`, { name: 'N' })).outcome).toBe('200')
    expect((await call(`POST /keys/${second}/revoke`)).outcome).toBe('200')
    expect(await make()).toMatch(/^key_/)
    expect(await active()).toBe(CAPS.keys)
  })

  it('are counted for each organization, and not for what raw SQL makes', async () => {
    await fill()
    await run(
      `INSERT INTO credentials (id, organization_id, kind, environment, name, digest)
       VALUES ('key_of_${organization}', '${organization}', 'secret', 'live', 'S',
         '${organization.padEnd(40, 'x')}')`,
    )
    expect(await active()).toBe(CAPS.keys + 1)
    const other = await makeOrganization()
    const elsewhere = await world.call(OPERATOR, `POST /keys?organization=${other}`, SECRET)
    expect(elsewhere.outcome).toBe('201')
  })
})

describe('active service users', () => {
  it('are no more by making, at once, or by enabling', async () => {
    const first = await user()
    const another = () => call('POST /service-users', { name: 'U', source_system: 'vkyc' })
    const answers = await Promise.all(Array.from({ length: 8 }, another))
    expect(answers.filter(({ outcome }) => outcome === '201')).toHaveLength(1)
    expect(answers.filter(({ outcome }) => outcome === '409 too_many_service_users')).toHaveLength(
      7,
    )
    await call(`POST /service-users/${first}/disable`)
    await user()
    const enabled = await call(`POST /service-users/${first}/enable`)
    expect(enabled.outcome).toBe('409 too_many_service_users')
  })
})

describe('list entries', () => {
  it('of one list are at most so many, of a key and of the organization', async () => {
    const id = await make({ ips: addresses(4) })
    const ips = addresses(5)
    for (const answer of [
      await call('POST /keys', { ...SECRET, ips }),
      await call(`PATCH /keys/${id}`, { ips }),
      await call('PATCH /organization', { ips }),
    ]) {
      expect(answer.outcome).toBe('409 too_many_entries')
      expect(answer.body['detail']).toMatch(/^ips: a list has at most 4 entries/)
    }
  })

  it('in all lists are at most so many, also of changes at once', async () => {
    const ids = [await make(), await make(), await make()]
    const answers = await Promise.all(
      ids.map((id, i) => call(`PATCH /keys/${id}`, { ips: addresses(3, i) })),
    )
    const outcomes = answers.map(({ outcome }) => outcome).toSorted()
    expect(outcomes).toEqual(['200', '200', '409 too_many_entries_in_all'])
    const organizations = await call('PATCH /organization', { ips: ['203.0.113.1'] })
    expect(organizations.outcome).toBe('409 too_many_entries_in_all')
  })

  it('may always become fewer, also where there are more than the plan has now', async () => {
    const id = await make()
    await run(
      ...addresses(9).map(
        (ip) => `INSERT INTO credential_ips (credential_id, cidr) VALUES ('${id}', '${ip}')`,
      ),
    )
    const fewer = await call(`PATCH /keys/${id}`, { ips: addresses(8) })
    expect(fewer.outcome).toBe('200')
    const other = await call(`PATCH /keys/${id}`, { ips: [...addresses(7), '10.9.9.9'] })
    expect(other.outcome).toBe('409 too_many_entries')
    expect((await call(`PATCH /keys/${id}`, { ips: null })).outcome).toBe('200')
  })
})
