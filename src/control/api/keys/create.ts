// Making keys. The value is in the answer and nowhere else: D1 gets its digest.

import type { Environment, Kind } from '../../../catalog/define.ts'
import { mintKey } from '../../../credentials/digest.ts'
import { randomBase62 } from '../../../credentials/format.ts'
import { isSigned } from '../../../credentials/kinds.ts'
import { mintJwt } from '../../../credentials/mint-jwt.ts'
import { environmentOf } from '../actor.ts'
import { capsFor, withinCap, withinListCaps } from '../caps.ts'
import { commitChange, enforce } from '../change.ts'
import type { Fences } from '../change.ts'
import type { ControlContext } from '../context.ts'
import { once } from '../idempotency.ts'
import type { Idempotency } from '../idempotency.ts'
import { KEY_IPS, KEY_ORIGINS, replaceList } from '../lists.ts'
import { keyEvent } from '../notify.ts'
import { invalid, Problem } from '../problem.ts'
import { checkWrite, stateOf } from '../rights/check.ts'
import type { FieldOf } from '../rights/fields.ts'

/** A JWT carries its own expiry; without a wish it is a year. */
const JWT_DEFAULT_LIFETIME_MS = 365 * 24 * 60 * 60 * 1000

/** A key ready to be written; lists and grants have been checked. */
export interface KeyDraft {
  readonly kind: Kind
  readonly environment: Environment
  readonly name: string
  readonly serviceUserId: string | null
  readonly scopes: readonly string[]
  readonly products: readonly string[]
  readonly quotas: Readonly<Record<string, number>>
  readonly ips: readonly string[] | null
  readonly origins: readonly string[] | null
  readonly expiresAt: number | null
  readonly metadata: Readonly<Record<string, string>>
  /** Set for an imported key, whose value is elsewhere. */
  readonly imported?: { readonly digest: string; readonly prefix: string }
}

export interface Made {
  readonly id: string
  /** null: imported, or an Idempotency-Key replayed. */
  readonly value: string | null
}

/** The environment of a new key. @throws Problem 403 where a key reaches beyond its own. */
export function environmentFor(
  { actor }: ControlContext,
  asked: Environment | undefined,
): Environment {
  const own = environmentOf(actor)
  if (own && asked && asked !== own) {
    throw new Problem(403, 'grant_beyond_own', `environment: a ${own} key manages ${own} keys only`)
  }
  const environment = asked ?? own
  if (environment) return environment
  throw invalid('environment', 'must be live or sandbox')
}

/** What else is written in the transaction that makes a key. */
interface Besides {
  readonly statements: (id: string) => readonly D1PreparedStatement[]
  /** Other keys that these change. */
  readonly keys?: readonly string[]
  /** It replaces another that ends at once, so it is not one more. */
  readonly replaces?: boolean
}

/** Writes a key and its event as one transaction; mints its value. */
export async function createKey(
  context: ControlContext,
  organization: string,
  draft: KeyDraft,
  idempotency?: Idempotency,
  besides?: Besides,
): Promise<Made & { fences: Fences }> {
  const caps = await capsFor(context, organization)
  const lists = [
    { field: 'ips', kept: null, wanted: draft.ips },
    { field: 'origins', kept: null, wanted: draft.origins },
  ] as const
  const { id, value, digest, expiresAt } = await mintValue(context, organization, draft)
  checkWrite(context, {
    ...{ thing: 'key', moment: 'make', fields: fieldsOf(draft) },
    after: [stateOf(context, id, { ...draft, expires_at: expiresAt })],
  })
  try {
    const statements = [
      ...insertKey(context, organization, id, { ...draft, expiresAt }, digest),
      ...(besides?.statements(id) ?? []),
      ...(besides?.replaces
        ? []
        : [
            withinCap(context, organization, caps, 'keys'),
            ...withinListCaps(context, organization, caps, lists),
          ]),
      ...(idempotency ? [idempotency.statement(id)] : []),
      ...keyEvent(context, { change: 'created', keyId: id }),
    ]
    const keys = [id, ...(besides?.keys ?? [])]
    const fences = await commitChange(context, statements, { keys })
    return { id, value, fences }
  } catch (error) {
    // What schema.sql says of a value that is there, or was and has been revoked.
    if (
      /UNIQUE constraint failed: credentials\.digest|nor its value comes back/.test(String(error))
    ) {
      throw new Problem(409, 'already_imported', 'sha256: this key has been imported before')
    }
    throw error
  }
}

