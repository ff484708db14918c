// All Workers of the bench in one workerd, each behind a socket of its own: the production bundles, the
// same in one Worker with its calls counted, and the bare Workers. They share the machine's noise.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import { unstable_getMiniflareWorkerOptions } from 'wrangler'

import { shipped } from '../../src/catalog.ts'
import { generateSigningKey, type PrivateKeyJwk } from '../../src/credentials/signing-keys.ts'
import { CONFIGS, type Role } from '../../src/config/workers.ts'
import { sqlWorker } from '../../src/dev/sql-worker.ts'
import { varsOf } from '../../src/dev/worker-options.ts'
import { bundle, ROOT } from '../harness/bundle.ts'
import { ADMIN_TOKEN, PEPPER } from '../harness/edge.ts'
import { CONSUMER, KV_READ, NAIVE, PASS_THROUGH, STEPS } from './bare-workers.ts'
import { COUNTED_QUEUES, countedShell } from './counted.ts'

export const WORKERS = [
  'gate',
  'gate_apart',
  'pass_through',
  'string_url',
  'identity_set',
  'answer_set',
  'uncached',
  'headers_only',
  'naive',
  'kv_read',
  'consumer',
  'counted',
  'counted_naive',
  'counted_kv_read',
] as const
export type WorkerName = (typeof WORKERS)[number]

/** A key that the naive Worker knows, and the one that reads KV. */
export const NAIVE_KEY = 'naive_key_0123456789abcdef0123456789'

export type Database = Awaited<ReturnType<Miniflare['getD1Database']>>

export interface BenchEdge {
  /** 0 of those that were not asked for. */
  readonly ports: Readonly<Record<WorkerName, number>>
  /** Of the Workers that were asked for besides, by name. */
  readonly otherPorts: ReadonlyMap<string, number>
  readonly db: Database
  /** What the consumer alone writes into. */
  readonly consumerDb: Database
  readonly signingKey: PrivateKeyJwk
  /** Tells the guards what was edited by SQL; returns once nothing is pending. */
  sync(): Promise<void>
  /** The workerd inspector's address, where it was asked for. */
  inspectorUrl(): Promise<URL>
  stop(): Promise<void>
}

/** A Worker around another catalog: over the same database, KV and queues. */
export interface OtherGate {
  readonly name: string
  readonly entry: string
  /** A module around the bundle, which it finds as `./edge.js`. */
  readonly shell: string
  readonly products: readonly string[]
}

export interface BenchEdgeOptions {
  readonly upstreamPort: number
  readonly inspector?: boolean
  /** Those that are started; all of them where none are named. The gate always is, with what it needs. */
  readonly workers?: readonly WorkerName[]
  readonly others?: readonly OtherGate[]
}

