// The watch over open connections on the real guard and database, at the pace that is shipped: only the
// timers are moved on. The upstream is a socket pair whose far end is the test's.

import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'

import { accountFor, factsOf } from '../../src/audit/account.ts'
import type { Bindings } from './bindings.ts'
import { refuse } from '../../src/reasons/refuse.ts'
import { END_GRACE_MS } from '../../src/gate/relay/web-socket.ts'
import { WATCH } from '../../src/gate/relay/watch-times.ts'
import { FENCE_WAIT_MS } from '../guard/fence-wait.ts'
import { publishPending } from '../../src/guard/publish.ts'
import { counting } from './counting.ts'
import { outcome, startIsolate, type Isolate } from './isolate.ts'
import { applySchema, makeOrganization, mint, run } from './rows.ts'

const PATH = '/api/v1/sessions/s_1'
const TIMERS = ['Date', 'setTimeout', 'clearTimeout'] as const
const realSetTimeout = globalThis.setTimeout
const upstream = vi.spyOn(globalThis, 'fetch')
let organization = ''

beforeAll(async () => {
  await applySchema()
  organization = await makeOrganization()
})
beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  vi.spyOn(console, 'error').mockImplementation(() => {})
})
afterEach(() => {
  vi.useRealTimers()
})

interface Socket {
  readonly client: WebSocket
  readonly closed: () => { readonly code: number; readonly reason: string } | null
}

/** Opens a WebSocket through an isolate; both far ends answer close frames by themselves. */
async function open(isolate: Isolate, key: string): Promise<Socket> {
  const { 0: near, 1: far } = new WebSocketPair()
  far.accept()
  upstream.mockResolvedValueOnce(new Response(null, { status: 101, webSocket: near }))
  const { webSocket: client } = await isolate.call(PATH, { key, headers: { upgrade: 'websocket' } })
  if (!client) throw new Error('there is no socket')
  let closed: { code: number; reason: string } | null = null
  client.addEventListener('close', ({ code, reason }) => {
    closed = { code, reason }
  })
  client.accept()
  return { client, closed: () => closed }
}

/** Moves timers on in steps, and lets what they began come to its end, until it is so. */
async function passes(ms: number, over: () => boolean = () => false): Promise<number> {
  for (let passed = 0; passed < ms; passed += 500) {
    if (over()) return passed
    await vi.advanceTimersByTimeAsync(500)
    // Real bindings answer in their own time.
    for (let turn = 0; turn < 5; turn++) await scheduler.wait(1)
  }
  return ms
}

/** Revokes and publishes. What waits for leases there goes by the real clock: no other time passes. */
async function revoke(id: string): Promise<void> {
  await run(`UPDATE credentials SET revoked_at = 1 WHERE id = '${id}'`)
  const { setTimeout: moved } = globalThis
  const spy = vi
    .spyOn(globalThis, 'setTimeout')
    .mockImplementation(((work: () => void, ms: number) =>
      (ms === FENCE_WAIT_MS ? realSetTimeout : moved)(work, ms)) as typeof setTimeout)
  expect((await publishPending(env)).enforced_at).not.toBeNull()
  spy.mockRestore()
}

/** A guard that admits as the real one, and does this when it is asked to confirm. */
function guards(confirm: () => Promise<never>): Bindings['KEY_GUARD'] {
  const getByName = (name: string) => {
    const real = env.KEY_GUARD.getByName(name)
    const own = { confirm }
    return new Proxy(real, {
      get: (target, method): unknown => Reflect.get(method in own ? own : target, method),
    })
  }
  return { getByName } as unknown as Bindings['KEY_GUARD']
}

it('what is shipped ends a connection within 30 seconds, whoever does not answer', () => {
  const { everyMs, patienceMs } = WATCH
  expect(everyMs + patienceMs + END_GRACE_MS).toBeLessThanOrEqual(30_000)
})

