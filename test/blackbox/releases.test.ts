// Releases that meet: guards of the release before under this gate and control, and an isolate of it over
// these guards, as it is for minutes around each deploy and rollback. A revocation holds once it says so, a
// lease is used and comes back, a limit admits its quota and no more. test/releases/make.ts made what is older.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'

import { ROOT } from '../harness/bundle.ts'
import { ADMIN_TOKEN, NAMES, startEdge, type Minted, type TestEdge } from '../harness/edge.ts'
import { present, refusalOf } from './call.ts'

const OLDER = 'test/releases/66ea86f'
const SESSIONS = '/api/v1/sessions'
/** Of plan enterprise, in any minute: enough for leases of ten. */
const QUOTA = 1_000
/** What is spent leaves the window after a minute: a run that took longer proves nothing, and is run again. */
const WITHIN_MS = 45_000

/** The older guard, which counts the leases that it gives. */
const COUNTING = `
import { KeyGuard as Older } from './edge.js'

let leases = 0
export class KeyGuard extends Older {
  admit(ask) {
    const answer = super.admit(ask)
    if (answer.lease) leases += 1
    return answer
  }
}
export default { fetch: () => Response.json(leases) }
`

/** One that does not say how long its leases last. */
const SILENT = `
import { KeyGuard as Older } from './edge.js'

export class KeyGuard extends Older {
  fence(generation) {
    return { generation: super.fence(generation).generation }
  }
}
export { default } from './edge.js'
`

/** An older isolate beside this gate, in one Worker: it asks the guard as the one before did. */
const ISOLATE = `
import gate from './edge.js'

const meters = new Map()
export default {
  async fetch(request, env, ctx) {
    const { pathname, searchParams } = new URL(request.url)
    if (!pathname.startsWith('/older/')) return gate.fetch(request, env, ctx)
    const id = searchParams.get('id')
    const limits = [{ name: 'plan', quota: Number(searchParams.get('quota')), windowSeconds: 60 }]
    if (pathname === '/older/peek') {
      return Response.json(await askGuard(env, id, (guard) => guard.peek(limits)))
    }
    const generation = Number(searchParams.get('generation'))
    const meter = meters.get(id) ?? new Meter(limits)
    meters.set(id, meter)
    const ask = (asked) =>
      askGuard(env, id, (guard) => guard.admit({ generation, limits, ...asked }))
    const waitUntil = (work) => ctx.waitUntil(work)
    const now = Date.now()
    meter.see(now)
    if (spendLeased(meter, now, ask, waitUntil)) return Response.json('leased')
    const answer = await askGuardFor(meter, 1, now, ask, waitUntil)
    return Response.json(answer.ok ? answer.value.verdict : 'unreachable')
  },
}
`

const times = <T>(count: number, make: () => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, make))

/** Runs until it took no longer than WITHIN_MS. */
async function within<T>(run: () => Promise<T>): Promise<T> {
  for (;;) {
    const began = Date.now()
    const result = await run()
    if (Date.now() - began < WITHIN_MS) return result
  }
}

async function called(edge: TestEdge, key: Minted): Promise<number> {
  const answer = await edge.fetch(SESSIONS, { headers: present('secret', key) })
  await answer.body?.cancel()
  return answer.status
}

async function revoke(edge: TestEdge, { id }: Minted): Promise<{ enforced_at: number | null }> {
  const path = `/edge/v1/keys/${id}/revoke?organization=org_test`
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' }
  const answer = await edge.fetch(path, { method: 'POST', headers, body: '{}' })
  expect(answer.status).toBe(200)
  return (await answer.json()) as { enforced_at: number | null }
}

async function expectRevoked(edge: TestEdge, key: Minted): Promise<void> {
  for (const answer of await times(20, () =>
    edge.fetch(SESSIONS, { headers: present('secret', key) }),
  )) {
    expect(await refusalOf(answer)).toMatchObject({ status: 401, reason: 'key_revoked' })
  }
}

