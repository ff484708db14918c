// Two Workers side by side deliver to a real HTTP receiver that misbehaves. The clock is moved from
// one due time to the next; nothing waits but the timeouts, which are short.

import { readFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'

import { build } from 'esbuild'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { unstable_splitSqlQuery } from 'wrangler'

import { ATTEMPTS, DELAYS_MS, JITTER } from '../../../src/control/webhooks/schedule.ts'
import { complaint, startReceiver, type Receiver } from './receiver.ts'

interface Answers {
  organization: string
  endpoint: { id: string; secret: string }
  rotate: string
  happen: string[]
  deliver: { attempted: number; delivered: number }
}

const START = Date.UTC(2026, 10, 2, 3, 4, 5)
/** How far a moved clock drifts while a batch is really on its way. */
const DRIFT_MS = 120_000
/** How long the breaker of a host and the bound of a minute can hold a delivery back, together. */
const HELD_MS = 120_000

let mf: Miniflare
let receiver: Receiver
/** What redirects point to. */
let elsewhere: Receiver
let now = START

beforeAll(async () => {
  const entry = new URL('../../workerd/webhooks-runner.ts', import.meta.url).pathname
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    target: 'es2024',
    write: false,
  })
  const worker = (name: string) => ({
    name,
    modules: [
      { type: 'ESModule' as const, path: 'index.js', contents: outputFiles[0]?.text ?? '' },
    ],
    compatibilityDate: '2026-08-11',
    d1Databases: { DB: 'webhooks' },
  })
  mf = new Miniflare(
    convertV4MiniflareOptions({ cf: false, workers: [worker('one'), worker('two')] }),
  )
  const db = await mf.getD1Database('DB', 'one')
  const schema = await readFile(new URL('../../../schema.sql', import.meta.url), 'utf8')
  await db.batch(unstable_splitSqlQuery(schema).map((statement) => db.prepare(statement)))
  receiver = await startReceiver(() => now)
  elsewhere = await startReceiver(() => now)
})

afterAll(async () => {
  await mf.dispose()
  await receiver.stop()
  await elsewhere.stop()
})

beforeEach(async () => {
  await rows('DELETE FROM webhook_endpoints')
  now = START
  receiver.received.length = receiver.complaints.length = elsewhere.received.length = 0
  receiver.arrived.clear()
  receiver.answer = (_received, response) => response.end('ok')
})

async function call<D extends keyof Answers>(
  what: D,
  more: object = {},
  runner = 'one',
): Promise<Answers[D]> {
  const worker = await mf.getWorker(runner)
  const body = JSON.stringify({ do: what, now, ...more })
  const answer = await worker.fetch('http://runner/', { method: 'POST', body })
  if (!answer.ok) throw new Error(await answer.text())
  return (await answer.json()) as Answers[D]
}

async function rows(sql: string): Promise<Record<string, unknown>[]> {
  const db = await mf.getD1Database('DB', 'one')
  return (await db.prepare(sql).all()).results
}

/** An organization with an endpoint at a path of the receiver. */
async function listen(path: string) {
  const organization = await call('organization')
  const made = await call('endpoint', { organization, url: receiver.url + path })
  receiver.secrets.set(path, made.secret)
  return { organization, ...made }
}

/** Both runners at once, until nothing is due. */
async function bothDeliver(more: object = {}): Promise<number> {
  const done = await Promise.all(['one', 'two'].map((name) => call('deliver', more, name)))
  return done.reduce((sum, { attempted }) => sum + attempted, 0)
}

/** Moves the clock to the next due time; false when nothing is due any more. */
async function moveOn(): Promise<boolean> {
  const [row] = await rows('SELECT min(next_attempt_at) AS at FROM webhook_deliveries')
  if (typeof row?.['at'] !== 'number') return false
  now = Math.max(now, row['at'])
  return true
}

