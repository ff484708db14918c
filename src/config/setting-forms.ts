// The form of each setting, one function a setting: what it must be, said as the sentence that the
// operator reads. A refusal never holds the value.

import type { Catalog, Environment } from '../catalog/define.ts'
import { PEPPER_MIN_LENGTH } from '../credentials/digest.ts'
import { looksLikeJwt } from '../credentials/jwt-form.ts'
import { err, ok, type Result } from '../lib/result.ts'
import { isObject, parseJson } from '../lib/json.ts'

/** The least length of `ADMIN_TOKEN`, in characters. */
export const ADMIN_TOKEN_MIN_LENGTH = 32

/** Cloudflare Access in front of console and API: whose assertion makes an operator. */
export interface AccessSettings {
  /** Such as `acme.cloudflareaccess.com`. */
  readonly teamDomain: string
  readonly audience: string
  /** E-mail addresses in lower case. */
  readonly operators: readonly string[]
}

/** Base URLs by product and environment; what is not there is refused. */
export type Upstreams = ReadonlyMap<string, Readonly<Partial<Record<Environment, URL>>>>

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

export function optionalText(value: unknown, otherwise: string): Result<string, string> {
  if (value === undefined) return ok(otherwise)
  if (typeof value === 'string' && value !== '') return ok(value)
  return err('must be a text that is not empty, or be left out')
}

export function parseIssuer(value: unknown): Result<URL, string> {
  const url = URL.parse(textOf(value))
  if (url && secureOrLoopback(url) && url.origin === value) return ok(url)
  return err(
    'must be the public origin of the edge, https and without a path, such as https://api.example.com',
  )
}

export function parseHosts(value: unknown): Result<string[], string> {
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

export function parseBrand(value: unknown): Result<string, string> {
  const brand = value ?? 'vk'
  if (typeof brand === 'string' && /^[a-z][a-z0-9]{0,15}$/.test(brand)) return ok(brand)
  return err('must be 1 to 16 lower-case letters and digits, a letter first, such as vk')
}

export function parseDays(value: unknown): Result<number, string> {
  const days = value === undefined ? 365 : Number(value)
  if (Number.isSafeInteger(days) && days >= 15 && days <= 3650) return ok(days)
  return err('must be a whole number of days from 15 to 3650; 365 unless set')
}

export function parsePrefixes(value: unknown, brand: string): Result<string[], string> {
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

export function parsePeppers(value: unknown): Result<readonly [string, ...string[]], string> {
  const [first = '', ...others] = textOf(value).split(',')
  if ([first, ...others].every((text) => text.length >= PEPPER_MIN_LENGTH && !/\s/.test(text))) {
    return ok([first, ...others])
  }
  return err(
    `must be a secret of at least ${PEPPER_MIN_LENGTH} characters (several with commas between, the one that mints first); make one with: openssl rand -hex 32`,
  )
}

export function parseAdminToken(value: unknown, brand: string): Result<string, string> {
  const token = textOf(value)
  if (isKeyShaped(token, brand)) {
    return err(
      `must not have the form of a key (${brand}_…) or of a JWT; make one with: openssl rand -hex 32`,
    )
  }
  if (token.length >= ADMIN_TOKEN_MIN_LENGTH && !/\s/.test(token)) return ok(token)
  return err(
    `must be a secret of at least ${ADMIN_TOKEN_MIN_LENGTH} characters; make one with: openssl rand -hex 32`,
  )
}

/**
 * Whether the admin token opens the console on a form. It is one password for everything, so that must
 * be asked for.
 */
export function parseConsole(value: unknown): Result<'token' | null, string> {
  if (value === undefined) return ok(null)
  if (value === 'token') return ok(value)
  return err(
    'must be "token", for a form that takes the admin token, or be left out: then people sign in to the console through Cloudflare Access (ACCESS) alone',
  )
}

export function parseUpstreams(value: unknown, catalog: Catalog): Result<Upstreams, string> {
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
      const url = parseUpstream(text)
      if (!url.ok) return err(`of "${product}" ${environment} ${url.error}`)
      byEnvironment[environment] = url.value
    }
    upstreams.set(product, byEnvironment)
  }
  return ok(upstreams)
}

/**
 * An upstream's base URL. Cloudflare lets no Worker fetch an IP address ("Known issues" of Workers), and
 * nothing else would tell before the first call failed. Plain http to this very machine is development's.
 */
function parseUpstream(text: unknown): Result<URL, string> {
  const url = URL.parse(textOf(text))
  const plain = url && !url.search && !url.hash && !url.username && !url.password
  if (!plain || !secureOrLoopback(url)) {
    return err('must be an https URL without user, query or fragment')
  }
  if (url.protocol === 'https:' && isAddress(url.hostname)) {
    return err('is an IP address, which a deployed Worker cannot fetch: give it a host name')
  }
  return ok(url)
}

/** Of a host as the parser gives it: IPv4 in every spelling is dotted decimal there. */
function isAddress(hostname: string): boolean {
  return hostname.startsWith('[') || /^[0-9]+(?:\.[0-9]+){3}\.?$/.test(hostname)
}

/** A person's e-mail address, or the client ID of a service token. */
const OPERATOR = /^(?:[^\s@]+@[^\s@]+|[0-9a-f]{32}\.access)$/

export function parseAccess(value: unknown): Result<AccessSettings | null, string> {
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
  if (!Array.isArray(operators) || !operators.every((one) => OPERATOR.test(String(one)))) {
    return err(shape)
  }
  return ok({ teamDomain, audience, operators: operators.map((one) => String(one).toLowerCase()) })
}

/** What may be a key or a JWT is never compared with the admin token, which thus must not be such. */
export function isKeyShaped(text: string, brand: string): boolean {
  return text.startsWith(`${brand}_`) || looksLikeJwt(text)
}

/** https, or http to this very machine, as in development. */
function secureOrLoopback(url: URL): boolean {
  if (url.protocol === 'https:') return true
  return url.protocol === 'http:' && /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)
}
