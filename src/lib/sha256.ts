import { bytesToHex } from '@noble/hashes/utils.js'

/** The SHA-256 of a text's UTF-8, as 64 hexadecimal digits in lower case. */
export async function sha256Hex(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return bytesToHex(new Uint8Array(digest))
}
