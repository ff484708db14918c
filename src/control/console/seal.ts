// What the console signs: session ids, the tokens of forms, and receipts on their way through a
// redirect. The key comes from the pepper and the admin token, so that changing either signs
// everybody out, and nothing more has to be configured.

import { base64url } from 'jose'

import type { ControlSettings } from '../settings.ts'

/** 32 bytes in base64url, without padding. */
const TAG = /^[\w-]{43}$/
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
  const tag = await crypto.subtle.sign('HMAC', key, bytes(`${purpose}\n${text}`))
  return base64url.encode(new Uint8Array(tag))
}

/** Whether a tag is right; compared in constant time. */
export async function isTagOf(
  settings: ControlSettings,
  purpose: Purpose,
  text: string,
  tag: string,
): Promise<boolean> {
  if (!TAG.test(tag)) return false
  const [raw, key] = [base64url.decode(tag), await consoleKey(settings)]
  return await crypto.subtle.verify('HMAC', key, raw, bytes(`${purpose}\n${text}`))
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

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