/** A generator of randomness that is the same in every run. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** Writes until the other side has had enough. */
function stream(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'text/plain' })
  const more = (): void => {
    while (!response.destroyed && response.write('x'.repeat(16_384)));
  }
  response.on('drain', more)
  more()
}

/** For an answer: a busy machine is late with a good one, too. */
const TIMEOUT_MS = 1_000

type Misbehaviour = (response: ServerResponse) => void
const ANSWERS: readonly Misbehaviour[] = [
  (response) => response.writeHead(500).end('\u001b[31moops\u0000'),
  (response) => response.writeHead(404).end(),
  (response) => response.writeHead(302, { location: `${elsewhere.url}/` }).end(),
  (response) => response.writeHead(307, { location: `${elsewhere.url}/` }).end(),
  (response) => response.writeHead(503, { 'retry-after': '1' }).end(),
  (response) => stream(response, 500),
  // Resets the connection.
  (response) => response.socket?.resetAndDestroy(),
  // Is no HTTP.
  (response) => response.socket?.end('SSH-2.0-OpenSSH_9.9\r\n\r\n'),
]
const SILENCES: readonly Misbehaviour[] = [
  // Hangs.
  () => undefined,
  // Hangs after half of the answer.
  (response) => void response.writeHead(500, { 'content-length': '100' }).write('half'),
]

describe('against a receiver that fails at random', () => {
  it('every event arrives, as scheduled, each attempt once, and none elsewhere', async () => {
    const random = seeded(7)
    const { organization } = await listen('/flaky')
    receiver.answer = (_received, response, nth) => {
      // The last attempt succeeds, or an event could rightly be lost.
      if (nth === ATTEMPTS || random() < 0.25) return void response.end('ok')
      // Silence takes as long as the runners wait: where it comes first, they wait for many at once.
      const ways = nth === 1 ? [...ANSWERS, ...SILENCES] : ANSWERS
      ways[Math.floor(random() * ways.length)]?.(response)
    }
    const ids = await call('happen', { organization, times: 40 })
    // A hint to one, while both run the cron.
    await Promise.all([
      call('deliver', { ids, timeoutMs: TIMEOUT_MS }),
      bothDeliver({ timeoutMs: TIMEOUT_MS }),
    ])
    while (await moveOn()) await bothDeliver({ timeoutMs: TIMEOUT_MS })

    expect(receiver.complaints).toEqual([])
    expect(receiver.arrived.size).toBe(40)
    expect(elsewhere.received).toEqual([])
    const attempts = await rows(
      `SELECT d.event_id, a.* FROM webhook_attempts a JOIN webhook_deliveries d ON d.id = a.delivery_id
       ORDER BY d.event_id, a.number`,
    )
    expect(attempts).toHaveLength(receiver.received.length)
    const byEvent = Map.groupBy(attempts, (row) => row['event_id'])
    expect(byEvent.size).toBe(40)
    for (const [event, made] of byEvent) {
      expect(receiver.received.filter(({ id }) => id === event)).toHaveLength(made.length)
      expect(made.at(-1)?.['outcome']).toBe('delivered')
      for (const [i, row] of made.entries()) {
        expect(row['outcome']).toBe(i === made.length - 1 ? 'delivered' : 'failed')
        expect(String(row['answer'])).not.toMatch(/\p{C}/u)
        expect(String(row['answer']).length).toBeLessThanOrEqual(1024)
        if (i === 0) continue
        const waited = Number(row['started_at']) - Number(made[i - 1]?.['started_at'])
        expect(waited).toBeGreaterThanOrEqual(DELAYS_MS[i] ?? 0)
        expect(waited).toBeLessThanOrEqual((DELAYS_MS[i] ?? 0) * (1 + JITTER) + DRIFT_MS + HELD_MS)
      }
    }
    const statuses = new Set(attempts.map((row) => row['status']))
    expect(statuses).toEqual(new Set([200, 500, 404, 302, 307, 503, null]))
    const errors = new Set(attempts.map((row) => row['error']))
    expect(errors).toContain(`did not answer within ${TIMEOUT_MS / 1000} s`)
    expect(errors).toContain('could not be reached')
  })
})