/** Starts workerd with an empty database; what it stores is on disk, in the temporary directory. */
export async function startBenchEdge(options: BenchEdgeOptions): Promise<BenchEdge> {
  const upstream = `127.0.0.1:${options.upstreamPort}`
  const signingKey = await generateSigningKey()
  const texts = {
    gate: await bundle('gate'),
    guard: await bundle('guard'),
    control: await bundle('control'),
    all: await bundle('gate', 'test/workerd/all.ts'),
  }
  const others = options.others ?? []
  const asked = WORKERS.filter(
    (name) => name === 'gate' || options.workers?.includes(name) !== false,
  )
  const needed: readonly string[] = [...asked, GUARD, CONTROL]
  const workers = [
    ...[...gates(upstream, signingKey, texts), ...bareWorkers(upstream)].filter(({ name }) =>
      needed.includes(name),
    ),
    ...(await Promise.all(others.map((other) => otherGate(other, upstream, signingKey)))),
  ]
  // What makes the tables of each database: from here every statement would be a call of its own.
  const databases = workers
    .filter(({ name }) => name === 'gate' || name === 'consumer')
    .map((one) => {
      const { compatibilityDate, d1Databases }: Record<string, unknown> = one
      return sqlWorker(`schema-${one.name}`, String(compatibilityDate), d1Databases as never)
    })
  const sockets = [{ host: '127.0.0.1', port: 0 }]
  const mf = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      log: new Log(LogLevel.ERROR),
      // What the Workers log must not get between the lines of the report.
      handleStructuredLogs: ({ message }: { message: string }) => console.error(message),
      ...(options.inspector && { inspectorPort: 0 }),
      workers: [...workers, ...databases.map((one) => one.options)].map((worker) => ({
        ...worker,
        unsafeDirectSockets: sockets,
      })),
    }),
  )
  try {
    const portOf = async (name: string): Promise<number> =>
      Number((await mf.unsafeGetDirectURL(name)).port)
    const named = await Promise.all(
      WORKERS.map(async (name) => [name, asked.includes(name) ? await portOf(name) : 0] as const),
    )
    const ports = Object.fromEntries(named) as Record<WorkerName, number>
    const otherPorts = await Promise.all(
      others.map(async ({ name }) => [name, await portOf(name)] as const),
    )
    const db = await mf.getD1Database('DB', 'gate')
    // The same database where the consumer does not run.
    const consumerDb = await mf.getD1Database(
      'DB',
      asked.includes('consumer') ? 'consumer' : 'gate',
    )
    const schema = await readFile(join(ROOT, 'schema.sql'), 'utf8')
    for (const one of databases) {
      await one.run(await mf.unsafeGetDirectURL(String(one.options.name)), schema)
    }
    if (asked.includes('kv_read')) {
      await (await mf.getKVNamespace('KEYS', 'kv_read')).put(NAIVE_KEY, JSON.stringify(KV_RECORD))
    }
    const health = await fetch(`http://localhost:${ports.gate}/edge/health`)
    if (!health.ok) throw new Error(`the gate is not ready: ${await health.text()}`)
    return {
      ports,
      otherPorts: new Map(otherPorts),
      db,
      consumerDb,
      signingKey,
      sync: () => sync(ports.gate),
      inspectorUrl: () => mf.getInspectorURL(),
      stop: () => mf.dispose(),
    }
  } catch (error) {
    await mf.dispose()
    throw error
  }
}

type Texts = Readonly<Record<Role | 'all', string>>

/**
 * The production bundles as they are; a gate with nobody who takes its queue (as deployed, where that
 * happens on other machines); all three in one Worker, in a shell that counts; and control as a consumer
 * of the audit alone.
 */
function gates(upstream: string, signingKey: PrivateKeyJwk, texts: Texts) {
  const optionsOf = (role: Role): Record<string, unknown> => ({
    ...deployment(role),
    bindings: varsFor(role, upstream, signingKey),
  })
  const [gate, control] = [optionsOf('gate'), optionsOf('control')]
  const producers = control['queueProducers'] as Record<string, { queueName: string }>
  return [
    { ...gate, name: 'gate', modules: [esModule('index.js', texts.gate)] },
    { ...deployment('guard'), name: GUARD, modules: [esModule('index.js', texts.guard)] },
    { ...control, name: CONTROL, modules: [esModule('index.js', texts.control)] },
    {
      ...gate,
      name: 'gate_apart',
      queueProducers: renamed({ AUDIT: producers['AUDIT'] as never }, UNTAKEN_QUEUES),
      modules: [esModule('index.js', texts.gate)],
    },
    {
      ...control,
      ratelimits: gate['ratelimits'],
      name: 'counted',
      durableObjects: {
        KEY_GUARD: { className: 'KeyGuard', useSQLite: true },
        TRIES: { className: 'TryCounter', useSQLite: true },
      },
      serviceBindings: { CONTROL: { name: 'counted', entrypoint: 'Control' } },
      queueProducers: renamed(producers, COUNTED_QUEUES),
      queueConsumers: Object.fromEntries(
        Object.entries(control['queueConsumers'] as object).map(([name, consumer]) => [
          COUNTED_QUEUES + name,
          consumer as object,
        ]),
      ),
      modules: [esModule('index.js', countedShell('KeyGuard')), esModule('edge.js', texts.all)],
    },
    {
      ...control,
      name: 'consumer',
      d1Databases: { DB: { id: 'consumer' } },
      queueConsumers: {},
      modules: [esModule('index.js', CONSUMER), esModule('edge.js', texts.control)],
    },
  ]
}

