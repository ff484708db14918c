// IP addresses, read strictly. ipaddr.js also reads the forms of inet_aton (octal, hex, `127.1`,
// `2130706433`) and zone ids. Two readers that take one spelling for two addresses are how allowlists
// are passed (CVE-2021-28918, CVE-2021-29921), so only the one plain spelling gets through to it.

import ipaddr from 'ipaddr.js'

/** IPv4 as 0..2^32-1, IPv6 as 0..2^128-1. IPv4-mapped IPv6 does not occur: it is IPv4. */
export type Address =
  | { readonly family: 4; readonly value: number }
  | { readonly family: 6; readonly value: bigint }

const OCTET = '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])'
const DOTTED = `${OCTET}\\.${OCTET}\\.${OCTET}\\.${OCTET}`
const DOTTED_TAIL = new RegExp(`${DOTTED}$`)
const IPV4 = new RegExp(`^${DOTTED}$`)
const IPV6 = new RegExp(`^[0-9a-f]*:(?:[0-9a-f]*:)*(?:[0-9a-f]*|${DOTTED})$`, 'i')
/** `ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255` */
const IPV6_MAX_LENGTH = 45

/**
 * Reads one address. Not accepted: leading zeros, octal, hex, fewer than four parts, zone ids,
 * ports, brackets, whitespace. `::ffff:1.2.3.4`, however it is spelled, is 1.2.3.4 (RFC 4291
 * §2.5.5.2); NAT64 (`64:ff9b::`) and 6to4 (`2002::`) stay the IPv6 addresses that they are.
 */
export function parseAddress(text: string): Address | undefined {
  const octets = IPV4.exec(text)
  if (octets) {
    const [, a, b, c, d] = octets
    return {
      family: 4,
      value: Number(a) * 2 ** 24 + Number(b) * 2 ** 16 + Number(c) * 2 ** 8 + Number(d),
    }
  }
  if (text.length > IPV6_MAX_LENGTH || !IPV6.test(text)) return undefined
  const parts = ipv6Parts(text)
  if (!parts) return undefined
  const value = BigInt(`0x${parts.map((part) => part.toString(16).padStart(4, '0')).join('')}`)
  return value >> 32n === 0xffffn
    ? { family: 4, value: Number(value & 0xffff_ffffn) }
    : { family: 6, value }
}

/** The canonical text: dotted decimal, or RFC 5952. */
export function formatAddress(address: Address): string {
  if (address.family === 4) {
    return [24, 16, 8, 0].map((shift) => (address.value >>> shift) & 0xff).join('.')
  }
  const hex = address.value.toString(16).padStart(32, '0')
  const parts = (hex.match(/.{4}/g) ?? []).map((part) => Number.parseInt(part, 16))
  return new ipaddr.IPv6(parts).toRFC5952String()
}

/**
 * What a rate limit counts as one client: an IPv4 address, or the /64 that an IPv6 network hands to
 * a single subscriber (anything narrower can be rotated at will).
 */
export function addressBucket(address: Address): string {
  if (address.family === 4) return formatAddress(address)
  return `${formatAddress({ family: 6, value: (address.value >> 64n) << 64n })}/64`
}

/**
 * Eight 16-bit groups of a text that has passed the guard. A dotted tail is turned into groups
 * first, because ipaddr.js reads `::1.2.3.4` as `::ffff:1.2.3.4`, which is another address.
 */
function ipv6Parts(text: string): number[] | undefined {
  const groups = text.replace(DOTTED_TAIL, (_tail, a, b, c, d) => `${group(a, b)}:${group(c, d)}`)
  try {
    return ipaddr.IPv6.parse(groups).parts
  } catch {
    return undefined
  }
}

function group(high: string, low: string): string {
  return (Number(high) * 256 + Number(low)).toString(16)
}
