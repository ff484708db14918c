// The production bundles in workerd (gate, guards, control), with real D1, KV, Durable Objects and rate
// limits, in front of a recording upstream. What the tests say to the gate goes over a socket.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import { unstable_getMiniflareWorkerOptions } from 'wrangler'

import type { Catalog, Kind } from '../../src/catalog/define.ts'
import { shipped } from '../../src/catalog.ts'
import { generateSigningKey, type PrivateKeyJwk } from '../../src/credentials/signing-keys.ts'
import { insertOrganization } from '../../src/dev/statements.ts'
import { sqlWorker } from '../../src/dev/sql-worker.ts'
import { CONFIGS, ROLES, type ByRole, type Role } from '../../src/config/workers.ts'
import { varsOf } from '../../src/dev/worker-options.ts'
import { bundle, ROOT } from './bundle.ts'
import { mint, PEPPER, type CredentialOptions, type Minted } from './mint.ts'
import { startUpstream, type RecordingUpstream } from './upstream.ts'
import { sendRaw } from './wire.ts'

export const ADMIN_TOKEN = 'admin-token-of-the-tests-0123456789abcdef'
export { PEPPER }
export type { CredentialOptions, Minted }

/** What each Worker is called. */
export const NAMES: ByRole<string> = {
  gate: 'portcullis',
  guard: 'portcullis-guard',
  control: 'portcullis-control',
}

const unsafeDirectSockets = [{ host: '127.0.0.1', port: 0 }]

export interface TestEdge {
  readonly url: string
  readonly port: number
  /** One per isolate; `port` is the first. */
  readonly ports: readonly number[]
  readonly mf: Miniflare
  readonly upstream: RecordingUpstream
  readonly signingKey: PrivateKeyJwk
  /** Runs statements on D1, as raw SQL would. */
  sql(text: string): Promise<Record<string, unknown>[]>
  /** POST /edge/v1/sync. */
  sync(): Promise<{ published: number; pending: number; enforced_at: number | null }>
  mint(kind: Kind, options?: CredentialOptions): Promise<Minted>
  /** A request from `address` (default 198.51.100.7), through fetch. */
  fetch(path: string, init?: RequestInit & { address?: string }): Promise<Response>
  /** Bytes on a socket, and all that comes back until it ends, closes or is idle. */
  raw(bytes: string): Promise<{ status: number; text: string }>
  /** Runs the cron. */
  scheduled(): Promise<void>
  /** Evicts a credential's guard from memory; false when it was not there. */
  evictGuard(credentialId: string): Promise<boolean>
  stop(): Promise<void>
}

export interface EdgeOptions {
  /** In place of the deployed entries. */
  readonly entries?: Partial<ByRole<string>>
  readonly catalog?: Catalog
  /** Settings over those of wrangler.toml. */
  readonly bindings?: Readonly<Record<string, unknown>>
  /** Settings of a single Worker, over those. */
  readonly bindingsOf?: Partial<ByRole<Readonly<Record<string, unknown>>>>
  /** Settings and bindings by name that are left out; without `DB` there is no database. */
  readonly without?: readonly string[]
  readonly signingKey?: PrivateKeyJwk
  /** A folder that keeps D1, KV and the guards from one start to the next. */
  readonly storage?: string
  /** Hears every line of the Workers' consoles. */
  readonly onLog?: (line: string) => void
  /** Modules around the bundles, as text; each finds its bundle as `./edge.js`. */
  readonly shells?: Partial<ByRole<string>>
  /** A folder by which emulators find each other's Workers; control is then in another (`startControl`). */
  readonly registry?: string
  /** As many isolates of the gate, over the same database, KV, queues, guards and control. */
  readonly isolates?: number
}

