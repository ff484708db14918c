// The settings, read once. A missing or malformed one stops everything, by name, before any request
// is decided. The same check runs in the Worker, in `npm run dev` and in `ops doctor`.

import type { Catalog } from '../catalog/define.ts'
import { importPeppers } from '../credentials/digest.ts'
import type { Peppers } from '../credentials/digest.ts'
import { JWT_KEY_TYP } from '../credentials/jwt.ts'
import type { JwtIssuer } from '../credentials/jwt.ts'
import { loadSigningKeys, parseSigningKeys, publicJwks } from '../credentials/signing-keys.ts'
import type { ParsedSigningKeys, PublicKeyJwk, SigningKeys } from '../credentials/signing-keys.ts'
import { parseTrustedIssuers, remoteIssuers } from '../credentials/trusted-issuers.ts'
import type { TrustedIssuer } from '../credentials/trusted-issuers.ts'
import { err, ok } from '../lib/result.ts'
import type { Result } from '../lib/result.ts'
import {
  optionalText,
  parseAccess,
  parseAdminToken,
  parseBrand,
  parseConsole,
  parseDays,
  parseHosts,
  parseIssuer,
  parsePeppers,
  parsePrefixes,
  parseUpstreams,
  textOf,
} from './setting-forms.ts'
import type { AccessSettings, Upstreams } from './setting-forms.ts'
import type { DestinationRules } from '../control/webhooks/destination.ts'
import { importSealingKeys } from '../control/webhooks/secret.ts'
import type { SealingKeys } from '../control/webhooks/secret.ts'

/** Settings as text has been read and found right; nothing is imported or fetched yet. */
export interface ParsedSettings {
  readonly issuer: string
  readonly audience: string
  readonly hosts: ReadonlySet<string>
  readonly brand: string
  readonly peppers: readonly [string, ...string[]]
  readonly signingKeys: ParsedSigningKeys
  readonly adminToken: string
  readonly upstreams: Upstreams
  readonly trustedIssuers: readonly TrustedIssuer[]
  readonly access: AccessSettings | null
  /** How people sign in to the console; null: nobody can. */
  readonly signIn: 'access' | 'token' | null
  /** Prefixes of keys that were minted elsewhere; only such strings are looked up by SHA-256. */
  readonly importedPrefixes: readonly string[]
  readonly auditRetentionDays: number
}

/** Settings with their keys imported. */
export interface Settings {
  readonly issuer: string
  readonly audience: string
  readonly hosts: ReadonlySet<string>
  readonly brand: string
  readonly peppers: Peppers
  readonly signingKeys: SigningKeys
  readonly jwks: { readonly keys: readonly PublicKeyJwk[] }
  /** Ours first, then the trusted ones. */
  readonly jwtIssuers: readonly JwtIssuer[]
  readonly adminToken: string
  readonly upstreams: Upstreams
  readonly access: AccessSettings | null
  readonly signIn: 'access' | 'token' | null
  readonly importedPrefixes: readonly string[]
  readonly auditRetentionDays: number
  /** Seal the secrets of webhook endpoints. */
  readonly sealingKeys: SealingKeys
  /** Where webhooks may go. */
  readonly destinations: DestinationRules
}

/** Reads every setting; on failure a sentence for each that is wrong, never with its value. */
export function parseSettings(
  env: Readonly<Record<string, unknown>>,
  catalog: Catalog,
): Result<ParsedSettings, string[]> {
  const wrong: string[] = []
  const take = <T>(name: string, result: Result<T, string>): T | undefined => {
    if (result.ok) return result.value
    wrong.push(result.error.startsWith(name) ? result.error : `${name} ${result.error}`)
    return undefined
  }
  const issuer = take('ISSUER', parseIssuer(env['ISSUER']))
  const audience = take('AUDIENCE', optionalText(env['AUDIENCE'], issuer?.origin ?? ''))
  const hosts = take('EDGE_HOSTS', parseHosts(env['EDGE_HOSTS']))
  const brand = take('KEY_BRAND', parseBrand(env['KEY_BRAND']))
  const peppers = take('KEY_PEPPER', parsePeppers(env['KEY_PEPPER']))
  const signingKeys = take('SIGNING_KEYS', parseSigningKeys(textOf(env['SIGNING_KEYS'])))
  const adminToken = take('ADMIN_TOKEN', parseAdminToken(env['ADMIN_TOKEN'], brand ?? 'vk'))
  const upstreams = take('UPSTREAMS', parseUpstreams(env['UPSTREAMS'], catalog))
  const access = take('ACCESS', parseAccess(env['ACCESS']))
  const console = take('CONSOLE', parseConsole(env['CONSOLE']))
  const importedPrefixes = take(
    'IMPORTED_PREFIXES',
    parsePrefixes(env['IMPORTED_PREFIXES'], brand ?? 'vk'),
  )
  const auditRetentionDays = take('AUDIT_RETENTION_DAYS', parseDays(env['AUDIT_RETENTION_DAYS']))
  const trustedIssuers = take(
    'TRUSTED_ISSUERS',
    parseTrustedIssuers(env['TRUSTED_ISSUERS'] ?? [], issuer?.origin ?? ''),
  )
  if (wrong.length > 0 || !issuer || !audience || !hosts || !brand || !peppers || !signingKeys) {
    return err(wrong)
  }
  if (!adminToken || !upstreams || !trustedIssuers || access === undefined) return err(wrong)
  if (console === undefined) return err(wrong)
  if (!importedPrefixes || !auditRetentionDays) return err(wrong)
  return ok({
    issuer: issuer.origin,
    audience,
    hosts: new Set([issuer.hostname, ...hosts]),
    brand,
    peppers,
    signingKeys,
    adminToken,
    upstreams,
    trustedIssuers,
    access,
    signIn: access ? 'access' : console,
    importedPrefixes,
    auditRetentionDays,
  })
}

/** Imports the keys of settings that have been read. */
export async function loadSettings(parsed: ParsedSettings): Promise<Settings> {
  const signingKeys = await loadSigningKeys(parsed.signingKeys)
  const own: JwtIssuer = {
    issuer: parsed.issuer,
    audience: parsed.audience,
    algorithms: ['EdDSA'],
    typ: JWT_KEY_TYP,
    keys: signingKeys.verify,
  }
  return {
    ...parsed,
    peppers: await importPeppers(parsed.peppers),
    sealingKeys: await importSealingKeys(parsed.peppers),
    destinations: destinationsOf(parsed),
    signingKeys,
    jwks: publicJwks(parsed.signingKeys),
    jwtIssuers: [own, ...remoteIssuers(parsed.trustedIssuers)],
  }
}

/** Webhooks never come back to us or to what is behind us; http only where the edge itself is. */
function destinationsOf({ issuer, hosts, upstreams }: ParsedSettings): DestinationRules {
  const behind = [...upstreams.values()].flatMap((urls) => Object.values(urls))
  const allowLoopbackHttp = issuer.startsWith('http:')
  const ownHosts = new Set([...hosts, ...behind.map(({ hostname }) => hostname)])
  return allowLoopbackHttp ? { allowLoopbackHttp } : { allowLoopbackHttp, ownHosts }
}
