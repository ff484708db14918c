import { describe, expect, it } from 'vitest'

import type { KeyRecord } from '../../src/credentials/record.ts'
import { checkAddress, clientOf } from '../../src/gate/address.ts'
import { parseAddress } from '../../src/lists/address.ts'
import { principalWith, verdictOf } from './records.ts'

const IN = '203.0.113.7'
const LIST = ['203.0.113.0/24']

it.each<[guarantee: string, record: Partial<KeyRecord>, address: string, verdict: string]>([
  ['without a list every address passes', {}, '198.51.100.1', 'pass'],
  ['and one that is not known', {}, '', 'pass'],
  ['an address on the organization’s list passes', { organizationIps: LIST }, IN, 'pass'],
  [
    'one that is not on it is refused',
    { organizationIps: LIST },
    '198.51.100.1',
    'address_not_allowed',
  ],
  ['an IPv4 address that IPv6 maps is the same', { keyIps: LIST }, `::ffff:${IN}`, 'pass'],
  ['an address that is not known is on no list', { keyIps: LIST }, '', 'address_unknown'],
  ['an empty list admits nobody', { keyIps: [] }, IN, 'address_not_allowed'],
  [
    'both lists must admit it',
    { organizationIps: LIST, keyIps: ['198.51.100.0/24'] },
    IN,
    'address_not_allowed',
  ],
  [
    'a list that cannot be read admits nobody',
    { keyIps: ['nonsense'] },
    IN,
    'address_list_unreadable',
  ],
  ['the organization’s too', { organizationIps: ['1.2.3.4/40'] }, IN, 'address_list_unreadable'],
])('%s', (_guarantee, record, address, verdict) => {
  expect(verdictOf(checkAddress(principalWith(record), parseAddress(address)))).toBe(verdict)
})

describe('the client', () => {
  it.each<[guarantee: string, headers: Record<string, string>, ip: string]>([
    ['is who Cloudflare says', { 'cf-connecting-ip': IN }, IN],
    ['without IPv6’s clothes', { 'cf-connecting-ip': `::ffff:${IN}` }, IN],
    [
      'and not who a client says',
      { 'x-forwarded-for': IN, 'x-real-ip': IN, 'true-client-ip': IN },
      '',
    ],
    ['nobody where that cannot be read', { 'cf-connecting-ip': `${IN}, ${IN}` }, ''],
  ])('%s', (_guarantee, headers, ip) => {
    expect(clientOf(new Headers(headers)).ip).toBe(ip)
  })
})