/** Starts an edge with an empty database and one organization, `org_test`, on plan enterprise. */
export async function startEdge(options: EdgeOptions = {}): Promise<TestEdge> {
  const catalog = options.catalog ?? shipped
  const upstream = await startUpstream()
  // Its secrets are set below; wrangler would warn with each start that .dev.vars has none.
  process.env['WRANGLER_LOG'] ??= 'error'
  const signingKey = options.signingKey ?? (await generateSigningKey())
  const roles = options.registry === undefined ? ROLES : (['gate', 'guard'] as const)
  const setting = { options, upstream: upstream.url, signingKey }
  const [gate, ...behind] = await Promise.all(roles.map((role) => workerOf(role, setting)))
  // Each isolate of the gate is a Worker of its own.
  const gates = Array.from({ length: options.isolates ?? 1 }, (_, i) => ({
    ...gate,
    name: i === 0 ? NAMES.gate : `${NAMES.gate}-${i + 1}`,
    unsafeDirectSockets,
  }))
  const database = options.without?.includes('DB')
    ? undefined
    : sqlWorker('database', String(gate?.['compatibilityDate']), gate?.['d1Databases'] as never)
  const mf = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      log: new Log(LogLevel.ERROR),
      ...(options.storage && { resourcePersistencePath: options.storage }),
      ...(options.registry && { unsafeDevRegistryPath: options.registry }),
      ...(options.onLog && {
        handleStructuredLogs: ({ message }: { message: string }) => options.onLog?.(message),
      }),
      workers: [
        ...gates,
        ...behind,
        ...(database ? [{ ...database.options, unsafeDirectSockets }] : []),
      ],
    } as never),
  )
  const urls = await Promise.all(gates.map(({ name }) => mf.unsafeGetDirectURL(name)))
  const ports = urls.map(({ port }) => Number(port))
  const port = ports[0] ?? 0
  const url = `http://localhost:${port}`
  const databaseUrl = database && (await mf.unsafeGetDirectURL('database'))
  const sql: TestEdge['sql'] = async (text) => {
    if (!database || !databaseUrl) throw new Error('this edge was started without a database')
    return await database.run(databaseUrl, text)
  }
  const organization = insertOrganization({
    id: 'org_test',
    name: 'Test',
    plan: Object.keys(catalog.plans).at(-1) ?? '',
    products: catalog.products.map(({ id }) => id),
  })
  // A folder that was used before has it already.
  const once = organization.replace('INSERT INTO', 'INSERT OR IGNORE INTO')
  if (database) {
    await sql(await readFile(join(ROOT, 'schema.sql'), 'utf8'))
    await sql(once)
  }

  return {
    url,
    port,
    ports,
    mf,
    upstream,
    signingKey,
    sql,
    mint: (kind, asked) => mint({ catalog, signingKey, sql }, kind, asked),
    async sync() {
      const headers = { authorization: `Bearer ${ADMIN_TOKEN}` }
      const answer = await fetch(`${url}/edge/v1/sync`, { method: 'POST', headers })
      return (await answer.json()) as Awaited<ReturnType<TestEdge['sync']>>
    },
    fetch: async (path, { address = '198.51.100.7', ...init } = {}) => {
      const headers = new Headers(init.headers)
      headers.set('cf-connecting-ip', address)
      return await fetch(url + path, { redirect: 'manual', ...init, headers })
    },
    raw: (bytes) => sendRaw(port, bytes),
    async scheduled() {
      const running = await mf.getWorker(NAMES.control)
      await running.scheduled({ cron: '* * * * *', scheduledTime: new Date() })
    },
    evictGuard: (credentialId) =>
      mf.unsafeEvictDurableObject(NAMES.guard, 'KeyGuard', { name: `v1:${credentialId}` }).then(
        () => true,
        (error: unknown) => {
          if (/not currently running/.test(String(error))) return false
          throw error
        },
      ),
    async stop() {
      await mf.dispose()
      await upstream.stop()
    },
  }
}

/** What the Workers of an edge are started with. */
interface Setting {
  readonly options: EdgeOptions
  readonly upstream: string
  readonly signingKey: PrivateKeyJwk
}

/** A Worker as Miniflare takes it. */
async function workerOf(
  role: Role,
  { options, upstream, signingKey }: Setting,
): Promise<Record<string, unknown>> {
  const left = (named: unknown): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(named ?? {}).filter(([name]) => !options.without?.includes(name)),
    )
  const { products } = options.catalog ?? shipped
  const urls = { live: `${upstream}/live`, sandbox: `${upstream}/sandbox` }
  const vars = left({
    ISSUER: 'http://localhost',
    EDGE_HOSTS: ['127.0.0.1'],
    KEY_PEPPER: PEPPER,
    SIGNING_KEYS: JSON.stringify({ keys: [signingKey] }),
    ADMIN_TOKEN,
    CONSOLE: 'token',
    UPSTREAMS: Object.fromEntries(products.map(({ id }) => [id, urls])),
    ...options.bindings,
    ...options.bindingsOf?.[role],
  })
  const { workerOptions } = unstable_getMiniflareWorkerOptions(join(ROOT, CONFIGS[role]))
  const shell = options.shells?.[role]
  const text = await bundle(role, options.entries?.[role])
  return {
    ...workerOptions,
    d1Databases: left(workerOptions['d1Databases']),
    kvNamespaces: left(workerOptions['kvNamespaces']),
    durableObjects: left(workerOptions['durableObjects']),
    ratelimits: left(workerOptions['ratelimits']),
    name: NAMES[role],
    modules: [
      ...(shell === undefined ? [] : [esModule('index.js', shell)]),
      esModule(shell === undefined ? 'index.js' : 'edge.js', text),
    ],
    bindings: varsOf(role, vars),
  }
}

/**
 * Starts control in an emulator of its own, for an edge that was started with this registry. It has the
 * settings of that edge, and a database of its own, which is empty.
 */
export async function startControl(
  edge: Pick<TestEdge, 'upstream' | 'signingKey'>,
  options: EdgeOptions & { readonly registry: string },
): Promise<Miniflare> {
  const setting = { options, upstream: edge.upstream.url, signingKey: edge.signingKey }
  const mf = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      log: new Log(LogLevel.ERROR),
      unsafeDevRegistryPath: options.registry,
      workers: [await workerOf('control', setting)],
    } as never),
  )
  await mf.ready
  return mf
}

function esModule(path: string, contents: string) {
  return { type: 'ESModule' as const, path, contents }
}