/** As the wrangler.toml files call them. */
const [GUARD, CONTROL] = ['portcullis-guard', 'portcullis-control']
const UNTAKEN_QUEUES = 'untaken-'

function renamed(producers: Record<string, { queueName: string }>, prefix: string) {
  const entries = Object.entries(producers)
  return Object.fromEntries(
    entries.map(([binding, { queueName }]) => [binding, { queueName: prefix + queueName }]),
  )
}

function bareWorkers(upstream: string) {
  const { compatibilityDate } = deployment('gate')
  const naive = {
    compatibilityDate,
    bindings: {
      UPSTREAM: upstream,
      KEYS: { [NAIVE_KEY]: { id: 'key_naive', limit: 10_000_000 } },
    },
    durableObjects: { COUNTERS: { className: 'Counter', useSQLite: true } },
  }
  const kvRead = {
    compatibilityDate,
    bindings: { UPSTREAM: upstream },
    kvNamespaces: { KEYS: { id: 'kv_read' } },
  }
  return [
    {
      compatibilityDate,
      name: 'pass_through',
      modules: [esModule('index.js', PASS_THROUGH)],
      bindings: { UPSTREAM: upstream },
    },
    ...Object.entries(STEPS).map(([name, text]) => ({
      compatibilityDate,
      name,
      modules: [esModule('index.js', text)],
      bindings: { UPSTREAM: upstream },
    })),
    { ...naive, name: 'naive', modules: [esModule('index.js', NAIVE)] },
    {
      ...naive,
      name: 'counted_naive',
      modules: [esModule('index.js', countedShell('Counter')), esModule('edge.js', NAIVE)],
    },
    { ...kvRead, name: 'kv_read', modules: [esModule('index.js', KV_READ)] },
    {
      ...kvRead,
      name: 'counted_kv_read',
      modules: [esModule('index.js', countedShell()), esModule('edge.js', KV_READ)],
    },
  ]
}

async function otherGate(other: OtherGate, upstream: string, signingKey: PrivateKeyJwk) {
  const text = await bundle('gate', other.entry)
  return {
    ...deployment('gate'),
    bindings: varsFor('gate', upstream, signingKey, other.products),
    name: other.name,
    modules: [esModule('index.js', other.shell), esModule('edge.js', text)],
  }
}

/** The settings of a deployment, with the bench's upstream and secrets. */
function varsFor(
  role: Role,
  upstream: string,
  signingKey: PrivateKeyJwk,
  products: readonly string[] = shipped.products.map(({ id }) => id),
): Record<string, unknown> {
  const base = `http://${upstream}`
  return varsOf<unknown>(role, {
    ISSUER: 'http://localhost',
    KEY_PEPPER: PEPPER,
    SIGNING_KEYS: JSON.stringify({ keys: [signingKey] }),
    ADMIN_TOKEN,
    UPSTREAMS: Object.fromEntries(products.map((id) => [id, { live: base, sandbox: base }])),
  })
}

/** What the wrangler.toml of a Worker says. */
export function deployment(role: Role): Record<string, unknown> {
  // Wrangler tells on stdout about secrets, which are given otherwise here.
  process.env['WRANGLER_LOG'] ??= 'error'
  return unstable_getMiniflareWorkerOptions(join(ROOT, CONFIGS[role])).workerOptions
}

async function sync(port: number): Promise<void> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` }
  for (;;) {
    const answer = await fetch(`http://localhost:${port}/edge/v1/sync`, { method: 'POST', headers })
    const { pending } = (await answer.json()) as { pending?: number }
    if (!answer.ok || pending === undefined) throw new Error(`sync answered ${answer.status}`)
    if (pending === 0) return
  }
}

/** About the size of a key's record with the gate. */
const KV_RECORD = {
  id: 'key_kv_read',
  organizationId: 'org_bench',
  plan: 'enterprise',
  scopes: Object.keys(shipped.scopes),
  products: shipped.products.map(({ id }) => id),
  revokedAt: null,
}

function esModule(path: string, contents: string) {
  return { type: 'ESModule' as const, path, contents }
}
