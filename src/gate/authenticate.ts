// From the presented string to a principal. What we did not mint is refused by computation alone;
// only then are memo, KV and D1 asked (docs/design.md, promise 3).

import { AskBudget } from '../guard/ask-budget.ts'
import { credentialId, digestOf } from '../credentials/digest.ts'
import { keyParser } from '../credentials/format.ts'
import { KINDS, SIGNED_KIND, type Scheme } from '../credentials/kinds.ts'
import { verifyJwt } from '../credentials/jwt.ts'
import type { JwtClaims, JwtFlaw } from '../credentials/jwt-claims.ts'
import { looksLikeJwt, readToken } from '../credentials/jwt-form.ts'
import type { Authenticated, KnownKey } from './memo.ts'
import { compilePrincipal, type Principal } from '../credentials/principal.ts'
import type { KeyRecord, Lookup } from '../credentials/record.ts'
import { findRecord, readRecord, type StoreFailure } from '../credentials/store.ts'
import type { WaitUntil } from '../lib/wait-until.ts'
import { err, ok, type Result } from '../lib/result.ts'
import { sha256Hex } from '../lib/sha256.ts'
import type { Address } from '../lists/address.ts'
import type { Ahead } from './ahead.ts'
import type { Presented } from './credential.ts'
import type { Denial } from '../reasons/denial.ts'
import type { GateDeps, ProofDeps } from './deps.ts'

/** What the presented string itself proves, before any record is read. */
export interface Proof {
  readonly lookup: Lookup
  /** The credential's, where the string itself tells it and its kind allows an early debit. */
  readonly id?: string
  readonly claims?: JwtClaims
  /** Whether a record is the one that the string speaks of. */
  readonly agrees: (record: KeyRecord) => boolean
}

/** A credential that is to be authenticated. */
export interface Authenticating {
  readonly presented: Presented
  /** Unix milliseconds at which the request began. */
  readonly nowMs: number
  readonly waitUntil: WaitUntil
  /** Asks the guard meanwhile, where the string tells the credential's id. */
  readonly ahead?: Ahead | undefined
}

/** What this isolate remembers of a credential; undefined when it has to be verified. */
export function recall(
  presented: Presented,
  deps: Pick<GateDeps, 'keys'>,
  nowMs: number,
): Result<Authenticated, Denial> | undefined {
  const remembered = deps.keys.get(presented.value, nowMs)
  if (remembered && accepts(presented, remembered)) return ok({ key: remembered, fresh: false })
  return deps.keys.isUnknown(presented.value, nowMs) ? unknown(presented) : undefined
}

/**
 * Authenticates what a request presents. What bears no tag of ours is not even looked up for an
 * address whose look-ups failed too often.
 */
export async function authenticateFrom(
  address: Address | undefined,
  authenticating: Authenticating,
  deps: GateDeps,
): Promise<Result<Authenticated, Denial>> {
  const { presented, nowMs } = authenticating
  const untagged = isUntagged(presented, deps)
  const held = untagged ? deps.lookups.check(address, nowMs) : undefined
  if (held) return err(held)
  const found = await authenticate(authenticating, deps)
  if (untagged && !found.ok) await deps.lookups.count(found.error, address, nowMs)
  return found
}

/** Verifies a credential and reads its record, once for all who ask meanwhile. */
export async function authenticate(
  authenticating: Authenticating,
  deps: GateDeps,
): Promise<Result<Authenticated, Denial>> {
  const { presented, waitUntil } = authenticating
  const name = `${presented.scheme} ${presented.value}`
  let own = false
  const load = (): Promise<Result<Authenticated, Denial>> => {
    own = true
    return find(authenticating, deps)
  }
  const found = await deps.loads.share(name, load, waitUntil)
  return found.ok && !own ? ok({ key: found.value.key, fresh: false }) : found
}

/** Whether the string itself does not prove that we made it, so that only storage can tell. */
function isUntagged({ scheme, value }: Presented, deps: ProofDeps): boolean {
  if (scheme === 'ApiKey') return isImportable(value, deps)
  // Of ours the row is named by what we signed; nobody else's but a trusted issuer's is looked up.
  const others = deps.settings.jwtIssuers.slice(1)
  if (others.length === 0 || !looksLikeJwt(value)) return false
  const claims = readToken(value)
  return claims.ok && others.some(({ issuer }) => issuer === claims.value['iss'])
}

async function find(
  { presented, nowMs, waitUntil, ahead }: Authenticating,
  deps: GateDeps,
): Promise<Result<Authenticated, Denial>> {
  const proof = await prove(presented, deps, nowMs)
  if (!proof.ok) return proof
  if (proof.value.id !== undefined) ahead?.ask(proof.value.id)
  const found = await findRecord(deps.bindings, proof.value.lookup, nowMs, waitUntil)
  const record = found.ok ? ok(found.value.record) : found
  const key = remember(record, proof.value, { presented, nowMs }, deps)
  return key.ok ? ok({ key: key.value, fresh: found.ok && found.value.fresh }) : key
}