describe('against a receiver that', () => {
  it('streams without end: the first of it is kept, and the connection is closed', async () => {
    const { organization } = await listen('/endless')
    const closed = Promise.withResolvers<number>()
    receiver.answer = (_received, response) => {
      response.on('close', () => closed.resolve(response.socket?.bytesWritten ?? 0))
      stream(response, 200)
    }
    await call('happen', { organization, times: 1 })
    // As long as that it would take to read on until the time is up.
    const timeoutMs = 15_000
    expect(await call('deliver', { timeoutMs })).toMatchObject({ delivered: 1 })
    await closed.promise
    const [attempt] = await rows('SELECT status, answer FROM webhook_attempts')
    expect(attempt).toEqual({ status: 200, answer: 'x'.repeat(1024) })
  })

  it('asks for less: nothing comes before it is time, then everything', async () => {
    const { organization } = await listen('/busy')
    receiver.answer = (_received, response) =>
      response.writeHead(429, { 'retry-after': '90' }).end('slow down')
    const [first = ''] = await call('happen', { organization, times: 4 })
    await call('deliver', { ids: [first] })
    receiver.answer = (_received, response) => response.end('ok')
    for (const wait of [0, 5_000, 84_000]) {
      now = START + wait
      expect(await bothDeliver()).toBe(0)
    }
    expect(receiver.received).toHaveLength(1)
    now = START + 90_000 + DRIFT_MS
    expect(await bothDeliver()).toBe(4)
    expect(receiver.arrived.size).toBe(4)
    expect(receiver.complaints).toEqual([])
  })

  it('is gone: it is not asked again', async () => {
    const { organization, id } = await listen('/gone')
    receiver.answer = (_received, response) => response.writeHead(410).end()
    const [first = ''] = await call('happen', { organization, times: 3 })
    await call('deliver', { ids: [first] })
    now += 10 * 86_400_000
    expect(await call('happen', { organization, times: 1 })).toEqual([])
    expect(await bothDeliver()).toBe(0)
    expect(receiver.received).toHaveLength(1)
    const [endpoint] = await rows(
      `SELECT disabled_at, disabled_reason FROM webhook_endpoints WHERE id = '${id}'`,
    )
    expect(endpoint?.['disabled_reason']).toBe('gone')
    expect(endpoint?.['disabled_at']).toBeGreaterThanOrEqual(START)
  })

  it('was given a new secret: both are content during the overlap, the new one after it', async () => {
    const { organization, id, secret } = await listen('/rotated')
    const fresh = await call('rotate', { organization, endpoint: id })
    await call('happen', { organization, times: 1 })
    await bothDeliver()
    now += 3_600_000
    receiver.secrets.set('/rotated', fresh)
    await call('happen', { organization, times: 1 })
    await bothDeliver()
    const [during, after] = receiver.received
    if (!during || !after) throw new Error('nothing came')
    expect([secret, fresh].map((one) => complaint(during, one))).toEqual([undefined, undefined])
    expect(complaint(after, fresh)).toBeUndefined()
    expect(complaint(after, secret)).toMatch('No matching signature')
    expect(receiver.complaints).toEqual([])
  })

  it('is on a forbidden address: it hears nothing', async () => {
    const { organization } = await listen('/forbidden')
    await call('happen', { organization, times: 3 })
    do await bothDeliver({ loopback: false })
    while (await moveOn())
    expect(receiver.received).toEqual([])
    expect(await rows('SELECT DISTINCT error, status FROM webhook_attempts')).toEqual([
      {
        error:
          'was not sent: the URL must begin with https://, such as https://hooks.example.com/portcullis',
        status: null,
      },
    ])
  })
})
