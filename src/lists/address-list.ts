// Address allowlists. An entry is an address or a network, written so that it can mean one thing;
// a list is compiled once per record and then searched in logarithmic time. An empty list matches
// nothing, and one unreadable entry makes the whole list unreadable.

import { err, ok, type Result } from '../lib/result.ts'
import { formatAddress, parseAddress, type Address } from './address.ts'

/** A network: both ends belong to it. `prefix` counts bits of its own family. */
export type Range =
  | { readonly family: 4; readonly first: number; readonly last: number; readonly prefix: number }
  | { readonly family: 6; readonly first: bigint; readonly last: bigint; readonly prefix: number }

/** Disjoint networks in ascending order; the same index holds both ends of one. */
interface Networks<T> {
  readonly firsts: readonly T[]
  readonly lasts: readonly T[]
}

export interface AddressList {
  readonly v4: Networks<number>
  readonly v6: Networks<bigint>
}

/**
 * 2a06:98c0:3600::103, the `CF-Connecting-IP` of a request that another zone's Worker made. All of
 * Cloudflare's customers share it, so it identifies nobody and is in no list.
 */
const SHARED_WORKERS_ADDRESS = 0x2a06_98c0_3600_0000_0000_0000_0000_0103n
/** `/128` after the longest address. */
const ENTRY_MAX_LENGTH = 49

/** Reads one entry; the error says what is wrong with it and what would be right. */
export function parseAddressEntry(text: string): Result<Range, string> {
  if (/\s/.test(text)) return err('contains whitespace; write the address or network alone')
  if (text.length > ENTRY_MAX_LENGTH) return err('is too long to be an address or network')
  const slash = text.indexOf('/')
  const host = slash === -1 ? text : text.slice(0, slash)
  const address = parseAddress(host)
  if (!address) {
    return err(`${text} does not begin with an IP address in full, like 203.0.113.7 or 2001:db8::7`)
  }
  const written = slash === -1 ? undefined : text.slice(slash + 1)
  const prefix = readPrefix(written, address, host)
  if (!prefix.ok) return prefix
  if (prefix.value === 0) return err(`${text} admits every address; lift the restriction instead`)
  const range = network(address, prefix.value)
  if (range.first !== address.value) {
    const right = `${describeRange(range)} or ${formatAddress(address)}`
    return err(`${text} has host bits set; write ${right}`)
  }
  if (range.first === SHARED_WORKERS_ADDRESS && range.prefix === 128) {
    return err(`${text} is shared by the Workers of all Cloudflare customers and identifies nobody`)
  }
  return ok(range)
}

/** Compiles stored entries; `unreadable` is the first one that no list can hold. */
export function compileAddressList(
  entries: readonly string[],
): AddressList | { readonly unreadable: string } {
  const v4: { first: number; last: number }[] = []
  const v6: { first: bigint; last: bigint }[] = []
  for (const entry of entries) {
    const range = parseAddressEntry(entry)
    if (!range.ok) return { unreadable: entry }
    if (range.value.family === 4) v4.push(range.value)
    else v6.push(range.value)
  }
  return { v4: disjoint(v4), v6: disjoint(v6) }
}

/** Whether a list admits an address. The families never match each other. */
export function addressListContains(list: AddressList, address: Address): boolean {
  if (address.family === 4) return contains(list.v4, address.value)
  return address.value !== SHARED_WORKERS_ADDRESS && contains(list.v6, address.value)
}

/** The canonical text of an entry: an address, or a network as address/prefix. */
export function describeRange(range: Range): string {
  const address: Address =
    range.family === 4 ? { family: 4, value: range.first } : { family: 6, value: range.first }
  const single = range.prefix === (range.family === 4 ? 32 : 128)
  return single ? formatAddress(address) : `${formatAddress(address)}/${range.prefix}`
}

/** The prefix length in bits of the address's own family, so /104 of a mapped address is 8. */
function readPrefix(
  written: string | undefined,
  address: Address,
  host: string,
): Result<number, string> {
  if (written === undefined) return ok(address.family === 4 ? 32 : 128)
  const bits = host.includes(':') ? 128 : 32
  if (!/^(?:0|[1-9][0-9]{0,2})$/.test(written) || Number(written) > bits) {
    return err(`/${written} is not a prefix length; write a whole number from 1 to ${bits}`)
  }
  const mappedBits = bits === 128 && address.family === 4 ? 96 : 0
  if (Number(written) < mappedBits) {
    return err(
      `${host}/${written} reaches beyond IPv4; write ${formatAddress(address)} with an IPv4 prefix`,
    )
  }
  return ok(Number(written) - mappedBits)
}

function network(address: Address, prefix: number): Range {
  if (address.family === 4) {
    const size = 2 ** (32 - prefix)
    const first = address.value - (address.value % size)
    return { family: 4, first, last: first + size - 1, prefix }
  }
  const size = 1n << BigInt(128 - prefix)
  const first = address.value - (address.value % size)
  return { family: 6, first, last: first + size - 1n, prefix }
}

/** Two networks are apart or one holds the other: keep the outer ones. */
function disjoint<T extends number | bigint>(ranges: { first: T; last: T }[]): Networks<T> {
  const firsts: T[] = []
  const lasts: T[] = []
  for (const { first, last } of ranges.toSorted((a, b) => (a.first < b.first ? -1 : 1))) {
    const end = lasts.at(-1)
    if (end === undefined || first > end) {
      firsts.push(first)
      lasts.push(last)
    } else if (last > end) lasts[lasts.length - 1] = last
  }
  return { firsts, lasts }
}

function contains<T extends number | bigint>({ firsts, lasts }: Networks<T>, value: T): boolean {
  let low = 0
  let high = firsts.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (firsts[middle]! <= value) low = middle + 1
    else high = middle
  }
  return low > 0 && value <= lasts[low - 1]!
}
