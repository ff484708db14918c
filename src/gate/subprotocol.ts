// A browser cannot set headers on a WebSocket, so clients are tempted to put a key among the subprotocols.
// It is not read there; there it would reach the upstream, and come back in the answer. So it is refused.

import { MARK_WORDS } from '../credentials/kinds.ts'
import { err, ok, type Result } from '../lib/result.ts'
import type { Denial } from '../reasons/denial.ts'
import type { HeaderReader } from './forward/sent-headers.ts'

/** Encodings within encodings are undone so often. */
const MAX_DECODINGS = 3
/** Shorter pieces hold no key. */
const PIECE = /[\w+/=-]{16,}/g
const HEX = /^(?:[0-9a-f]{2})+$/i

/** What a credential of this deployment may look like; of the settings. */
interface Forms {
  readonly brand: string
  readonly importedPrefixes: readonly string[]
  readonly jwtIssuers: readonly { readonly issuer: string }[]
}

/** Refuses subprotocols among which something looks like a credential of this deployment. */
export function checkSubprotocols(headers: HeaderReader, forms: Forms): Result<void, Denial> {
  const offered = headers.get('sec-websocket-protocol')
  if (offered === null) return ok(undefined)
  return isOurs(offered, looks(forms), MAX_DECODINGS)
    ? err({ reason: 'credential_misplaced', header: 'Sec-WebSocket-Protocol' })
    : ok(undefined)
}

type Looks = readonly RegExp[]

/** Our keys, those of imported prefixes, and whatever claims to be of an issuer that we trust. */
function looks({ brand, importedPrefixes, jwtIssuers }: Forms): Looks {
  const issuers = jwtIssuers.map(({ issuer }) => RegExp.escape(JSON.stringify(issuer)))
  return [
    new RegExp(`${brand}[_.-](?:(?:${MARK_WORDS})[_.-])?(?:live|sandbox)[_.-][0-9a-z]{8}`, 'i'),
    new RegExp(`"iss"\\s*:\\s*(?:${issuers.join('|')})`),
    ...importedPrefixes.map((prefix) => new RegExp(`${RegExp.escape(prefix)}[\\w-]{8}`)),
  ]
}

/** In the text itself, or in what its pieces become when an encoding is undone. */
function isOurs(text: string, ours: Looks, decodings: number): boolean {
  if (ours.some((look) => look.test(text))) return true
  if (decodings === 0) return false
  const plain = percentDecoded(text)
  if (plain !== text && isOurs(plain, ours, decodings - 1)) return true
  return [...text.matchAll(PIECE)].some(([piece]) =>
    decoded(piece).some((inner) => isOurs(inner, ours, decodings - 1)),
  )
}

function percentDecoded(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_escape, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

/** As base64 in either alphabet, and as hexadecimal digits. */
function decoded(piece: string): string[] {
  const padded = piece.replaceAll('-', '+').replaceAll('_', '/')
  const base64 = padded.replaceAll('=', '')
  const whole = base64.slice(0, base64.length % 4 === 1 ? -1 : undefined)
  // Padding stands at the end alone.
  const texts = padded.startsWith(base64) ? [atob(whole)] : []
  if (HEX.test(piece)) texts.push(percentDecoded(piece.replace(/../g, '%$&')))
  return texts
}
