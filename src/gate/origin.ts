// From which page. An origin list keeps other people's pages from using a publishable key; it is no
// authentication, because only browsers are bound to tell the truth (threats: origin lists).

import { KINDS } from '../credentials/kinds.ts'
import type { Principal } from '../credentials/principal.ts'
import { originListContains } from '../lists/origin-list.ts'
import { err, ok, type Result } from '../lib/result.ts'
import type { Denial } from '../reasons/denial.ts'
import type { HeaderReader } from './forward/sent-headers.ts'

/**
 * A publishable key with a list needs an `Origin` on it; there is no fallback to `Referer`. A secret
 * key that comes from a browser (`Sec-Fetch-Site`, which no script can set) has leaked: refused.
 */
export function checkOrigin(
  { record, origins }: Principal,
  headers: HeaderReader,
): Result<void, Denial> {
  const { browser } = KINDS[record.kind]
  if (browser === 'refuse' && headers.has('sec-fetch-site')) {
    return err({ reason: 'secret_key_in_browser' })
  }
  if (browser !== 'require' || origins === null) return ok(undefined)
  if ('unreadable' in origins) return err({ reason: 'origin_list_unreadable' })
  const origin = headers.get('origin')
  if (origin === null) return err({ reason: 'origin_missing' })
  if (!originListContains(origins, origin)) return err({ reason: 'origin_not_allowed' })
  return ok(undefined)
}
