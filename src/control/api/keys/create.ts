// Making keys. The value is in the answer and nowhere else: D1 gets its digest.

import { mintKey } from '../../../credentials/digest.ts'
import { SHOWN, type Field } from '../../../credentials/fields.ts'
import { randomBase62 } from '../../../credentials/format.ts'
import { stopsMinting } from '../../../call/fingerprint.ts'
import { isSigned, type Environment } from '../../../credentials/kinds.ts'
import { mintJwt } from '../../../credentials/mint-jwt.ts'
import { environmentOf } from '../actor.ts'
import { capsFor, withinCap, withinListCaps } from '../caps.ts'
import { commitChange, enforce, type Fences } from '../change.ts'
import type { ControlContext } from '../context.ts'
import { once, type Idempotency } from '../idempotency.ts'
import { KEY_IPS, KEY_ORIGINS, replaceList } from '../lists.ts'
import { keyEvent } from '../notify.ts'
import { Denied, invalid, Problem, problemAt } from '../problem.ts'
import { checkWrite, stateOf } from '../rights/check.ts'
import type { FieldOf } from '../rights/fields.ts'
import type { KeyView } from './schemas.ts'

/** A JWT carries its own expiry; without a wish it is a year. */
const JWT_DEFAULT_LIFETIME_MS = 365 * 24 * 60 * 60 * 1000

/** What a new key gets besides what is chosen for it. */
const GIVEN = [
  'id',
  'organization_id',
  'created_at',
  'revoked_at',
  'last_used_at',
  'rotated_to',
] as const
type Chosen = Exclude<keyof typeof SHOWN, (typeof GIVEN)[number]>
const CHOSEN = (Object.keys(SHOWN) as (keyof typeof SHOWN)[]).filter(
  (name): name is Chosen => !GIVEN.some((given) => given === name),
)

/** A key ready to be written; lists and grants have been checked. */
export type KeyDraft = Readonly<Pick<KeyView, Chosen>> & {
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
    throw problemAt('environment', 'grant_beyond_own', `a ${own} key manages ${own} keys only`)
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
  const { id, value, digest, expires_at } = await mintValue(context, organization, draft)
  checkWrite(context, {
    ...{ thing: 'key', moment: 'make', fields: fieldsOf(draft) },
    after: [stateOf(context, id, { ...draft, expires_at })],
  })
  try {
    const statements = [
      ...insertKey(context, organization, id, { ...draft, expires_at }, digest),
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
      throw new Problem('already_imported', 'sha256: this key has been imported before')
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
function fieldsOf({ service_user_id, imported }: KeyDraft): FieldOf<'key'>[] {
  return [
    ...CHOSEN.filter((name) => name !== 'service_user_id' || service_user_id !== null),
    ...(imported ? (['prefix', 'sha256'] as const) : []),
  ]
}

async function mintValue(
  { edge, nowMs }: ControlContext,
  organization: string,
  { kind, environment, products, expires_at, imported }: KeyDraft,
): Promise<{
  id: string
  value: string | null
  digest: string | null
  expires_at: number | null
}> {
  const { settings } = edge
  const id = `key_${randomBase62(16)}`
  if (imported) return { id, value: null, digest: imported.digest, expires_at }
  // The gate would not know it.
  if (stopsMinting(edge.differing)) throw new Denied({ reason: 'misconfigured' })
  if (!isSigned(kind)) {
    const minted = await mintKey(settings.peppers, settings.brand, kind, environment)
    return { ...minted, expires_at }
  }
  const until = expires_at ?? nowMs + JWT_DEFAULT_LIFETIME_MS
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
  return { id, value, digest: null, expires_at: until }
}

function insertKey(
  { edge, nowMs }: ControlContext,
  organization: string,
  id: string,
  draft: KeyDraft,
  digest: string | null,
): D1PreparedStatement[] {
  const { DB } = edge.bindings
  const row: Readonly<Record<string, string | number | null>> = {
    ...{ id, organization_id: organization, digest, created_at: nowMs },
    ...Object.fromEntries(CHOSEN.flatMap((name) => columnOf(SHOWN[name], draft[name]))),
  }
  const names = Object.keys(row)
  return [
    DB.prepare(
      `INSERT INTO credentials (${names.join(', ')})
       VALUES (${names.map((_, i) => `?${i + 1}`).join(', ')})`,
    ).bind(...Object.values(row)),
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

/** A column of `credentials` with its value; nothing for a field that has tables of its own, as lists have. */
export function columnOf(
  { columns, json }: Pick<Field<unknown>, 'columns' | 'json'>,
  value: unknown,
): [name: string, value: string | number | null][] {
  return Object.entries(columns)
    .filter(([name, sql]) => sql === `c.${name}`)
    .map(([name]) => [name, json ? JSON.stringify(value) : (value as string | number | null)])
}
