// The credentials of the bench, made as the ops command makes them and put into D1 many at a time.

import { defaultScopes, productsFor, type Kind } from '../../src/catalog/define.ts'
import { shipped } from '../../src/catalog.ts'
import { importPeppers, mintKey } from '../../src/credentials/digest.ts'
import type { OpaqueKind } from '../../src/credentials/kinds.ts'
import { mintJwt } from '../../src/credentials/mint-jwt.ts'
import { loadSigningKeys, type PrivateKeyJwk } from '../../src/credentials/signing-keys.ts'
import { insertOrganization, insertServiceUser } from '../../src/dev/statements.ts'
import { PEPPER } from '../harness/edge.ts'
import type { Database } from './edge.ts'

/** The presented values, by what they are for. */
export interface Keys {
  readonly secret: string
  readonly publishable: string
  readonly jwt: string
  readonly accessToken: string
  readonly revoked: string
  /** Well-formed and rightly tagged, but without a row. */
  readonly absent: string
  /** One per pass, with a quota of one request. */
  readonly overLimit: readonly string[]
  /** Per pass, so many that were never used before. */
  readonly cold: readonly (readonly string[])[]
}

/** So high that no limit is what is measured. */
const UNLIMITED = { plan: 10_000_000, sessions: 10_000_000, publishable: 10_000_000 }
const ORGANIZATION = 'org_bench'
const SERVICE_USER = 'su_bench'
const ROWS_PER_STATEMENT = 1_000

export interface Row {
  readonly id: string
  readonly kind: Kind
  readonly digest: string | null
  readonly serviceUser: string | null
  readonly scopes: readonly string[]
  readonly products: readonly string[]
  readonly quotas: Readonly<Record<string, number>>
  readonly revokedAt: number | null
}

const INSERT = `INSERT INTO credentials (id, organization_id, service_user_id, kind, environment, name,
    digest, scopes, products, quotas, revoked_at)
  SELECT value ->> 'id', '${ORGANIZATION}', value ->> 'serviceUser', value ->> 'kind', 'live', 'bench',
    value ->> 'digest', value -> 'scopes', value -> 'products', value -> 'quotas', value ->> 'revokedAt'
  FROM json_each(?1)`

/** Makes credentials, and writes them all at once. */
export interface Seeder {
  /** Makes an opaque key; its row is written by the next `insert`. */
  mint(kind: OpaqueKind, over?: Partial<Row>): Promise<MintedKey>
  jwt(): Promise<string>
  insert(): Promise<void>
}

export interface MintedKey {
  readonly id: string
  readonly value: string
}

/** Begins with one organization and one service user. */
export async function startSeeding(db: Database, signingKey: PrivateKeyJwk): Promise<Seeder> {
  const peppers = await importPeppers([PEPPER])
  const products = shipped.products.map(({ id }) => id)
  const names = { id: ORGANIZATION, name: 'Bench', plan: 'enterprise', products }
  const user = { id: SERVICE_USER, organizationId: ORGANIZATION, name: 'Bench', departments: [] }
  await db.prepare(insertOrganization(names)).run()
  await db.prepare(insertServiceUser({ ...user, sourceSystem: 'vkyc' })).run()
  let rows: Row[] = []
  let nth = 0
  return {
    async mint(kind, over = {}) {
      const { value, digest } = await mintKey(peppers, 'vk', kind, 'live')
      const row = { ...rowOf(kind, nth++), digest, ...over }
      rows.push(row)
      return { id: row.id, value }
    },
    async jwt() {
      const row = rowOf('jwt', nth++)
      rows.push(row)
      return await signJwt(row, signingKey)
    },
    async insert() {
      const all = rows
      rows = []
      for (let i = 0; i < all.length; i += ROWS_PER_STATEMENT) {
        const part = JSON.stringify(all.slice(i, i + ROWS_PER_STATEMENT))
        await db.prepare(INSERT).bind(part).run()
      }
    },
  }
}

/** A well-formed and rightly tagged key that has no row. */
export async function absentKey(): Promise<string> {
  return (await mintKey(await importPeppers([PEPPER]), 'vk', 'secret', 'live')).value
}

/** Seeds one key of each sort, and new ones for each of so many passes. */
export async function seed(
  db: Database,
  signingKey: PrivateKeyJwk,
  passes: number,
  coldPerPass: number,
): Promise<Keys> {
  const seeder = await startSeeding(db, signingKey)
  const mint = async (kind: OpaqueKind, over: Partial<Row> = {}): Promise<string> =>
    (await seeder.mint(kind, over)).value
  const many = async (count: number, over: Partial<Row> = {}): Promise<string[]> => {
    const values: string[] = []
    for (let i = 0; i < count; i++) values.push(await mint('secret', over))
    return values
  }
  const cold: string[][] = []
  for (let pass = 0; pass < passes; pass++) cold.push(await many(coldPerPass))
  const keys: Keys = {
    secret: await mint('secret'),
    publishable: await mint('publishable'),
    jwt: await seeder.jwt(),
    accessToken: await mint('access_token', { serviceUser: SERVICE_USER, scopes: ['search'] }),
    revoked: await mint('secret', { revokedAt: Date.now() }),
    absent: await absentKey(),
    overLimit: await many(passes, { quotas: { plan: 1 } }),
    cold,
  }
  await seeder.insert()
  return keys
}

function rowOf(kind: Kind, nth: number): Row {
  const scopes = { secret: defaultScopes(shipped), publishable: shipped.publishable.scopes }
  return {
    id: `key_bench${nth}`,
    kind,
    digest: null,
    serviceUser: null,
    scopes: kind === 'secret' || kind === 'publishable' ? scopes[kind] : [],
    products: productsFor(shipped, kind),
    quotas: UNLIMITED,
    revokedAt: null,
  }
}

async function signJwt({ id, products }: Row, signingKey: PrivateKeyJwk): Promise<string> {
  const now = Date.now()
  return await mintJwt({
    signingKeys: await loadSigningKeys([signingKey]),
    issuer: 'http://localhost',
    audience: 'http://localhost',
    jti: id,
    sub: id,
    org: ORGANIZATION,
    env: 'live',
    products,
    issuedAtMs: now,
    expiresAtMs: now + 3_600_000,
  })
}
