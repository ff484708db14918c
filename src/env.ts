// Bindings and settings, checked once. A missing or malformed one stops everything, by name, before
// any request is decided. The same check runs in the Worker, in `npm run dev` and in `ops doctor`.

import type { Catalog, Environment } from './catalog/define.ts'
import type { KeyGuard } from './guard/key-guard.ts'
import { importPeppers, PEPPER_MIN_LENGTH } from './keys/digest.ts'
import type { Peppers } from './keys/digest.ts'
import { JWT_KEY_TYP } from './keys/jwt.ts'
import type { JwtIssuer } from './keys/jwt.ts'
import { loadSigningKeys, parseSigningKeys, publicJwks } from './keys/signing-keys.ts'
import type { ParsedSigningKeys, PublicKeyJwk, SigningKeys } from './keys/signing-keys.ts'
import { parseTrustedIssuers, remoteIssuers } from './keys/trusted-issuers.ts'
import type { TrustedIssuer } from './keys/trusted-issuers.ts'
import type { DestinationRules } from './webhooks/destination.ts'
import { importSealingKeys } from './webhooks/secret.ts'
import type { SealingKeys } from './webhooks/secret.ts'
import { err, ok } from './result.ts'
import type { Result } from './result.ts'

/** What wrangler.toml binds. */
export interface Bindings {
  readonly DB: D1Database
  readonly RECORDS: KVNamespace
  readonly KEY_GUARD: DurableObjectNamespace<KeyGuard>
  readonly AUTH_FAILURES: RateLimit
  /** Changes that touch many keys. */
  readonly FENCES: Queue
  /** Events of the audit, packed. */
  readonly AUDIT: Queue
  /** Hints at webhook deliveries that are due. */
  readonly WEBHOOKS: Queue
}

/** Cloudflare Access in front of console and API: whose assertion makes an operator. */
export interface AccessSettings {
  /** Such as `acme.cloudflareaccess.com`. */
  readonly teamDomain: string
  readonly audience: string
  /** E-mail addresses in lower case. */
  readonly operators: readonly string[]
}

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
  /** Prefixes of keys that were minted elsewhere; only such strings are looked up by SHA-256. */
  readonly importedPrefixes: readonly string[]
  readonly auditRetentionDays: number
}

/** Base URLs by product and environment; what is not there is refused. */
export type Upstreams = ReadonlyMap<string, Readonly<Partial<Record<Environment, URL>>>>

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
  readonly importedPrefixes: readonly string[]
  readonly auditRetentionDays: number
  /** Seal the secrets of webhook endpoints. */
  readonly sealingKeys: SealingKeys
  /** Where webhooks may go. */
  readonly destinations: DestinationRules
}

/** The least length of `ADMIN_TOKEN`, in characters. */
export const ADMIN_TOKEN_MIN_LENGTH = 32

