// Rows of the real D1 database, made as an operator makes them.

import { env } from 'cloudflare:workers'

import {
  defaultScopes,
  productsFor,
  type Environment,
  type Kind,
} from '../../src/catalog/define.ts'
import { shipped } from '../../src/catalog.ts'
import { importPeppers, mintKey } from '../../src/credentials/digest.ts'
import { mintJwt } from '../../src/credentials/mint-jwt.ts'
import {
  loadSigningKeys,
  parseSigningKeys,
  type SigningKeys,
} from '../../src/credentials/signing-keys.ts'
import {
  insertCredential,
  insertOrganization,
  insertServiceUser,
} from '../../src/dev/statements.ts'
import { ORIGIN } from './isolate.ts'

/** Makes the tables and triggers; safe to run again. */
export async function applySchema(): Promise<void> {
  await env.DB.batch(env.SCHEMA.map((statement) => env.DB.prepare(statement)))
}

/** Runs statements in one transaction, as `wrangler d1 execute` does. */
export async function run(...statements: string[]): Promise<void> {
  await env.DB.batch(statements.map((statement) => env.DB.prepare(statement)))
}

/** What a table says of each credential's generation: the newest, or the one still to publish. */
export async function generationsIn(
  table: 'generations' | 'pending_fences',
): Promise<Map<string, number>> {
  const { results } = await env.DB.prepare(
    `SELECT credential_id AS id, generation FROM ${table}`,
  ).all<{ id: string; generation: number }>()
  return new Map(results.map(({ id, generation }) => [id, generation]))
}

/** What the publisher says once the guards hold every fence; here nobody has told them. */
export const PUBLISHED =
  'INSERT INTO published_fences SELECT credential_id, generation FROM pending_fences'

let made = 0

/** An identifier that no other row has. */
export function freshId(prefix: string): string {
  return `${prefix}_${++made}`
}

export async function makeOrganization(plan = 'enterprise'): Promise<string> {
  const id = freshId('org')
  await run(
    insertOrganization({ id, name: 'Test', plan, products: shipped.products.map((p) => p.id) }),
    `INSERT INTO members (organization_id, email, role)
     VALUES ('${id}', 'administrator@example.com', 'administrator'), ('${id}', 'viewer@example.com', 'viewer')`,
  )
  return id
}

export async function makeServiceUser(organizationId: string): Promise<string> {
  const id = freshId('su')
  const departments = ['retail']
  await run(insertServiceUser({ id, organizationId, name: 'U', sourceSystem: 'vkyc', departments }))
  return id
}

export interface Minted {
  readonly id: string
  readonly value: string
  /** Null for a JWT. */
  readonly digest: string | null
}

export interface MintOptions {
  readonly environment?: Environment
  readonly serviceUserId?: string
  readonly ips?: readonly string[]
  readonly origins?: readonly string[]
  /** Whether to make a row of it; else it is only well-formed. */
  readonly stored?: boolean
}

const SCOPES: Record<Kind, readonly string[]> = {
  secret: defaultScopes(shipped),
  publishable: shipped.publishable.scopes,
  jwt: [],
  access_token: ['ingest', 'search'],
}

/** Mints a credential under the secrets of the tests, and stores it. */
export async function mint(
  organizationId: string,
  kind: Kind,
  options: MintOptions = {},
): Promise<Minted> {
  const { environment = 'live', stored = true } = options
  const products = productsFor(shipped, kind)
  const opaque =
    kind === 'jwt'
      ? undefined
      : await mintKey(await importPeppers([env.KEY_PEPPER]), 'vk', kind, environment)
  const digest = opaque?.digest ?? null
  const id = opaque?.id ?? freshId('key')
  if (stored) {
    const text = insertCredential({
      id,
      organizationId,
      serviceUserId: options.serviceUserId ?? null,
      kind,
      environment,
      name: 'of a test',
      digest,
      scopes: SCOPES[kind],
      products,
      expiresAt: null,
      ips: options.ips ?? [],
      origins: options.origins ?? [],
    })
    await run(...text.split('\n'))
  }
  const value = opaque?.value ?? (await mintToken(id, organizationId, products))
  return { id, value, digest }
}

async function mintToken(id: string, org: string, products: readonly string[]): Promise<string> {
  const issuedAtMs = Date.now()
  return await mintJwt({
    signingKeys: await signingKeys(),
    issuer: ORIGIN,
    audience: ORIGIN,
    jti: id,
    sub: id,
    org,
    env: 'live',
    products,
    issuedAtMs,
    expiresAtMs: issuedAtMs + 3_600_000,
  })
}

/** The keys with which the edge of the tests signs. */
export async function signingKeys(): Promise<SigningKeys> {
  const parsed = parseSigningKeys(env.SIGNING_KEYS)
  if (!parsed.ok) throw new Error(parsed.error)
  return await loadSigningKeys(parsed.value)
}
