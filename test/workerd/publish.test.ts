// Publishing: from pending_fences to the guards, and what holds once it is done.

import { createExecutionContext, createScheduledController } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'

import { shipped } from '../../src/catalog.ts'
import type { Bindings } from './bindings.ts'
import { placeOf } from '../../src/credentials/record.ts'
import { guardName } from '../../src/guard/name.ts'
import { FENCE_WAIT_MS } from '../guard/fence-wait.ts'
import { publishPending } from '../../src/guard/publish.ts'
import { createControl } from '../../src/control/worker.ts'
import {
  applySchema,
  freshId,
  generationsIn,
  makeOrganization,
  mint,
  PUBLISHED,
  run,
} from './rows.ts'

let organization = ''

beforeAll(applySchema)
beforeEach(async () => {
  organization = await makeOrganization()
  await run(PUBLISHED)
})
afterEach(() => {
  vi.restoreAllMocks()
})

const guardOf = (id: string) => env.KEY_GUARD.getByName(guardName(id))
const fenceOf = async (id: string) => (await guardOf(id).fence(0)).generation

const newestOf = async (ids: readonly string[]) => {
  const newest = await generationsIn('generations')
  return ids.map((id) => newest.get(id) ?? 0)
}

/** Makes so many credentials without minting them: only their ids count here. */
async function makeMany(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => freshId('key'))
  await run(
    ...ids.map(
      (id) => `INSERT INTO credentials (id, organization_id, kind, environment, name, digest)
        VALUES ('${id}', '${organization}', 'secret', 'live', 'n', '${id.padEnd(40, 'x')}')`,
    ),
  )
  return ids
}

const touchAll = () =>
  run(`UPDATE credentials SET expires_at = coalesce(expires_at, 1) + 1
       WHERE organization_id = '${organization}'`)

/** The real guards, but those of `ids` do not answer. */
function without(ids: readonly string[]): Bindings['KEY_GUARD'] {
  const names = new Set(ids.map(guardName))
  const namespace = {
    getByName(name: string) {
      if (names.has(name)) throw new Error('unreachable')
      return env.KEY_GUARD.getByName(name)
    },
  }
  return namespace as unknown as Bindings['KEY_GUARD']
}

