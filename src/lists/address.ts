// IP addresses, read strictly. Two readers that take one spelling for two addresses are how allowlists
// are passed (CVE-2021-28918, CVE-2021-29921), so there is one plain spelling, without the forms of
// inet_aton (octal, hex, `127.1`, `2130706433`) and zone ids. The groups of an IPv6 address are read and
// written by the platform: WHATWG URL, §3.5, whose serializer is RFC 5952.

/** IPv4 as 0..2^32-1, IPv6 as 0..2^128-1. IPv4-mapped IPv6 does not occur: it is IPv4. */
export type Address =
  | { readonly family: 4; readonly value: number }
  | { readonly family: 6; readonly value: bigint }

const OCTET = '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])'
const DOTTED = `${OCTET}\\.${OCTET}\\.${OCTET}\\.${OCTET}`
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
  const canonical = canonicalIpv6(text)
  if (canonical === undefined) return undefined
  const value = ipv6Value(canonical)
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
  return canonicalIpv6((hex.match(/.{4}/g) ?? []).join(':')) ?? ''
}

/**
 * What a rate limit counts as one client: an IPv4 address, or the /64 that an IPv6 network hands to
 * a single subscriber (anything narrower can be rotated at will).
 */
export function addressBucket(address: Address): string {
  if (address.family === 4) return formatAddress(address)
  return `${formatAddress({ family: 6, value: (address.value >> 64n) << 64n })}/64`
}

/** RFC 5952; undefined for what is no IPv6 address. */
function canonicalIpv6(text: string): string | undefined {
  try {
    return new URL(`http://[${text}]`).hostname.slice(1, -1)
  } catch {
    return undefined
  }
}

/** Of the canonical text, where `::` stands for the groups that are missing. */
function ipv6Value(canonical: string): bigint {
  const [head = '', tail = ''] = canonical.split('::').map(hexOf)
  return BigInt(`0x${head.padEnd(32 - tail.length, '0')}${tail}`)
}

function hexOf(groups: string): string {
  if (groups === '') return ''
  return groups
    .split(':')
    .map((group) => group.padStart(4, '0'))
    .join('')
}