/** Reads a principal anew from the D1 primary, because its guard knows of something newer: always fresh. */
export async function reload(
  { presented, nowMs, waitUntil }: Authenticating,
  deps: GateDeps,
): Promise<Result<Authenticated, Denial>> {
  const proof = await prove(presented, deps, nowMs)
  if (!proof.ok) return proof
  const record = await readRecord(deps.bindings, proof.value.lookup, nowMs, waitUntil)
  const key = remember(record, proof.value, { presented, nowMs }, deps)
  return key.ok ? ok({ key: key.value, fresh: true }) : key
}

function remember(
  record: Result<KeyRecord, StoreFailure>,
  proof: Proof,
  { presented, nowMs }: Pick<Authenticating, 'presented' | 'nowMs'>,
  { keys }: Pick<GateDeps, 'keys'>,
): Result<KnownKey, Denial> {
  const principal = principalOf(record, proof, presented.scheme)
  if (!principal.ok) {
    if (principal.error.reason === 'credential_unknown') keys.setUnknown(presented.value, nowMs)
    return principal
  }
  const key: KnownKey = {
    lookup: proof.lookup,
    principal: principal.value,
    loadedAt: nowMs,
    asks: new AskBudget(),
    meters: new Map(),
  }
  keys.set(presented.value, key)
  return ok(key)
}

/** The principal of a record that was looked up, where it is the one that the string speaks of. */
export function principalOf(
  record: Result<KeyRecord, StoreFailure>,
  proof: Proof,
  scheme: Scheme,
): Result<Principal, Denial> {
  if (!record.ok && record.error === 'unreachable') return err({ reason: 'records_unreachable' })
  if (!record.ok && record.error === 'unreadable') return err({ reason: 'record_unreadable' })
  if (!record.ok || !proof.agrees(record.value))
    return err({ reason: 'credential_unknown', scheme })
  return ok(compilePrincipal(record.value, proof.claims))
}

function unknown({ scheme }: Presented): Result<never, Denial> {
  return err({ reason: 'credential_unknown', scheme })
}

/** Whether it came in the header of its kind. */
function accepts({ scheme }: Presented, { principal }: KnownKey): boolean {
  return KINDS[principal.record.kind].scheme === scheme
}

/** What a presented string proves by itself; no record is read for it. */
export async function prove(
  presented: Presented,
  deps: ProofDeps,
  nowMs: number,
): Promise<Result<Proof, Denial>> {
  const { scheme, value } = presented
  if (scheme === 'Bearer' && looksLikeJwt(value)) return await proveJwt(value, deps, nowMs)
  const key = parserOf(deps.settings.brand)(value)
  if (!key && scheme === 'ApiKey' && isImportable(value, deps)) return await proveImported(value)
  if (!key || KINDS[key.kind].scheme !== scheme) return invalid(scheme)
  const digest = await digestOf(key, deps.settings.peppers)
  if (!digest) return invalid(scheme)
  return ok({
    lookup: { by: 'digest', value: digest },
    ...(KINDS[key.kind].earlyDebit && { id: await credentialId(digest) }),
    agrees: (record) => record.kind === key.kind && record.environment === key.environment,
  })
}

/** A key minted elsewhere has no tag: only those of the configured prefixes are looked up at all. */
export function isImportable(value: string, { settings }: Pick<ProofDeps, 'settings'>): boolean {
  return (
    settings.importedPrefixes.some((prefix) => value.startsWith(prefix)) &&
    /^[\x21-\x7e]{16,200}$/.test(value)
  )
}

async function proveImported(value: string): Promise<Result<Proof, Denial>> {
  return ok({
    lookup: { by: 'digest', value: await sha256Hex(value) },
    agrees: ({ kind }) => KINDS[kind].importable,
  })
}

async function proveJwt(
  token: string,
  deps: ProofDeps,
  nowMs: number,
): Promise<Result<Proof, Denial>> {
  const verified = await verifyJwt(token, deps.settings.jwtIssuers, deps.products, nowMs)
  if (!verified.ok) return refusalOf(verified.error)
  const claims = verified.value
  const ours = claims.issuer === deps.settings.issuer
  return ok({
    claims,
    ...(ours && KINDS[SIGNED_KIND].earlyDebit && { id: claims.jti }),
    lookup: ours
      ? { by: 'id', value: claims.jti }
      : { by: 'external', value: `${claims.issuer} ${claims.jti}` },
    agrees: ({ kind, environment, organizationId }) =>
      kind === SIGNED_KIND && environment === claims.env && organizationId === claims.org,
  })
}

/** `expired` is said only of a token that we, or a trusted issuer, did sign. */
function refusalOf(flaw: JwtFlaw): Result<never, Denial> {
  if (flaw === 'expired') return err({ reason: 'key_expired', scheme: 'Bearer' })
  if (flaw === 'keys_unavailable') return err({ reason: 'records_unreachable' })
  return invalid('Bearer')
}

function invalid(scheme: Scheme): Result<never, Denial> {
  return err({ reason: 'credential_invalid', scheme })
}

const parsers = new Map<string, ReturnType<typeof keyParser>>()

function parserOf(brand: string): ReturnType<typeof keyParser> {
  const parser = parsers.get(brand) ?? keyParser(brand)
  parsers.set(brand, parser)
  return parser
}