describe('publishPending', () => {
  it('brings every guard to the newest generation, and leaves nothing', async () => {
    const ids = await makeMany(3)
    await touchAll()
    await touchAll()
    const before = Date.now()
    const result = await publishPending(env)
    expect(result).toStrictEqual({
      published: 3,
      pending: 0,
      enforced_at: expect.any(Number) as number,
    })
    expect(result.enforced_at).toBeGreaterThanOrEqual(before)
    expect(await generationsIn('pending_fences')).toStrictEqual(new Map())
    expect(await Promise.all(ids.map(fenceOf))).toStrictEqual(await newestOf(ids))
  })

  it('is idempotent, and with nothing to do it is in force at once', async () => {
    const [id = ''] = await makeMany(1)
    await touchAll()
    await publishPending(env)
    expect(await publishPending(env)).toMatchObject({ published: 0, pending: 0 })
    expect((await publishPending(env)).enforced_at).toEqual(expect.any(Number))
    expect([await fenceOf(id)]).toStrictEqual(await newestOf([id]))
  })

  it('fills KV with the record as it now is, under each way to look it up', async () => {
    const secret = await mint(organization, 'secret')
    const jwt = await mint(organization, 'jwt')
    const foreign = await mint(organization, 'jwt')
    await run(
      `UPDATE credentials SET external = 'https://idp.example j' WHERE id = '${foreign.id}'`,
    )
    await touchAll()
    await publishPending(env)
    const keys = [
      placeOf({ by: 'digest', value: secret.digest ?? '' }),
      placeOf({ by: 'id', value: jwt.id }),
      placeOf({ by: 'external', value: 'https://idp.example j' }),
    ]
    const newest = await newestOf([secret.id, jwt.id, foreign.id])
    for (const [i, generation] of newest.entries()) {
      expect(await env.RECORDS.get(keys[i] ?? '', 'json')).toMatchObject({ generation })
    }
  })

  it('a guard that cannot be reached leaves its row, and the answer says so', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const [first = '', second = '', third = ''] = await makeMany(3)
    await touchAll()
    const bindings = { ...env, KEY_GUARD: without([second]) }
    expect(await publishPending(bindings)).toStrictEqual({
      published: 2,
      pending: 1,
      enforced_at: null,
    })
    const [newest = 0] = await newestOf([second])
    expect(await generationsIn('pending_fences')).toStrictEqual(new Map([[second, newest]]))
    const fences = await Promise.all([first, third].map(fenceOf))
    expect(fences).toStrictEqual(await newestOf([first, third]))
    expect(await publishPending(env)).toMatchObject({ published: 1, pending: 0 })
    expect(await fenceOf(second)).toBe(newest)
  })

  it('many that cannot be reached neither stop the others nor are asked twice', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const ids = await makeMany(110)
    await touchAll()
    const lost = ids.filter((_, i) => i % 2 === 0)
    const bindings = { ...env, KEY_GUARD: without(lost) }
    expect(await publishPending(bindings)).toMatchObject({ published: 55, pending: 55 })
    expect([...(await generationsIn('pending_fences')).keys()].toSorted()).toStrictEqual(
      lost.toSorted(),
    )
  })

  it('a row that changed meanwhile stays, at its newer generation', async () => {
    const [id = ''] = await makeMany(1)
    await touchAll()
    const [published = 0] = await newestOf([id])
    const bindings = { ...env, RECORDS: editing(() => touchAll()) }
    expect(await publishPending(bindings)).toMatchObject({ published: 1 })
    const [newest = 0] = await newestOf([id])
    expect(newest).toBeGreaterThan(published)
    expect(await generationsIn('pending_fences')).toStrictEqual(new Map([[id, newest]]))
    expect(await fenceOf(id)).toBe(published)
  })

  it('five side by side, with edits meanwhile: each holds what it found, nothing is lost', async () => {
    const ids = await makeMany(30)
    await touchAll()
    const atStart = await generationsIn('pending_fences')
    expect(atStart.size).toBe(30)
    const publish = async (): Promise<void> => {
      const { pending, enforced_at } = await publishPending(env)
      expect(pending).toBe(0)
      expect(enforced_at).not.toBeNull()
      const fences = await Promise.all(ids.map(fenceOf))
      ids.forEach((id, i) => expect(fences[i]).toBeGreaterThanOrEqual(atStart.get(id) ?? Infinity))
    }
    const edit = async (): Promise<void> => {
      for (let i = 0; i < 4; i++) {
        await touchAll()
        await makeMany(3)
      }
    }
    await Promise.all([publish(), publish(), publish(), publish(), publish(), edit()])
    await publishPending(env)
    expect(await generationsIn('pending_fences')).toStrictEqual(new Map())
    const newest = await generationsIn('generations')
    const fences = await Promise.all(ids.map(fenceOf))
    expect(fences).toStrictEqual(ids.map((id) => newest.get(id)))
  })

  it('waits for leases that are out, once for all of them, and only then takes the rows away', async () => {
    const ids = await makeMany(8)
    const limits = [{ name: 'plan', quota: 1_000, windowSeconds: 60 }]
    for (const id of ids) {
      const [generation = 0] = await newestOf([id])
      const answer = await guardOf(id).admit({ generation, limits, want: 1, lease: 10 })
      expect(answer).toMatchObject({ lease: { tokens: 10 } })
    }
    await touchAll()
    const { waits, begun, release } = holdWaits()
    const publishing = publishPending(env)
    await begun
    expect(await Promise.all(ids.map(fenceOf))).toStrictEqual(await newestOf(ids))
    expect((await generationsIn('pending_fences')).size).toBe(8)
    release()
    expect(await publishing).toMatchObject({ published: 8, pending: 0 })
    expect(waits).toStrictEqual([FENCE_WAIT_MS])
    expect(await generationsIn('pending_fences')).toStrictEqual(new Map())
  })

  it('waits for none that have come back', async () => {
    const [id = ''] = await makeMany(1)
    const limits = [{ name: 'plan', quota: 1_000, windowSeconds: 60 }]
    const [generation = 0] = await newestOf([id])
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 120_000 })
    const given = await guardOf(id).admit({ generation, limits, want: 0, lease: 10 })
    if (given.verdict !== 'granted' || !given.lease) throw new Error('there is no lease')
    const settled = [{ id: given.lease.id, unused: 5 }]
    await guardOf(id).admit({ generation, limits, want: 0, settled })
    // A new guard counts on leases from before its storage may have been lost.
    vi.useRealTimers()
    await touchAll()
    const { waits } = holdWaits()
    expect(await publishPending(env)).toMatchObject({ published: 1, pending: 0 })
    expect(waits).toStrictEqual([])
  })

  it('the cron publishes', async () => {
    const [id = ''] = await makeMany(1)
    await touchAll()
    const Control = createControl(shipped)
    await new Control(createExecutionContext(), env).scheduled(createScheduledController())
    expect([await fenceOf(id)]).toStrictEqual(await newestOf([id]))
    expect(await generationsIn('pending_fences')).toStrictEqual(new Map())
  })
})

/** The real KV; before each write something else happens. */
function editing(happens: () => Promise<void>): KVNamespace {
  const put = async (key: string, value: string, options: KVNamespacePutOptions): Promise<void> => {
    await happens()
    await env.RECORDS.put(key, value, options)
  }
  return { put } as unknown as KVNamespace
}

/** Holds what waits for leases, and nothing else, until it is released: `begun` once the first waits. */
function holdWaits(): { waits: number[]; begun: Promise<void>; release: () => void } {
  const waits: number[] = []
  const begins = Promise.withResolvers<void>()
  const ends = Promise.withResolvers<void>()
  const real = globalThis.setTimeout
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((work: () => void, ms: number) => {
    if (ms !== FENCE_WAIT_MS) return real(work, ms)
    waits.push(ms)
    begins.resolve()
    void ends.promise.then(work)
    return 0
  }) as typeof setTimeout)
  return { waits, begun: begins.promise, release: ends.resolve }
}
