// Mints credentials of every kind, as the ops command does, for the tests.

import { randomBytes } from 'node:crypto'

import {
  defaultScopes,
  productsFor,
  type Catalog,
  type Environment,
  type Kind,
} from '../../src/catalog/define.ts'
import { importPeppers, mintKey } from '../../src/credentials/digest.ts'
import { mintJwt } from '../../src/credentials/mint-jwt.ts'
import { loadSigningKeys, type PrivateKeyJwk } from '../../src/credentials/signing-keys.ts'
import { insertCredential, insertServiceUser } from '../../src/dev/statements.ts'

export const PEPPER = 'pepper-of-the-tests-0123456789abcdef0123'

/** What a credential of the tests may be; all else is as a new key has it. */
export interface CredentialOptions {
  readonly organization?: string
  readonly environment?: Environment
  readonly name?: string
  readonly scopes?: readonly string[]
  readonly products?: readonly string[]
  readonly ips?: readonly string[]
  readonly origins?: readonly string[]
  readonly expiresAt?: number
  readonly departments?: readonly string[]
  /** An access token of this service user instead of a new one. */
  readonly serviceUser?: string
  /** In place of the edge's own. */
  readonly pepper?: string
  /** Of a JWT; in place of the edge's own. */
  readonly signingKey?: PrivateKeyJwk
  /** Of a JWT, in Unix ms. */
  readonly issuedAt?: number
}

export interface Minted {
  readonly id: string
  readonly value: string
}

export interface Mint {
  readonly catalog: Catalog
  readonly signingKey: PrivateKeyJwk
  readonly sql: (text: string) => Promise<unknown>
}

/** Makes a credential and writes its row (and its service user's). */
export async function mint(
  { catalog, signingKey, sql }: Mint,
  kind: Kind,
  asked: CredentialOptions = {},
): Promise<Minted> {
  const environment = asked.environment ?? 'live'
  const organizationId = asked.organization ?? 'org_test'
  const ofKind = asked.products ?? productsFor(catalog, kind)
  const opaque =
    kind === 'jwt'
      ? undefined
      : await mintKey(await importPeppers([asked.pepper ?? PEPPER]), 'vk', kind, environment)
  const id = opaque?.id ?? `key_${randomBytes(8).toString('hex')}`
  const serviceUserId = kind === 'access_token' ? (asked.serviceUser ?? `su_${id.slice(4)}`) : null
  if (serviceUserId && !asked.serviceUser) {
    const departments = asked.departments ?? ['retail']
    const user = { id: serviceUserId, organizationId, name: 'U', sourceSystem: 'vkyc', departments }
    await sql(insertServiceUser(user))
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
      name: asked.name ?? 'of a test',
      digest: opaque?.digest ?? null,
      scopes: asked.scopes ?? byKind[kind],
      products: ofKind,
      expiresAt: asked.expiresAt ?? null,
      ips: asked.ips ?? [],
      origins: asked.origins ?? [],
    }),
  )
  if (opaque) return { id, value: opaque.value }
  const now = asked.issuedAt ?? Date.now()
  const value = await mintJwt({
    signingKeys: await loadSigningKeys([asked.signingKey ?? signingKey]),
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
