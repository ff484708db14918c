// All Workers of the bench in one workerd, each behind a socket of its own: the production bundle,
// the same bundle with its calls counted, and the bare Workers. They share the machine's noise.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import { unstable_getMiniflareWorkerOptions, unstable_splitSqlQuery } from 'wrangler'

import { shipped } from '../../src/catalog/shipped.ts'
import { generateSigningKey } from '../../src/keys/signing-keys.ts'
import type { PrivateKeyJwk } from '../../src/keys/signing-keys.ts'
import { bundle, ROOT } from '../harness/bundle.ts'
import { ADMIN_TOKEN, PEPPER } from '../harness/edge.ts'
import { COUNTED, NAIVE, PASS_THROUGH } from './bare-workers.ts'

export const WORKERS = ['gate', 'counted', 'pass_through', 'naive'] as const
export type WorkerName = (typeof WORKERS)[number]

/** A key that the naive Worker knows. */
export const NAIVE_KEY = 'naive_key_0123456789abcdef0123456789'

export type Database = Awaited<ReturnType<Miniflare['getD1Database']>>

export interface BenchEdge {
  readonly ports: Readonly<Record<WorkerName, number>>
  readonly db: Database
  readonly signingKey: PrivateKeyJwk
  /** The workerd inspector's address, where it was asked for. */
  inspectorUrl(): Promise<URL>
  stop(): Promise<void>
}

export interface BenchEdgeOptions {
  readonly upstreamPort: number
  readonly inspector?: boolean
}

/** Starts workerd with an empty database; what it stores is on disk, in the temporary directory. */
export async function startBenchEdge(options: BenchEdgeOptions): Promise<BenchEdge> {
  const upstream = `127.0.0.1:${options.upstreamPort}`
  const signingKey = await generateSigningKey()
  const gate = gateOptions(upstream, signingKey)
  const text = await bundle()
  const bare = { compatibilityDate: gate['compatibilityDate'] }
  const workers = [
    { ...gate, name: 'gate', modules: [esModule('index.js', text)] },
    {
      ...gate,
      name: 'counted',
      // A queue has one consumer, and that is the gate itself.
      queueConsumers: {},
      modules: [esModule('index.js', COUNTED), esModule('edge.js', text)],
    },
    {
      ...bare,
      name: 'pass_through',
      modules: [esModule('index.js', PASS_THROUGH)],
      bindings: { UPSTREAM: upstream },
    },
    {
      ...bare,
      name: 'naive',
      modules: [esModule('index.js', NAIVE)],
      bindings: {
        UPSTREAM: upstream,
        KEYS: { [NAIVE_KEY]: { id: 'key_naive', limit: 10_000_000 } },
      },
      durableObjects: { COUNTERS: { className: 'Counter', useSQLite: true } },
    },
  ]
  const sockets = [{ host: '127.0.0.1', port: 0 }]
  const mf = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      log: new Log(LogLevel.ERROR),
      // What the Workers log must not get between the lines of the report.
      handleStructuredLogs: ({ message }: { message: string }) => console.error(message),
      ...(options.inspector && { inspectorPort: 0 }),
      workers: workers.map((worker) => ({ ...worker, unsafeDirectSockets: sockets })),
    } as never),
  )
  try {
    const ports = await Promise.all(
      WORKERS.map(async (name) => [name, Number((await mf.unsafeGetDirectURL(name)).port)]),
    )
    const db = await mf.getD1Database('DB', 'gate')
    const schema = unstable_splitSqlQuery(await readFile(join(ROOT, 'schema.sql'), 'utf8'))
    await db.batch(schema.map((statement) => db.prepare(statement)))
    const portOf = Object.fromEntries(ports) as Record<WorkerName, number>
    const health = await fetch(`http://localhost:${portOf.gate}/edge/health`)
    if (!health.ok) throw new Error(`the gate is not ready: ${await health.text()}`)
    return {
      ports: portOf,
      db,
      signingKey,
      inspectorUrl: () => mf.getInspectorURL(),
      stop: () => mf.dispose(),
    }
  } catch (error) {
    await mf.dispose()
    throw error
  }
}

/** The deployment of wrangler.toml, with the bench's upstream and secrets. */
function gateOptions(upstream: string, signingKey: PrivateKeyJwk): Record<string, unknown> {
  // Wrangler tells on stdout about secrets, which are given below.
  process.env['WRANGLER_LOG'] ??= 'error'
  const { workerOptions } = unstable_getMiniflareWorkerOptions(join(ROOT, 'wrangler.toml'))
  const base = `http://${upstream}`
  return {
    ...workerOptions,
    bindings: {
      ISSUER: 'http://localhost',
      KEY_PEPPER: PEPPER,
      SIGNING_KEYS: JSON.stringify({ keys: [signingKey] }),
      ADMIN_TOKEN,
      UPSTREAMS: Object.fromEntries(
        shipped.products.map(({ id }) => [id, { live: base, sandbox: base }]),
      ),
    },
  }
}

function esModule(path: string, contents: string) {
  return { type: 'ESModule' as const, path, contents }
}