describe('the watch', () => {
  it('ends a connection once its key was revoked, when its time has come and not before', async () => {
    const { id, value } = await mint(organization, 'secret')
    vi.useFakeTimers({ toFake: [...TIMERS], now: Date.now() })
    const { closed } = await open(await startIsolate(), value)
    await revoke(id)
    await passes(WATCH.everyMs - 1_000)
    expect(closed()).toBeNull()
    await passes(2_000, () => closed() !== null)
    expect(closed()).toStrictEqual({ code: 1008, reason: 'key_revoked' })
  })

  it('asks once for all connections of a key, and nothing once they have closed', async () => {
    const { value } = await mint(organization, 'secret')
    const { bindings, calls } = counting()
    const isolate = await startIsolate(bindings)
    vi.useFakeTimers({ toFake: [...TIMERS], now: Date.now() })
    const sockets: Socket[] = []
    for (let i = 0; i < 20; i++) sockets.push(await open(isolate, value))
    calls.take()
    await passes(WATCH.everyMs + 2_000)
    expect(calls.take()['guard.confirm']).toBe(1)
    for (const { client } of sockets) client.close(1000)
    await passes(3 * WATCH.everyMs)
    expect(calls.take()['guard.confirm']).toBeUndefined()
  })

  it.each<[string, () => Promise<never>]>([
    ['fails', () => Promise.reject(new Error('down'))],
    ['hangs', () => new Promise<never>(() => {})],
  ])('a guard that %s: the connection ends, and not at once', async (_how, confirm) => {
    const { value } = await mint(organization, 'secret')
    const isolate = await startIsolate({ KEY_GUARD: guards(confirm) })
    vi.useFakeTimers({ toFake: [...TIMERS], now: Date.now() })
    const { closed } = await open(isolate, value)
    const { everyMs, patienceMs } = WATCH
    await passes(everyMs + patienceMs - 1_000)
    expect(closed()).toBeNull()
    await passes(2_000, () => closed() !== null)
    expect(closed()).toStrictEqual({ code: 1013, reason: 'guard_unreachable' })
  })

  it('a guard that fails for a while: the connection stays', async () => {
    const { value } = await mint(organization, 'secret')
    let down = true
    const confirm = () => (down ? Promise.reject(new Error('down')) : 'current') as Promise<never>
    const isolate = await startIsolate({ KEY_GUARD: guards(confirm) })
    vi.useFakeTimers({ toFake: [...TIMERS], now: Date.now() })
    const { closed, client } = await open(isolate, value)
    const { everyMs, patienceMs } = WATCH
    await passes(everyMs + patienceMs - 2_000)
    down = false
    await passes(2 * everyMs)
    expect(closed()).toBeNull()
    client.close(1000)
  })

  it('a clock that is set back an hour makes it no later', async () => {
    const { id, value } = await mint(organization, 'secret')
    vi.useFakeTimers({ toFake: [...TIMERS], now: Date.now() })
    const { closed } = await open(await startIsolate(), value)
    vi.setSystemTime(Date.now() - 3_600_000)
    await revoke(id)
    await passes(WATCH.everyMs + 2_000, () => closed() !== null)
    expect(closed()).toStrictEqual({ code: 1008, reason: 'key_revoked' })
  })
})

it('a WebSocket that cannot be put on record is refused, and closed behind the refusal', async () => {
  const AUDIT = { send: () => Promise.reject(new Error('down')) } as unknown as Queue
  const { edge } = await startIsolate({ AUDIT })
  const { 0: client, 1: server } = new WebSocketPair()
  const closed = new Promise((resolve) => {
    server.addEventListener('close', ({ code, reason }) => resolve({ code, reason }))
  })
  server.accept()
  const product = { id: 'p', accepts: [], routes: [] }
  const route = { verbs: [], pattern: '/x', scopes: [], audit: 'durable' } as const
  const call = { method: 'GET', requestId: crypto.randomUUID(), nowMs: Date.now(), clientIp: '' }
  const response = new Response(null, { status: 101, webSocket: client })
  const matched = { product, route, pattern: '/x' }
  const opened = { ...factsOf(null), response, upstreamMs: 1, matched }
  const accounted = await accountFor({ ...call, path: '/x' }, opened, edge, () => {})
  const answer = accounted.ok ? accounted.value : refuse(accounted.error, call.nowMs)
  expect(outcome(answer)).toBe('503 audit_unreachable')
  expect(await closed).toStrictEqual({ code: 1011, reason: 'audit_unreachable' })
})
