// The production bundle in workerd, with real D1, KV, Durable Objects and rate limits, in front of a
// recording upstream. What the tests say to it goes over a socket.

import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'

import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import { unstable_getMiniflareWorkerOptions, unstable_splitSqlQuery } from 'wrangler'

import { defaultScopes, productsFor } from '../../src/catalog/define.ts'
import type { Catalog, Environment, Kind } from '../../src/catalog/define.ts'
import { shipped } from '../../src/catalog/shipped.ts'
import { importPeppers, mintKey } from '../../src/keys/digest.ts'
import { mintJwt } from '../../src/keys/mint-jwt.ts'
import { generateSigningKey, loadSigningKeys } from '../../src/keys/signing-keys.ts'
import type { PrivateKeyJwk } from '../../src/keys/signing-keys.ts'
import {
  insertCredential,
  insertOrganization,
  insertServiceUser,
} from '../../src/ops/statements.ts'
import { bundle, ROOT } from './bundle.ts'
import { startUpstream } from './upstream.ts'
import type { RecordingUpstream } from './upstream.ts'

export const ADMIN_TOKEN = 'admin-token-of-the-tests-0123456789abcdef'
export const PEPPER = 'pepper-of-the-tests-0123456789abcdef0123'

/** What a credential of the tests may be; all else is as a new key has it. */
export interface CredentialOptions {
  readonly organization?: string
  readonly environment?: Environment
  readonly scopes?: readonly string[]
  readonly products?: readonly string[]
  readonly ips?: readonly string[]
  readonly origins?: readonly string[]
  readonly expiresAt?: number
  readonly departments?: readonly string[]
}

export interface Minted {
  readonly id: string
  readonly value: string
}

export interface TestEdge {
  readonly url: string
  readonly port: number
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
  /** Bytes on a socket, and all that comes back until it closes or is idle. */
  raw(bytes: string): Promise<{ status: number; text: string }>
  stop(): Promise<void>
}

export interface EdgeOptions {
  readonly entry?: string
  readonly catalog?: Catalog
  /** Settings over those of wrangler.toml. */
  readonly bindings?: Readonly<Record<string, unknown>>
  readonly signingKey?: PrivateKeyJwk
}

/** Starts an edge with an empty database and one organization, `org_test`, on plan enterprise. */
export async function startEdge(options: EdgeOptions = {}): Promise<TestEdge> {
  const catalog = options.catalog ?? shipped
  const upstream = await startUpstream()
  const signingKey = options.signingKey ?? (await generateSigningKey())
  const { workerOptions } = unstable_getMiniflareWorkerOptions(join(ROOT, 'wrangler.toml'))
  const upstreams = Object.fromEntries(
    catalog.products.map(({ id }) => [
      id,
      { live: `${upstream.url}/live`, sandbox: `${upstream.url}/sandbox` },
    ]),
  )
  const worker = {
    ...workerOptions,
    name: 'portcullis',
    modules: [
      { type: 'ESModule' as const, path: 'index.js', contents: await bundle(options.entry) },
    ],
    bindings: {
      ISSUER: 'http://localhost',
      EDGE_HOSTS: ['127.0.0.1'],
      KEY_PEPPER: PEPPER,
      SIGNING_KEYS: JSON.stringify({ keys: [signingKey] }),
      ADMIN_TOKEN,
      UPSTREAMS: upstreams,
      ...options.bindings,
    },
    unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
  }
  const mf = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      log: new Log(LogLevel.ERROR),
      workers: [worker],
    } as never),
  )
  const { port } = await mf.unsafeGetDirectURL()
  const url = `http://localhost:${port}`
  const db = await mf.getD1Database('DB')
  const sql = async (text: string): Promise<Record<string, unknown>[]> => {
    const statements = unstable_splitSqlQuery(text).map((statement) => db.prepare(statement))
    const results = await db.batch<Record<string, unknown>>(statements)
    return results.at(-1)?.results ?? []
  }
  await sql(await readFile(join(ROOT, 'schema.sql'), 'utf8'))
  const products = catalog.products.map(({ id }) => id)
  await sql(
    insertOrganization({
      id: 'org_test',
      name: 'Test',
      plan: Object.keys(catalog.plans).at(-1) ?? '',
      products,
    }),
  )

  return {
    url,
    port: Number(port),
    mf,
    upstream,
    signingKey,
    sql,
    mint,
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
    raw: (bytes) => sendRaw(Number(port), bytes),
    async stop() {
      await mf.dispose()
      await upstream.stop()
    },
  }

  async function mint(kind: Kind, asked: CredentialOptions = {}): Promise<Minted> {
    const id = `key_${randomBytes(8).toString('hex')}`
    const environment = asked.environment ?? 'live'
    const organizationId = asked.organization ?? 'org_test'
    const ofKind = asked.products ?? productsFor(catalog, kind)
    const opaque =
      kind === 'jwt'
        ? undefined
        : await mintKey(await importPeppers([PEPPER]), 'vk', kind, environment)
    const serviceUserId = kind === 'access_token' ? `su_${id.slice(4)}` : null
    if (serviceUserId) {
      const departments = asked.departments ?? ['retail']
      await sql(
        insertServiceUser({
          id: serviceUserId,
          organizationId,
          name: 'U',
          sourceSystem: 'vkyc',
          departments,
        }),
      )
    }
    const byKind: Record<Kind, readonly string[]> = {
      secret: defaultScopes(catalog),
      publishable: catalog.publishable.scopes,
      jwt: [],
      access_token: ['ingest', 'search'],
    }
    await sql(
      insertCredential({
        id,
        organizationId,
        serviceUserId,
        kind,
        environment,
        name: 'of a test',
        digest: opaque?.digest ?? null,
        scopes: asked.scopes ?? byKind[kind],
        products: ofKind,
        expiresAt: asked.expiresAt ?? null,
        ips: asked.ips ?? [],
        origins: asked.origins ?? [],
      }),
    )
    if (opaque) return { id, value: opaque.value }
    const now = Date.now()
    const value = await mintJwt({
      signingKeys: await loadSigningKeys([signingKey]),
      issuer: 'http://localhost',
      audience: 'http://localhost',
      jti: id,
      sub: id,
      org: organizationId,
      env: environment,
      products: ofKind,
      issuedAtMs: now,
      expiresAtMs: asked.expiresAt ?? now + 3_600_000,
    })
    return { id, value }
  }
}

function sendRaw(port: number, bytes: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.from(bytes, 'latin1')))
    let text = ''
    const done = (): void => {
      socket.destroy()
      resolve({ status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1] ?? 0), text })
    }
    socket.setTimeout(1_000, done)
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      const length = /\r\ncontent-length: (\d+)\r\n/i.exec(text)?.[1]
      const start = text.indexOf('\r\n\r\n')
      if (length && start > 0 && text.length >= start + 4 + Number(length)) done()
    })
    socket.on('close', done)
    socket.on('error', reject)
  })
}