/** Names what is missing among the bindings; empty when nothing is. */
export function missingBindings(env: Readonly<Record<string, unknown>>): string[] {
  const kinds = {
    DB: 'D1 database',
    RECORDS: 'KV namespace',
    KEY_GUARD: 'Durable Object namespace of class KeyGuard',
    AUTH_FAILURES: 'rate limit',
    FENCES: 'queue producer',
    AUDIT: 'queue producer',
    WEBHOOKS: 'queue producer',
  }
  return Object.entries(kinds)
    .filter(([name]) => typeof env[name] !== 'object' || env[name] === null)
    .map(([name, kind]) => `${name} is not bound: wrangler.toml must bind it to a ${kind}`)
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
  const adminToken = take('ADMIN_TOKEN', parseAdminToken(env['ADMIN_TOKEN']))
  const upstreams = take('UPSTREAMS', parseUpstreams(env['UPSTREAMS'], catalog))
  const access = take('ACCESS', parseAccess(env['ACCESS']))
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

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function optionalText(value: unknown, otherwise: string): Result<string, string> {
  if (value === undefined) return ok(otherwise)
  if (typeof value === 'string' && value !== '') return ok(value)
  return err('must be a text that is not empty, or be left out')
}

function parseIssuer(value: unknown): Result<URL, string> {
  const url = URL.parse(textOf(value))
  if (url && secureOrLoopback(url) && url.origin === value) return ok(url)
  return err(
    'must be the public origin of the edge, https and without a path, such as https://api.example.com',
  )
}

function parseHosts(value: unknown): Result<string[], string> {
  if (value === undefined) return ok([])
  const hosts: unknown[] = Array.isArray(value) ? value : [null]
  if (
    hosts.every(
      (host) => typeof host === 'string' && URL.parse(`https://${host}/`)?.hostname === host,
    )
  ) {
    return ok(hosts as string[])
  }
  return err('must be a list of host names without port, such as ["api.example.com"]')
}

function parseBrand(value: unknown): Result<string, string> {
  const brand = value ?? 'vk'
  if (typeof brand === 'string' && /^[a-z][a-z0-9]{0,15}$/.test(brand)) return ok(brand)
  return err('must be 1 to 16 lower-case letters and digits, a letter first, such as vk')
}

function parseDays(value: unknown): Result<number, string> {
  const days = value === undefined ? 365 : Number(value)
  if (Number.isSafeInteger(days) && days >= 15 && days <= 3650) return ok(days)
  return err('must be a whole number of days from 15 to 3650; 365 unless set')
}

function parsePrefixes(value: unknown, brand: string): Result<string[], string> {
  if (value === undefined) return ok([])
  const prefixes: unknown[] = Array.isArray(value) ? value : [null]
  const form = /^[A-Za-z][0-9A-Za-z_-]{2,31}$/
  if (
    prefixes.every(
      (one) => typeof one === 'string' && form.test(one) && !one.startsWith(`${brand}_`),
    )
  ) {
    return ok(prefixes as string[])
  }
  return err(
    `must be a list of prefixes of 3 to 32 characters that do not begin with ${brand}_, such as ["sk_live_"]`,
  )
}

function parsePeppers(value: unknown): Result<readonly [string, ...string[]], string> {
  const [first = '', ...others] = textOf(value).split(',')
  if ([first, ...others].every((text) => text.length >= PEPPER_MIN_LENGTH && !/\s/.test(text))) {
    return ok([first, ...others])
  }
  return err(
    `must be a secret of at least ${PEPPER_MIN_LENGTH} characters (several with commas between, the one that mints first); make one with: openssl rand -hex 32`,
  )
}

function parseAdminToken(value: unknown): Result<string, string> {
  const token = textOf(value)
  if (token.length >= ADMIN_TOKEN_MIN_LENGTH && !/\s/.test(token)) return ok(token)
  return err(
    `must be a secret of at least ${ADMIN_TOKEN_MIN_LENGTH} characters; make one with: openssl rand -hex 32`,
  )
}

function parseUpstreams(value: unknown, catalog: Catalog): Result<Upstreams, string> {
  const shape =
    'must give base URLs by product and environment, such as { "verifa": { "live": "https://…", "sandbox": "https://…" } }'
  const products: unknown = typeof value === 'string' ? parseJson(value) : value
  if (!isObject(products)) return err(shape)
  const upstreams = new Map<string, Partial<Record<Environment, URL>>>()
  for (const [product, urls] of Object.entries(products)) {
    if (!catalog.products.some(({ id }) => id === product)) {
      return err(`names "${product}", which is no product of the catalog`)
    }
    if (!isObject(urls)) return err(shape)
    const byEnvironment: Partial<Record<Environment, URL>> = {}
    for (const [environment, text] of Object.entries(urls)) {
      if (environment !== 'live' && environment !== 'sandbox') {
        return err(`gives "${product}" an environment other than live and sandbox`)
      }
      const url = URL.parse(textOf(text))
      if (
        !url ||
        !secureOrLoopback(url) ||
        url.search ||
        url.hash ||
        url.username ||
        url.password
      ) {
        return err(
          `of "${product}" ${environment} must be an https URL without user, query or fragment`,
        )
      }
      byEnvironment[environment] = url
    }
    upstreams.set(product, byEnvironment)
  }
  return ok(upstreams)
}

function parseAccess(value: unknown): Result<AccessSettings | null, string> {
  if (value === undefined) return ok(null)
  const shape =
    'must be { "team_domain": "acme.cloudflareaccess.com", "audience": "…", "operators": ["mail@example.com"] }'
  if (!isObject(value)) return err(shape)
  const { team_domain: teamDomain, audience, operators, ...others } = value
  if (Object.keys(others).length > 0) return err(shape)
  if (typeof teamDomain !== 'string' || !/^[a-z0-9-]+\.cloudflareaccess\.com$/.test(teamDomain)) {
    return err(shape)
  }
  if (typeof audience !== 'string' || audience === '') return err(shape)
  if (!Array.isArray(operators) || !operators.every((one) => /^\S+@\S+$/.test(String(one)))) {
    return err(shape)
  }
  return ok({ teamDomain, audience, operators: operators.map((one) => String(one).toLowerCase()) })
}

/** https, or http to this very machine, as in development. */
function secureOrLoopback(url: URL): boolean {
  if (url.protocol === 'https:') return true
  return url.protocol === 'http:' && /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
