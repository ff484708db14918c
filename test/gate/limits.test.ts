import { describe, expect, it } from 'vitest'

import { shipped } from '../../src/catalog.ts'
import type { MatchedRoute } from '../../src/catalog/match.ts'
import type { KeyRecord } from '../../src/credentials/record.ts'
import { limited, limitsFor } from '../../src/gate/limits.ts'
import { parseAddress } from '../../src/lists/address.ts'
import { recordWith } from './records.ts'

const catalog = {
  ...shipped,
  plans: {
    free: { plan: { quota: 300, windowSeconds: 60 }, uploads: { quota: 5, windowSeconds: 60 } },
  },
  publishable: { ...shipped.publishable, quota: 10, windowSeconds: 60, per: 'key' as const },
}
const own = { name: 'asking', quota: 60, windowSeconds: 60 }
const routeWith = (more: object): MatchedRoute => ({
  product: { id: 'shop', accepts: [], prefix: '/shop', routes: [] },
  route: { verbs: ['GET'], pattern: '/x', scopes: [], ...more },
  pattern: '/shop/x',
})

it.each<
  [guarantee: string, record: Partial<KeyRecord>, route: object, expected: string | undefined]
>([
  ['the plan’s limit holds for every call', {}, {}, 'plan 300'],
  ['and those that the route names', {}, { limits: ['uploads'] }, 'plan 300, uploads 5'],
  ['a key’s own quota takes the place of the plan’s', { quotas: { plan: 7 } }, {}, 'plan 7'],
  [
    'a publishable key has a limit besides',
    { kind: 'publishable' },
    {},
    'plan 300, publishable 10',
  ],
  ['an operation of the edge may have its own instead', {}, { ownLimit: own }, 'asking 60'],
  ['a plan that the catalog lacks has none', { plan: 'gone' }, {}, undefined],
  ['also where the operation has its own', { plan: 'gone' }, { ownLimit: own }, undefined],
  ['a limit that the plan lacks is no limit that is met', {}, { limits: ['gone'] }, undefined],
])('%s', (_guarantee, record, route, expected) => {
  const limits = limitsFor(catalog, recordWith(record), routeWith(route), undefined)
  expect(limits?.map(({ name, quota }) => `${name} ${quota}`).join(', ')).toBe(expected)
})

it('where each address has a window of its own, an IPv6 /64 is one address', () => {
  const each = { ...catalog, publishable: { ...catalog.publishable, per: 'address' as const } }
  const partition = (address: string): string | undefined =>
    limitsFor(each, recordWith({ kind: 'publishable' }), routeWith({}), parseAddress(address))?.at(
      -1,
    )?.partition
  expect(partition('2001:db8::1')).toBe(partition('2001:db8::2'))
  expect(partition('2001:db8::1')).not.toBe(partition('2001:db8:0:1::1'))
  expect(partition('')).toBe('unknown')
})

describe('a refusal for lack of quota', () => {
  it.each([
    [0, 1],
    [1, 1],
    [1_001, 2],
    [60_000, 60],
  ])('after %i ms says %i s: never at once, never too early', (retryAfterMs, seconds) => {
    expect(limited({ limits: [], retryAfterMs })).toMatchObject({ retryAfterSeconds: seconds })
  })
})
