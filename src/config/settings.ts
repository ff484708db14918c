// The settings that gate and control share, read once. A missing or malformed one stops everything, by
// name, before any request is decided. Control's own are in control/settings.ts; `npm run dev` and
// `ops doctor` run the same checks.

import type { Catalog } from '../catalog/define.ts'
import { importPeppers, type Peppers } from '../credentials/digest.ts'
import { JWT_KEY_TYP, type JwtIssuer } from '../credentials/jwt.ts'
import {
  loadSigningKeys,
  parseSigningKeys,
  publicJwks,
  type ParsedSigningKeys,
  type PublicKeyJwk,
  type SigningKeys,
} from '../credentials/signing-keys.ts'
import {
  parseTrustedIssuers,
  remoteIssuers,
  type TrustedIssuer,
} from '../credentials/trusted-issuers.ts'
import { err, ok, type Result } from '../lib/result.ts'
import {
  optionalText,
  parseBrand,
  parseHosts,
  parseIssuer,
  parsePeppers,
  parsePrefixes,
  parseUpstreams,
  textOf,
  type Upstreams,
} from './setting-forms.ts'

/** Settings as text has been read and found right; nothing is imported or fetched yet. */
export interface ParsedSettings {
  readonly issuer: string
  readonly audience: string
  readonly hosts: ReadonlySet<string>
  readonly brand: string
  readonly peppers: readonly [string, ...string[]]
  readonly signingKeys: ParsedSigningKeys
  readonly upstreams: Upstreams
  readonly trustedIssuers: readonly TrustedIssuer[]
  /** Prefixes of keys that were minted elsewhere; only such strings are looked up by SHA-256. */
  readonly importedPrefixes: readonly string[]
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
  readonly upstreams: Upstreams
  readonly importedPrefixes: readonly string[]
}

/** Takes the value of a setting, or notes the sentence that says what is wrong with it. */
export type Take = <T>(name: string, result: Result<T, string>) => T | undefined

/** Notes in `wrong` what is taken and is not right. */
export function takeInto(wrong: string[]): Take {
  return (name, result) => {
    if (result.ok) return result.value
    wrong.push(result.error.startsWith(name) ? result.error : `${name} ${result.error}`)
    return undefined
  }
}

/** Reads every setting; on failure a sentence for each that is wrong, never with its value. */
export function parseSettings(
  env: Readonly<Record<string, unknown>>,
  catalog: Catalog,
): Result<ParsedSettings, string[]> {
  const wrong: string[] = []
  const take = takeInto(wrong)
  const issuer = take('ISSUER', parseIssuer(env['ISSUER']))
  const audience = take('AUDIENCE', optionalText(env['AUDIENCE'], issuer?.origin ?? ''))
  const hosts = take('EDGE_HOSTS', parseHosts(env['EDGE_HOSTS']))
  const brand = take('KEY_BRAND', parseBrand(env['KEY_BRAND']))
  const peppers = take('KEY_PEPPER', parsePeppers(env['KEY_PEPPER']))
  const signingKeys = take('SIGNING_KEYS', parseSigningKeys(textOf(env['SIGNING_KEYS'])))
  const upstreams = take('UPSTREAMS', parseUpstreams(env['UPSTREAMS'], catalog))
  const importedPrefixes = take(
    'IMPORTED_PREFIXES',
    parsePrefixes(env['IMPORTED_PREFIXES'], brand ?? 'vk'),
  )
  const trustedIssuers = take(
    'TRUSTED_ISSUERS',
    parseTrustedIssuers(env['TRUSTED_ISSUERS'] ?? [], issuer?.origin ?? ''),
  )
  if (wrong.length > 0 || !issuer || !audience || !hosts || !brand || !peppers || !signingKeys) {
    return err(wrong)
  }
  if (!upstreams || !trustedIssuers || !importedPrefixes) return err(wrong)
  return ok({
    issuer: issuer.origin,
    audience,
    hosts: new Set([issuer.hostname, ...hosts]),
    brand,
    peppers,
    signingKeys,
    upstreams,
    trustedIssuers,
    importedPrefixes,
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
    signingKeys,
    jwks: publicJwks(parsed.signingKeys),
    jwtIssuers: [own, ...remoteIssuers(parsed.trustedIssuers)],
  }
}

/** Settings or bindings that are missing or malformed; the message names each. */
export class ConfigurationError extends Error {
  readonly mistakes: readonly string[]

  constructor(mistakes: readonly string[]) {
    super(`configuration: ${mistakes.join('; ')}`)
    this.name = 'ConfigurationError'
    this.mistakes = mistakes
  }
}

/** A setting whose form is right and whose content is not, such as halves of two different keys. */
export function unloadable(error: unknown): never {
  throw new ConfigurationError([error instanceof Error ? error.message : 'a setting is unusable'])
}
