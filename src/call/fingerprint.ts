// What gate and control must hold alike, told without telling it: a hash of what is no secret, of signing
// keys one of their public halves, and of a pepper an id, which is a truncated MAC of a constant under it and
// never a hash of it.

import type { Catalog } from '../catalog/define.ts'
import type { ParsedSettings, Settings } from '../config/settings.ts'

/** By the name of the setting, and `CATALOG`. */
export type Fingerprint = Readonly<Record<string, string>>

/** Where one of these differs nothing is minted: what control makes the gate would not verify. */
const MINTED_UNDER: readonly string[] = ['KEY_PEPPER', 'SIGNING_KEYS']

const PEPPER_INFO = 'portcullis fingerprint v1'
const ID_BYTES = 8

/** The fingerprint of a Worker's settings and catalog. */
export async function fingerprintOf(
  parsed: ParsedSettings,
  { peppers }: Pick<Settings, 'peppers'>,
  catalog: Catalog,
): Promise<Fingerprint> {
  const upstreams = [...parsed.upstreams].map(([product, urls]) => [
    product,
    Object.entries(urls)
      .map(([environment, url]) => `${environment} ${url.href}`)
      .toSorted(),
  ])
  const shared = {
    ISSUER: parsed.issuer,
    AUDIENCE: parsed.audience,
    EDGE_HOSTS: [...parsed.hosts].toSorted(),
    KEY_BRAND: parsed.brand,
    IMPORTED_PREFIXES: parsed.importedPrefixes,
    TRUSTED_ISSUERS: parsed.trustedIssuers,
    UPSTREAMS: upstreams.map((one) => JSON.stringify(one)).toSorted(),
    SIGNING_KEYS: parsed.signingKeys.map(({ kid, x }) => [kid, x]),
    CATALOG: catalog,
  }
  const hashes = Object.entries(shared).map(
    async ([name, value]) => [name, await hash(JSON.stringify(value))] as const,
  )
  const ids = await Promise.all(peppers.map(idOf))
  return { ...Object.fromEntries(await Promise.all(hashes)), KEY_PEPPER: ids.join(',') }
}

/** The names of what differs, of those that both know: two releases need not have the same settings. */
export function differing(gate: Fingerprint, control: Fingerprint): string[] {
  return Object.keys(control)
    .filter((name) => gate[name] !== undefined && gate[name] !== control[name])
    .toSorted()
}

/** Whether keys must not be minted while these differ. */
export function stopsMinting(names: readonly string[]): boolean {
  return names.some((name) => MINTED_UNDER.includes(name))
}

async function hash(text: string): Promise<string> {
  return hex(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
}

async function idOf(pepper: CryptoKey): Promise<string> {
  return hex(await crypto.subtle.sign('HMAC', pepper, new TextEncoder().encode(PEPPER_INFO)))
}

function hex(bytes: ArrayBuffer): string {
  return [...new Uint8Array(bytes, 0, ID_BYTES)]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
}
