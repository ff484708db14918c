// What the console signs: session ids, the tokens of forms, and receipts on their way through a
// redirect. The key comes from the pepper and the admin token, so that changing either signs
// everybody out, and nothing more has to be configured.

import type { ControlSettings } from '../settings.ts'

const HMAC = { name: 'HMAC', hash: 'SHA-256' } as const
/** What a tag is for; one never passes as another. */
type Purpose = 'session' | 'csrf' | 'receipt'

const keys = new WeakMap<ControlSettings, CryptoKey>()

/** The tag of a text for a purpose, base64url. */
export async function tagOf(
  settings: ControlSettings,
  purpose: Purpose,
  text: string,
): Promise<string> {
  const key = await consoleKey(settings)
  return base64url(await crypto.subtle.sign('HMAC', key, bytes(`${purpose}\n${text}`)))
}

/** Whether a tag is right; compared in constant time. */
export async function isTagOf(
  settings: ControlSettings,
  purpose: Purpose,
  text: string,
  tag: string,
): Promise<boolean> {
  const raw = fromBase64url(tag)
  const key = await consoleKey(settings)
  return raw ? await crypto.subtle.verify('HMAC', key, raw, bytes(`${purpose}\n${text}`)) : false
}

/** A CryptoKey belongs to no request, so an isolate keeps it. */
async function consoleKey(settings: ControlSettings): Promise<CryptoKey> {
  const known = keys.get(settings)
  if (known) return known
  // The pepper is imported for HMAC alone. Keys never hold a space, so no key's tag is this one.
  const secret = await crypto.subtle.sign(
    'HMAC',
    settings.peppers[0],
    bytes(`portcullis console: ${settings.adminToken}`),
  )
  const ikm = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey'])
  const made = await crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: bytes('console signatures v1') },
    ikm,
    { ...HMAC, length: 256 },
    false,
    ['sign', 'verify'],
  )
  keys.set(settings, made)
  return made
}

export function base64url(raw: ArrayBuffer | Uint8Array): string {
  return btoa(String.fromCharCode(...new Uint8Array(raw)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

/** A tag's bytes; undefined for what no tag looks like. */
function fromBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w-]{43}$/.test(text)) return undefined
  const raw = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(raw, (character) => character.charCodeAt(0))
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