describe('guards of the release before under this gate and control', () => {
  let edge: TestEdge
  beforeAll(async () => {
    edge = await startEdge({
      entries: { guard: `${OLDER}/guard.js` },
      shells: { guard: COUNTING },
    })
  })
  afterAll(() => edge.stop())

  async function leases(): Promise<number> {
    const guard = await edge.mf.getWorker(NAMES.guard)
    return (await (await guard.fetch('http://guard/')).json()) as number
  }

  /** Calls until a lease has been given; how many calls were admitted. */
  async function busy(key: Minted): Promise<number> {
    const before = await leases()
    let admitted = 0
    while ((await leases()) === before) {
      const statuses = await times(40, () => called(edge, key))
      expect(new Set(statuses)).toEqual(new Set([200]))
      admitted += statuses.length
    }
    return admitted
  }

  it('a limit admits its quota and no more', async () => {
    const statuses = await within(async () => {
      const key = await edge.mint('secret')
      await edge.sql(`UPDATE credentials SET quotas = '{"plan":30}' WHERE id = '${key.id}'`)
      await edge.sync()
      return await times(60, () => called(edge, key))
    })
    expect(Map.groupBy(statuses, String)).toEqual(
      new Map([
        ['200', Array.from({ length: 30 }, () => 200)],
        ['429', Array.from({ length: 30 }, () => 429)],
      ]),
    )
  })

  it('what is left of a lease comes back, and each call counts once', async () => {
    await within(async () => {
      const key = await edge.mint('secret')
      const admitted = await busy(key)
      const began = Date.now()
      await vi.waitUntil(
        async () => {
          const headers = present('secret', key)
          const answer = await edge.fetch('/edge/v1/rate-limits', { headers })
          const { limits } = (await answer.json()) as {
            limits: readonly { readonly name: string; readonly remaining: number }[]
          }
          const remaining = limits.find(({ name }) => name === 'plan')?.remaining ?? 0
          return remaining === QUOTA - admitted || Date.now() - began > WITHIN_MS
        },
        { timeout: WITHIN_MS * 2, interval: 1_100 },
      )
    })
  })

  it('a revocation is in force once it says so, with leases out', async () => {
    const key = await edge.mint('secret')
    await busy(key)
    const { enforced_at } = await revoke(edge, key)
    expect(enforced_at).toBeTypeOf('number')
    await expectRevoked(edge, key)
  })

  it('a request that is refused after all counts: nothing of it is given back', async () => {
    const remaining = await within(async () => {
      const headers = present('secret', await edge.mint('secret', { scopes: ['keys:read'] }))
      const left: (string | null)[] = []
      for (let i = 0; i < 2; i++) {
        const answer = await edge.fetch('/edge/v1/keys/key_0000000000000000', { headers })
        expect(await refusalOf(answer)).toMatchObject({ status: 404 })
        left.push(answer.headers.get('x-ratelimit-remaining'))
      }
      return left
    })
    expect(remaining).toEqual([String(QUOTA - 1), String(QUOTA - 2)])
  })
})

it('where a guard does not say how long its leases last, the longest ever is waited', async () => {
  const edge = await startEdge({
    entries: { guard: `${OLDER}/guard.js` },
    shells: { guard: SILENT },
  })
  try {
    const key = await edge.mint('secret')
    await times(40, () => called(edge, key))
    const began = performance.now()
    expect((await revoke(edge, key)).enforced_at).toBeTypeOf('number')
    expect(performance.now() - began).toBeGreaterThanOrEqual(345)
    await expectRevoked(edge, key)
  } finally {
    await edge.stop()
  }
})

describe('an isolate of the release before over these guards', () => {
  let edge: TestEdge
  beforeAll(async () => {
    const isolate = await readFile(join(ROOT, OLDER, 'isolate.js'), 'utf8')
    edge = await startEdge({ shells: { gate: isolate + ISOLATE } })
  })
  afterAll(() => edge.stop())

  interface Asker {
    readonly id: string
    readonly generation: number
    readonly quota: number
  }

  async function older<T>(path: string, one: Asker): Promise<T> {
    const query = new URLSearchParams(Object.entries(one).map(([k, v]) => [k, String(v)]))
    return (await (await edge.fetch(`/older/${path}?${query}`)).json()) as T
  }

  async function asker({ id }: Minted, quota: number): Promise<Asker> {
    const sql = `SELECT generation FROM generations WHERE credential_id = '${id}'`
    const [row] = await edge.sql(sql)
    return { id, generation: Number(row?.['generation']), quota }
  }

  const admit = (one: Asker): Promise<string> => older<string>('admit', one)

  /** Asks until it spends of a lease; how many were admitted. */
  async function busy(one: Asker): Promise<number> {
    let admitted = 0
    for (;;) {
      const verdicts = await times(40, () => admit(one))
      expect(verdicts.filter((v) => v !== 'granted' && v !== 'leased')).toEqual([])
      admitted += verdicts.length
      if (verdicts.includes('leased')) return admitted
    }
  }

  it('a limit admits its quota and no more', async () => {
    const verdicts = await within(async () => {
      const one = await asker(await edge.mint('secret'), 50)
      return await times(80, () => admit(one))
    })
    expect(verdicts.filter((v) => v === 'granted')).toHaveLength(50)
    expect(verdicts.filter((v) => v === 'limited')).toHaveLength(30)
  })

  it('what is left of a lease comes back, and each request counts once', async () => {
    await within(async () => {
      const one = await asker(await edge.mint('secret'), 100_000)
      const admitted = await busy(one)
      const began = Date.now()
      await vi.waitUntil(
        async () => {
          const peeked = await older<{ value: readonly { remaining: number }[] }>('peek', one)
          const left = peeked.value[0]?.remaining
          return left === one.quota - admitted || Date.now() - began > WITHIN_MS
        },
        { timeout: WITHIN_MS * 2, interval: 100 },
      )
    })
  })

  it('a revocation is in force once it says so, with leases out', async () => {
    const key = await edge.mint('secret')
    const one = await asker(key, 100_000)
    await busy(one)
    await edge.sql(`UPDATE credentials SET revoked_at = 1 WHERE id = '${key.id}'`)
    const { pending, enforced_at } = await edge.sync()
    expect(pending).toBe(0)
    expect(enforced_at).toBeTypeOf('number')
    expect(new Set(await times(20, () => admit(one)))).toEqual(new Set(['stale']))
    await expectRevoked(edge, key)
  })
})
