import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addressListContains,
  compileAddressList,
  describeRange,
  parseAddressEntry,
} from '../../src/lists/address-list.ts'
import { type Address, parseAddress } from '../../src/lists/address.ts'
import { attackCases, thirdParty } from '../corpora.ts'

const SHARED_WORKERS_ADDRESS = '2a06:98c0:3600::103'

function admits(entries: readonly string[], text: string): boolean {
  const list = compileAddressList(entries)
  const address = parseAddress(text)
  if ('unreadable' in list || !address) throw new Error(`unreadable: ${JSON.stringify(entries)}`)
  return addressListContains(list, address)
}

describe('parseAddressEntry: an address or a network', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7/32', '203.0.113.7'],
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['128.0.0.0/1', '128.0.0.0/1'],
    ['2001:DB8::/32', '2001:db8::/32'],
    ['2001:db8::1/128', '2001:db8::1'],
    ['::ffff:10.0.0.0/104', '10.0.0.0/8'],
    ['::ffff:10.1.2.3', '10.1.2.3'],
    ['::ffff:10.1.2.3/128', '10.1.2.3'],
  ])('%s is %s', (text, expected) => {
    const entry = parseAddressEntry(text)
    expect(entry.ok && describeRange(entry.value)).toBe(expected)
  })

  it.each([
    ['host bits, with what is right', '10.0.0.7/8', /write 10\.0\.0\.0\/8 or 10\.0\.0\.7$/],
    ['host bits of IPv6', '2001:db8::1/64', /write 2001:db8::\/64 or 2001:db8::1$/],
    [
      'host bits of a mapped network',
      '::ffff:10.0.0.7/104',
      /write 10\.0\.0\.0\/8 or 10\.0\.0\.7$/,
    ],
    ['everything', '0.0.0.0/0', /lift the restriction/],
    ['everything in IPv6', '::/0', /lift the restriction/],
    ['everything in IPv4, mapped', '::ffff:0.0.0.0/96', /lift the restriction/],
    ['everything, with host bits', '10.0.0.0/0', /lift the restriction/],
    ['a leading zero in the prefix', '1.2.3.0/08', /prefix length/],
    ['a signed prefix', '1.2.3.4/-1', /prefix length/],
    ['a prefix with a plus', '1.2.3.4/+8', /prefix length/],
    ['an empty prefix', '1.2.3.4/', /prefix length/],
    ['a prefix that is a mask', '10.0.0.0/255.0.0.0', /prefix length/],
    ['two prefixes', '1.2.3.4/24/24', /prefix length/],
    ['a prefix past 32', '10.0.0.0/33', /from 1 to 32/],
    ['a prefix past 128', '2001:db8::/129', /from 1 to 128/],
    ['a prefix alone', '/24', /IP address in full/],
    ['a shortened network', '10/8', /IP address in full/],
    ['a mapped network wider than IPv4', '::ffff:10.0.0.0/8', /IPv4 prefix/],
    ['a mapped network of /95', '::ffff:0.0.0.0/95', /IPv4 prefix/],
    ['a range', '10.0.0.1-10.0.0.9', /IP address in full/],
    ['a wildcard', '10.0.0.*', /IP address in full/],
    ['a host name', 'office.example.com', /IP address in full/],
    ['nothing', '', /IP address in full/],
    ['space before', ' 10.0.0.0/8', /whitespace/],
    ['space after', '10.0.0.0/8\n', /whitespace/],
    ['space within', '10.0.0.0/ 8', /whitespace/],
    ['a very long text', '1'.repeat(100_000), /too long/],
    ['the address of other zones’ Workers', SHARED_WORKERS_ADDRESS, /identifies nobody/],
    ['the same, otherwise spelled', '2A06:98C0:3600:0:0::0103/128', /identifies nobody/],
  ])('refused: %s (%s)', (_guarantee, text, error) => {
    const entry = parseAddressEntry(text)
    expect(entry.ok ? 'accepted' : entry.error).toMatch(error)
  })
})

describe('addressListContains', () => {
  it.each([
    ['an empty list matches nothing', [], '203.0.113.7', false],
    ['an address', ['203.0.113.7'], '203.0.113.7', true],
    ['its neighbour', ['203.0.113.7'], '203.0.113.8', false],
    ['the first of a network', ['10.0.0.0/8'], '10.0.0.0', true],
    ['the last of a network', ['10.0.0.0/8'], '10.255.255.255', true],
    ['one before a network', ['10.0.0.0/8'], '9.255.255.255', false],
    ['one after a network', ['10.0.0.0/8'], '11.0.0.0', false],
    ['high IPv4 addresses', ['255.255.255.0/24'], '255.255.255.255', true],
    ['a mapped client', ['10.0.0.0/8'], '::ffff:10.1.2.3', true],
    ['a mapped entry', ['::ffff:10.0.0.0/104'], '10.1.2.3', true],
    ['IPv6', ['2001:db8::/32'], '2001:db8:ffff::1', true],
    ['IPv6 outside', ['2001:db8::/32'], '2001:db9::', false],
    ['IPv6 never admits IPv4', ['::/1'], '10.0.0.1', false],
    ['IPv4 never admits IPv6', ['0.0.0.0/1', '128.0.0.0/1'], '::a00:1', false],
    ['NAT64 of a listed address', ['1.2.3.4'], '64:ff9b::1.2.3.4', false],
    ['6to4 of a listed address', ['1.2.3.4'], '2002:102:304::', false],
    ['an inner network does not end the outer', ['10.0.0.0/8', '10.0.0.0/24'], '10.9.9.9', true],
    [
      'other zones’ Workers under a wide network',
      ['2a06:98c0::/29'],
      SHARED_WORKERS_ADDRESS,
      false,
    ],
    ['their neighbour under it', ['2a06:98c0::/29'], '2a06:98c0:3600::104', true],
  ])('%s', (_guarantee, entries, address, expected) => {
    expect(admits(entries, address)).toBe(expected)
  })

  it('one unreadable entry makes the list unreadable, and is named', () => {
    expect(compileAddressList(['10.0.0.0/8', '10.0.0.0/33', 'x'])).toEqual({
      unreadable: '10.0.0.0/33',
    })
  })
})

