// The secrets of endpoints: `whsec_` and 32 random bytes. Unlike a key's, a secret must be read
// again to sign with it, so it is stored sealed: AES-256-GCM under a key derived from the pepper,
// bound to the endpoint's id, so that a row cannot lend its secret to another.

const PREFIX = 'whsec_'
const SECRET_BYTES = 32
const NONCE_BYTES = 12
const FORM = 'v1'
/** Keeps this key apart from every other use of the pepper. */
const INFO = 'portcullis webhook secret v1'
/** Standard Webhooks 1.0: 24 to 64 random bytes. */
const SECRET_MIN_BYTES = 24
const SECRET_MAX_BYTES = 64

/** One per pepper; the first seals, all of them open. */
export type SealingKeys = readonly [CryptoKey, ...CryptoKey[]]

/** Derives the keys from the peppers of `KEY_PEPPER`, given as text. */
export async function importSealingKeys(
  peppers: readonly [string, ...string[]],
): Promise<SealingKeys> {
  const [first, ...others] = peppers
  return [await deriveKey(first), ...(await Promise.all(others.map(deriveKey)))]
}

/** A new secret, shown to its owner once. */
export function newSecret(): string {
  return PREFIX + toBase64(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)))
}

/** Whether a text is a secret that may sign: the prefix and 24 to 64 bytes in plain base64. */
export function isSecret(text: string): boolean {
  const bytes = text.startsWith(PREFIX) ? fromBase64(text.slice(PREFIX.length)) : undefined
  return !!bytes && bytes.length >= SECRET_MIN_BYTES && bytes.length <= SECRET_MAX_BYTES
}

/** For the database: `v1.<nonce>.<ciphertext>`. */
export async function sealSecret(
  keys: SealingKeys,
  endpointId: string,
  secret: string,
): Promise<string> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
  const sealed = await crypto.subtle.encrypt(
    gcm(nonce, endpointId),
    keys[0],
    new TextEncoder().encode(secret),
  )
  return `${FORM}.${toBase64(nonce)}.${toBase64(new Uint8Array(sealed))}`
}

/** The secret of that endpoint; undefined where the text was tampered with, moved, or its pepper is gone. */
export async function openSecret(
  keys: SealingKeys,
  endpointId: string,
  sealed: string,
): Promise<string | undefined> {
  const [form, nonceText = '', text = '', ...more] = sealed.split('.')
  const nonce = fromBase64(nonceText)
  const bytes = fromBase64(text)
  if (form !== FORM || more.length > 0 || nonce?.length !== NONCE_BYTES || !bytes) return undefined
  for (const key of keys) {
    const opened = await crypto.subtle
      .decrypt(gcm(nonce, endpointId), key, bytes)
      .catch(() => undefined)
    if (!opened) continue
    const secret = new TextDecoder().decode(opened)
    return isSecret(secret) ? secret : undefined
  }
  return undefined
}

/** The secrets of an endpoint as its row has them. */
export interface SealedSecrets {
  readonly secret: string
  readonly previous_secret: string | null
  readonly previous_secret_expires_at: number | null
}

/** The secret, and until its time is over the one before. */
export async function secretsInForce(
  keys: SealingKeys,
  endpointId: string,
  row: SealedSecrets,
  nowMs: number,
): Promise<string[]> {
  const overlaps = (row.previous_secret_expires_at ?? 0) > nowMs
  const sealed = [row.secret, ...(overlaps && row.previous_secret ? [row.previous_secret] : [])]
  const opened = await Promise.all(sealed.map((text) => openSecret(keys, endpointId, text)))
  return opened.filter((secret) => secret !== undefined)
}

/** What a secret signs with: the bytes behind its prefix. @throws TypeError on what is no secret. */
export function secretBytes(secret: string): Uint8Array<ArrayBuffer> {
  const bytes = isSecret(secret) ? fromBase64(secret.slice(PREFIX.length)) : undefined
  if (!bytes) throw new TypeError('a webhook secret is whsec_ and 24 to 64 bytes in base64')
  return bytes
}

async function deriveKey(pepper: string): Promise<CryptoKey> {
  const text = new TextEncoder()
  const base = await crypto.subtle.importKey('raw', text.encode(pepper), 'HKDF', false, [
    'deriveKey',
  ])
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: text.encode(INFO) }
  const aes = { name: 'AES-GCM', length: 256 }
  return await crypto.subtle.deriveKey(hkdf, base, aes, false, ['encrypt', 'decrypt'])
}

function gcm(iv: Uint8Array<ArrayBuffer>, endpointId: string) {
  return { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(endpointId) }
}

export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}

/** Undefined where the text is not what `toBase64` writes. */
function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length % 4 !== 0) return undefined
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  return toBase64(bytes) === text ? bytes : undefined
}
