// What makes a product's list of headers wrong: no list may let pass what only the edge may say, or
// what it keeps from upstreams.

import { foldHeaderName, isClaim } from './claims.ts'
import type { Product } from './shape.ts'

/** RFC 9110 §5.6.2: a token. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** A secret in a header is the edge's to take or to give; a product without a list gets these as sent. */
const SECRETS: ReadonlySet<string> = new Set([
  'api-key',
  'apikey',
  'x-access-key',
  'x-access-token',
  'x-amz-security-token',
  'x-api-secret',
  'x-api-token',
  'x-apikey',
  'x-auth-key',
  'x-auth-token',
  'x-client-secret',
  'x-password',
  'x-secret',
  'x-secret-key',
  'x-session-token',
  'x-vault-token',
])

/** Every mistake in `headers`, as a sentence each that names the entry. */
export function checkHeaders({ id, headers }: Product): string[] {
  if (headers === undefined) return []
  const seen = new Set<string>()
  return headers.flatMap((entry) => {
    const flaw = flawOf(entry) ?? (seen.has(entry.toLowerCase()) ? 'is there twice' : undefined)
    seen.add(entry.toLowerCase())
    return flaw === undefined ? [] : [`product "${id}": header "${entry}" ${flaw}`]
  })
}

function flawOf(entry: string): string | undefined {
  if (!HEADER_NAME.test(entry)) return 'is not a name of a header'
  const folded = foldHeaderName(entry)
  if (folded === 'cookie') return 'passes with cookies: true, and in no other way'
  if (isClaim(folded)) return 'may never pass: only the edge may say that, or it belongs to one hop'
  if (SECRETS.has(folded)) return 'carries a secret, which a list may not let pass'
  if (entry.toLowerCase() !== folded) return `must be written as "${folded}"`
  return undefined
}