describe('attack corpus: saving a list', () => {
  const rows = attackCases<{ readonly fn: string; readonly arg: string | string[] }>('ip', 'unit')
  it.each(rows.filter((row) => row.input.fn === 'saveCidr'))('$id $input.arg', ({ input }) => {
    for (const text of [input.arg].flat()) expect(parseAddressEntry(text).ok).toBe(false)
  })
})

interface ContainsTable {
  readonly cases: readonly {
    readonly prefix: string
    readonly contains: readonly string[]
    readonly notContains: readonly string[]
  }[]
}
interface ErrorTable {
  readonly cases: readonly { readonly input: string }[]
}

// Where our verdict differs on purpose; a row that stops differing fails.
const ENTRIES_REFUSED: Readonly<Record<string, string>> = {
  '0.0.0.0/0': 'a list that admits everybody is a mistake; the restriction is lifted instead',
  '::/0': 'the same',
  '::%0/00/80': 'zone ids are refused',
}
const ENTRIES_READ: Readonly<Record<string, string>> = {
  '192.168.0.0': 'a single address is an entry here',
}

describe('netaddr: prefixes', () => {
  const contains = thirdParty<ContainsTable>('ip/netaddr-prefix-contains.json')?.cases ?? []
  const errors = thirdParty<ErrorTable>('ip/netaddr-prefix-error.json')?.cases ?? []

  it.skipIf(contains.length === 0)('every deliberate difference is a row', () => {
    const rows = [...contains.map((row) => row.prefix), ...errors.map((row) => row.input)]
    const different = [...Object.keys(ENTRIES_REFUSED), ...Object.keys(ENTRIES_READ)]
    expect(rows).toEqual(expect.arrayContaining(different))
  })
  it.each(contains)('$prefix', ({ prefix, contains: inside, notContains: outside }) => {
    if (prefix in ENTRIES_REFUSED) return expect(parseAddressEntry(prefix).ok).toBe(false)
    for (const address of inside) expect(admits([prefix], address)).toBe(true)
    for (const address of outside) expect(admits([prefix], address)).toBe(false)
  })
  it.each(errors)('$input is no prefix', ({ input }) => {
    expect(parseAddressEntry(input).ok).toBe(input in ENTRIES_READ)
  })
})

function masked(family: 4 | 6, value: bigint, bits: number, prefix: number) {
  const size = 1n << BigInt(bits - prefix)
  const first = value - (value % size)
  const range =
    family === 4
      ? { family, first: Number(first), last: 0, prefix }
      : { family, first, last: 0n, prefix }
  return { family, bits, first, last: first + size - 1n, text: describeRange(range) }
}

function toAddress(family: 4 | 6, value: bigint): Address {
  return family === 4 ? { family, value: Number(value) } : { family, value }
}

describe('properties', () => {
  const v4Network = fc.tuple(fc.nat({ max: 0xffff_ffff }), fc.integer({ min: 1, max: 32 }))
  const v6Network = fc.tuple(
    fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }),
    fc.integer({ min: 1, max: 128 }),
  )
  const network = fc.oneof(
    v4Network.map(([value, prefix]) => masked(4, BigInt(value), 32, prefix)),
    v6Network.map(([value, prefix]) => masked(6, value, 128, prefix)),
  )
  const probe = fc.tuple(network, fc.constantFrom(-1n, 0n, 1n), fc.boolean())

  it('agrees with comparing every network bit by bit', () => {
    fc.assert(
      fc.property(fc.array(network, { maxLength: 12 }), fc.array(probe), (networks, probes) => {
        const list = compileAddressList(networks.map((entry) => entry.text))
        if ('unreadable' in list) throw new Error(list.unreadable)
        // Addresses at, just inside and just outside the ends of some listed and unlisted networks.
        for (const [at, step, end] of [...probes, ...networks.map((n) => [n, 1n, true] as const)]) {
          const value = (end ? at.last : at.first) + step
          if (value < 0n || value >> BigInt(at.bits) !== 0n) continue
          const address = toAddress(at.family, value)
          const naive = networks.some(
            (entry) => entry.family === at.family && value >= entry.first && value <= entry.last,
          )
          expect(addressListContains(list, address)).toBe(naive)
        }
      }),
      { numRuns: 2000 },
    )
  })
})
