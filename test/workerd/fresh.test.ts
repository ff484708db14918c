// Nobody is refused because somebody edits: a record whose D1 read the request itself has started is
// never stale. And nothing else is taken for such a record.

import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'

import { guardName } from '../../src/guard/name.ts'
import { GENERATION_AHEAD_MAX_MS } from '../../src/guard/turn.ts'
import { publishPending } from '../../src/guard/publish.ts'
import { outcome, startIsolate } from './isolate.ts'
import { applySchema, makeOrganization, mint, run, type Minted } from './rows.ts'

const READ = '/api/v1/sessions/s_1'
const START = Math.ceil(Date.now() / 1000) * 1000

let organization = ''
let key: Minted

beforeAll(applySchema)
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: START })
  organization = await makeOrganization()
  key = await mint(organization, 'secret')
})
afterEach(() => {
  vi.useRealTimers()
})

const guard = () => env.KEY_GUARD.getByName(guardName(key.id))
const revoke = () => `UPDATE credentials SET revoked_at = 1 WHERE id = '${key.id}'`
const scopes = (...some: string[]) =>
  `UPDATE credentials SET scopes = '${JSON.stringify(some)}' WHERE id = '${key.id}'`

async function inForce(...statements: string[]): Promise<void> {
  await run(...statements)
  expect((await publishPending(env)).enforced_at).not.toBeNull()
}

async function forgetInKv(): Promise<void> {
  const { keys } = await env.RECORDS.list()
  await Promise.all(keys.map(({ name }) => env.RECORDS.delete(name)))
}

/** The real D1; between each read of a record and its answer something happens. */
function reading(happens: () => Promise<void>): D1Database {
  const through = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(_, name) {
        const value: unknown = Reflect.get(target, name)
        if (typeof value !== 'function') return value
        return (...args: unknown[]) => {
          const result: unknown = Reflect.apply(value, target, args)
          if (name !== 'first') return through(result as object)
          return (result as Promise<unknown>).then(async (row) => (await happens(), row))
        }
      },
    })
  const withSession = () => through(env.DB.withSession('first-primary'))
  return new Proxy(env.DB, {
    get: (_, name): unknown => (name === 'withSession' ? withSession : Reflect.get(env.DB, name)),
  })
}

describe('an organization that edits entry by entry', () => {
  let edits = 0
  const edit = () =>
    inForce(`INSERT INTO organization_ips VALUES ('${organization}', '10.0.${edits++}.0/24', 1)`)

  it('refuses none of its requests, though each read of its record is behind when it is there', async () => {
    await inForce(`INSERT INTO organization_ips VALUES ('${organization}', '198.51.100.7', 1)`)
    const isolate = await startIsolate({ DB: reading(edit) })
    const warm = await startIsolate()
    for (let i = 0; i < 2; i++) {
      await edit()
      expect(outcome(await isolate.call(READ, { key: key.value }))).toBe('200')
      expect(outcome(await warm.call(READ, { key: key.value }))).toBe('200')
    }
    expect(edits).toBeGreaterThanOrEqual(3)
    expect(outcome(await isolate.call('/edge/v1/whoami', { key: key.value }))).toBe('200')
  })

  it('and what is admitted so gets no lease, and leaves the fence where it is', async () => {
    const limits = [{ name: 'plan', quota: 1_000, windowSeconds: 60 }]
    const generation = Date.now() + 60_000
    await guard().fence(generation)
    const ask = { generation: generation - 1, limits, want: 1, lease: 10 }
    expect(await guard().admit(ask)).toStrictEqual({ verdict: 'stale' })
    const fresh = await guard().admit({ ...ask, fresh: true })
    expect(fresh).toMatchObject({ verdict: 'granted', lease: null, limits: [{ remaining: 999 }] })
    expect(await guard().confirm(generation - 1, true)).toBe('current')
    expect(await guard().confirm(generation - 1)).toBe('stale')
  })
})

describe('is not fresh, and refused once the change is in force', () => {
  it('who joined the load of a request that began before', async () => {
    const held = Promise.withResolvers<void>()
    const read = Promise.withResolvers<void>()
    let first = true
    const hold = async (): Promise<void> => {
      if (!first) return
      first = false
      read.resolve()
      await held.promise
    }
    const isolate = await startIsolate({ DB: reading(hold) })
    const before = isolate.call(READ, { key: key.value })
    await read.promise
    await inForce(revoke())
    await forgetInKv()
    const after = isolate.call(READ, { key: key.value })
    // It has joined by the time that anything else is answered.
    await isolate.call('/edge/health')
    held.resolve()
    expect(['200', '401 key_revoked']).toContain(outcome(await before))
    expect(outcome(await after)).toBe('401 key_revoked')
  })

  it('who finds in a memo what another has read for itself', async () => {
    let before: (() => Promise<void>) | undefined
    const isolate = await startIsolate({ DB: reading(async () => await before?.()) })
    before = () => inForce(revoke())
    expect(outcome(await isolate.call(READ, { key: key.value }))).toBe('200')
    before = undefined
    expect(outcome(await isolate.call(READ, { key: key.value }))).toBe('401 key_revoked')
  })

  it('a refusal of the same millisecond in which its record was read: what widens counts', async () => {
    await inForce(scopes())
    await forgetInKv()
    const isolate = await startIsolate()
    expect(outcome(await isolate.call(READ, { key: key.value }))).toBe('403 scope_missing')
    await inForce(scopes('sessions:read'))
    expect(outcome(await isolate.call(READ, { key: key.value }))).toBe('200')
  })
})

/** The nearest that no clock of ours gives. */
const beyond = () => Date.now() + GENERATION_AHEAD_MAX_MS + 1

describe('a generation of the far future', () => {
  it('is stale from an isolate, whatever it asks, and the guard goes on as before', async () => {
    const isolate = await startIsolate()
    expect(outcome(await isolate.call(READ, { key: key.value }))).toBe('200')
    const limits = [{ name: 'plan', quota: 1_000, windowSeconds: 60 }]
    for (const generation of [beyond(), 9e15, Number.MAX_SAFE_INTEGER]) {
      const ask = { generation, limits, want: 1 }
      expect(await guard().admit(ask)).toStrictEqual({ verdict: 'stale' })
      expect(await guard().confirm(generation)).toBe('stale')
    }
    expect(outcome(await isolate.call(READ, { key: key.value }))).toBe('200')
  })

  it('that D1 has by its clock is used where it is fresh, and by all once it is published', async () => {
    await run(`UPDATE generations SET generation = ${beyond()} WHERE credential_id = '${key.id}'`)
    await run(scopes('sessions:read'))
    const isolate = await startIsolate()
    expect(outcome(await isolate.call(READ, { key: key.value }))).toBe('200')
    expect(outcome(await isolate.call(READ, { key: key.value }))).toBe('200')
    expect((await publishPending(env)).enforced_at).not.toBeNull()
    expect(outcome(await isolate.call(READ, { key: key.value }))).toBe('200')
    await inForce(revoke())
    expect(outcome(await isolate.call(READ, { key: key.value }))).toBe('401 key_revoked')
  })
})
