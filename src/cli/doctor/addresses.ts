// Entries of address lists that can be read and yet do not mean what their author thinks, because of what
// Cloudflare puts in an address's place. Pure.

import { parseAddress } from '../../lists/address.ts'
import { parseAddressEntry, type Range } from '../../lists/address-list.ts'

/** Of every request that a Worker of another zone makes, whosever it is; no list admits it. */
const SHARED_BY_WORKERS = '2a06:98c0:3600::103'
/** What Pseudo IPv4 ("Overwrite Headers") puts in the place of an IPv6 client's address. */
const PSEUDO_IPV4 = '240.0.0.0/4'

/** What is odd about an entry; undefined where nothing is, or where it cannot be read at all. */
export function oddityOf(entry: string): string | undefined {
  const range = parseAddressEntry(entry)
  if (!range.ok) return undefined
  if (holdsShared(range.value)) {
    return `holds ${SHARED_BY_WORKERS}, the address of every other customer's Worker: it is not admitted, whatever a list says; write the networks that are yours`
  }
  if (overlapsPseudo(range.value)) {
    return `holds addresses of ${PSEUDO_IPV4}, which nobody has: Pseudo IPv4 puts them in the place of IPv6 addresses; turn it off in the zone, and list the IPv6 networks`
  }
  return undefined
}

function holdsShared(range: Range): boolean {
  const shared = parseAddress(SHARED_BY_WORKERS)
  if (range.family !== 6 || shared?.family !== 6) return false
  return range.first <= shared.value && shared.value <= range.last
}

function overlapsPseudo(range: Range): boolean {
  const pseudo = parseAddressEntry(PSEUDO_IPV4)
  if (range.family !== 4 || !pseudo.ok || pseudo.value.family !== 4) return false
  return range.first <= pseudo.value.last && pseudo.value.first <= range.last
}
