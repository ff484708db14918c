// What an entry of an allowlist is said to cover, held against what the lists themselves admit.

import { describe, expect, test } from 'vitest'

import { coverageOf, verdictsOf } from '../../../src/control/console/allowlists/coverage.ts'
import { parseAddress } from '../../../src/lists/address.ts'
import { addressListContains, compileAddressList } from '../../../src/lists/address-list.ts'
import { compileOriginList, originListContains } from '../../../src/lists/origin-list.ts'
import { ownersOf } from '../../../src/lists/origin-owner.ts'

const ADDRESSES = [
  ['203.0.113.7', '1 address: 203.0.113.7'],
  ['203.0.113.0/24', '256 addresses, 203.0.113.0 – 203.0.113.255, such as 203.0.113.7'],
  ['203.0.113.6/31', '2 addresses, 203.0.113.6 – 203.0.113.7, such as 203.0.113.7'],
  ['128.0.0.0/1', '2,147,483,648 addresses, 128.0.0.0 – 255.255.255.255, such as 128.0.0.7'],
  ['2001:db8::7', '1 address: 2001:db8::7'],
  [
    '2001:db8::/48',
    '2^80 addresses, 2001:db8:: – 2001:db8:0:ffff:ffff:ffff:ffff:ffff, such as 2001:db8::7',
  ],
  [
    '2001:DB8::/127',
    '2 addresses, 2001:db8:: – 2001:db8::1, such as 2001:db8::1; kept as 2001:db8::/127',
  ],
  ['::ffff:1.2.3.4', '1 address: 1.2.3.4; kept as 1.2.3.4'],
] as const

describe('an address entry', () => {
  test.each(ADDRESSES)('%s covers %s', (entry, sentence) => {
    expect(coverageOf('ips', entry)).toBe(sentence)
    const list = compileAddressList([entry])
    if ('unreadable' in list) throw new Error('it cannot be read')
    const named = sentence.replace(/;.*/, '').match(/[0-9a-f:.]*[:.][0-9a-f:.]+/g) ?? []
    expect(named.length).toBeGreaterThan(0)
    for (const text of named) {
      const address = parseAddress(text)
      expect([text, address && addressListContains(list, address)]).toEqual([text, true])
    }
  })

  test('that cannot be read blocks its list, and says why', () => {
    expect(coverageOf('ips', '10.0.0.7/8')).toMatch(
      /^cannot be read \(.*host bits.*\), so every call/,
    )
  })
})

const admits = (entry: string, origin: string): boolean => {
  const list = compileOriginList([entry], ownersOf([entry]))
  return !('unreadable' in list) && originListContains(list, origin)
}

describe('an origin entry', () => {
  test('of one host is said to cover that alone', () => {
    const entry = 'https://app.example.com'
    expect(coverageOf('origins', entry)).toBe(
      `pages of ${entry} alone; no subdomain, no other port and not http://app.example.com`,
    )
    expect(admits(entry, entry)).toBe(true)
    for (const other of ['https://a.app.example.com', `${entry}:8443`, 'http://app.example.com']) {
      expect(admits(entry, other)).toBe(false)
    }
  })

  test('with a wildcard is said to cover the hosts below, and not the host itself', () => {
    const entry = 'https://*.example.com'
    const sentence = coverageOf('origins', entry)
    const [covered = '', not = ''] = sentence.split('; not ')
    for (const [origin] of covered.matchAll(/https:\/\/\S+/g)) {
      expect([origin, admits(entry, origin)]).toEqual([origin, true])
    }
    expect(not).toBe('https://example.com itself')
    expect(admits(entry, 'https://example.com')).toBe(false)
  })
})

test('lines are judged one by one, and numbered', () => {
  expect(verdictsOf('ips', ['10.0.0.1', 'foo'])).toEqual([
    { line: 1, text: '10.0.0.1', ok: true, sentence: '1 address: 10.0.0.1' },
    {
      line: 2,
      text: 'foo',
      ok: false,
      sentence: expect.stringContaining('does not begin') as unknown,
    },
  ])
})