/**
 * Makes a key once for each Idempotency-Key. Nothing older is known of a new key, so it is in force
 * whatever its receipt would say; a replay leaves what the first call could not publish to the cron.
 */
export async function makeKey(
  context: ControlContext,
  idempotency: Idempotency | undefined,
  make: () => Promise<Made & { readonly fences: Fences }>,
): Promise<Made> {
  return await once<Made>(
    idempotency,
    async () => {
      const { fences, ...made } = await make()
      await enforce(context, fences)
      return made
    },
    (id) => ({ id, value: null }),
  )
}

/** A quota or a list that is not given is written too: as the plan has it, or as none. */
function fieldsOf({ serviceUserId, imported }: KeyDraft): FieldOf<'key'>[] {
  return [
    ...(['kind', 'environment', 'name', 'scopes', 'products', 'quotas', 'ips'] as const),
    ...(['origins', 'expires_at', 'metadata'] as const),
    ...(serviceUserId === null ? [] : (['service_user_id'] as const)),
    ...(imported ? (['prefix', 'sha256'] as const) : []),
  ]
}

async function mintValue(
  { edge, nowMs }: ControlContext,
  organization: string,
  { kind, environment, products, expiresAt, imported }: KeyDraft,
): Promise<{
  id: string
  value: string | null
  digest: string | null
  expiresAt: number | null
}> {
  const { settings } = edge
  const id = `key_${randomBase62(16)}`
  if (imported) return { id, value: null, digest: imported.digest, expiresAt }
  if (!isSigned(kind)) {
    const minted = await mintKey(settings.peppers, settings.brand, kind, environment)
    return { ...minted, expiresAt }
  }
  const until = expiresAt ?? nowMs + JWT_DEFAULT_LIFETIME_MS
  const value = await mintJwt({
    signingKeys: settings.signingKeys,
    issuer: settings.issuer,
    audience: settings.audience,
    jti: id,
    sub: id,
    org: organization,
    env: environment,
    products,
    issuedAtMs: nowMs,
    expiresAtMs: until,
  })
  return { id, value, digest: null, expiresAt: until }
}

function insertKey(
  { edge, nowMs }: ControlContext,
  organization: string,
  id: string,
  draft: KeyDraft,
  digest: string | null,
): D1PreparedStatement[] {
  const { DB } = edge.bindings
  return [
    DB.prepare(
      `INSERT INTO credentials (id, organization_id, service_user_id, kind, environment, name,
         digest, scopes, products, quotas, metadata, expires_at, created_at)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)`,
    ).bind(
      id,
      organization,
      draft.serviceUserId,
      draft.kind,
      draft.environment,
      draft.name,
      digest,
      JSON.stringify(draft.scopes),
      JSON.stringify(draft.products),
      JSON.stringify(draft.quotas),
      JSON.stringify(draft.metadata),
      draft.expiresAt,
      nowMs,
    ),
    ...(draft.imported
      ? [
          DB.prepare(
            'INSERT INTO imported_keys (digest, prefix, credential_id) VALUES (?1, ?2, ?3)',
          ).bind(draft.imported.digest, draft.imported.prefix, id),
        ]
      : []),
    ...(draft.ips ? replaceList(DB, KEY_IPS, id, draft.ips) : []),
    ...(draft.origins ? replaceList(DB, KEY_ORIGINS, id, draft.origins) : []),
  ]
}
