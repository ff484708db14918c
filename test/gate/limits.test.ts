import { describe, expect, it } from 'vitest'

import { shipped } from '../../src/catalog.ts'
import type { LimitState } from '../../src/lib/limit.ts'
import type { MatchedRoute } from '../../src/catalog/match.ts'
import type { KeyRecord } from '../../src/credentials/record.ts'
import { chargeFor, chargeName, everyLimit, limited } from '../../src/gate/limits.ts'
import { parseAddress } from '../../src/lists/address.ts'
import { recordWith } from './records.ts'

const catalog = {
  ...shipped,
  plans: {
    free: {
      limits: [
        { name: 'plan', quota: 300, window: 60 },
        { name: 'uploads', quota: 5, window: 60, routes: 'named' as const },
      ],
    },
    paid: {
      limits: [
        { name: 'plan', quota: 900, window: 60 },
        { name: 'calls', quota: 10_000, window: 'day' as const },
        { name: 'credits', unit: 'credits' as const, quota: 5_000, window: 'month' as const },
        { name: 'grant', unit: 'credits' as const, quota: 50, window: 'balance' as const },
      ],
    },
  },
  publishable: { ...shipped.publishable, quota: 10, window: 60, per: 'key' as const },
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
  [
    'a day’s counts every call; what costs no credits is no matter of those',
    { plan: 'paid' },
    {},
    'plan 900, calls 10000',
  ],
  [
    'what costs credits is charged with its price',
    { plan: 'paid' },
    { credits: 10 },
    'plan 900, calls 10000, credits 5000 at 10, grant 50 at 10',
  ],
  [
    'a key’s own number takes the place of any',
    { plan: 'paid', quotas: { credits: 20, calls: 3 } },
    { credits: 1 },
    'plan 900, calls 3, credits 20, grant 50',
  ],
  [
    'credits of a plan without a limit on them are on record alone',
    {},
    { credits: 10 },
    'plan 300',
  ],
  ['a limit that the plan lacks is no limit that is met', {}, { limits: ['gone'] }, undefined],
])('%s', (_guarantee, record, route, expected) => {
  const charge = chargeFor(catalog, recordWith(record), routeWith(route), undefined)
  const told = charge?.limits.map(({ name, quota }, at) => {
    const weight = charge.weights?.[at] ?? 1
    return `${name} ${quota}${weight === 1 ? '' : ` at ${weight}`}`
  })
  expect(told?.join(', ')).toBe(expected)
})

it('where each address has a window of its own, an IPv6 /64 is one address', () => {
  const each = { ...catalog, publishable: { ...catalog.publishable, per: 'address' as const } }
  const partition = (address: string): string | undefined =>
    chargeFor(
      each,
      recordWith({ kind: 'publishable' }),
      routeWith({}),
      parseAddress(address),
    )?.limits.at(-1)?.partition
  expect(partition('2001:db8::1')).toBe(partition('2001:db8::2'))
  expect(partition('2001:db8::1')).not.toBe(partition('2001:db8:0:1::1'))
  expect(partition('')).toBe('unknown')
})

it('what is counted by the calendar says so', () => {
  const record = recordWith({ plan: 'paid' })
  expect(everyLimit(catalog, record)).toStrictEqual([
    { name: 'plan', quota: 900, windowSeconds: 60 },
    { name: 'calls', quota: 10_000, windowSeconds: 86_400, period: 'day' },
    { name: 'credits', quota: 5_000, windowSeconds: 2_678_400, period: 'month' },
    { name: 'grant', quota: 50, windowSeconds: 0, period: 'balance' },
  ])
  expect(everyLimit(catalog, recordWith({ plan: 'gone' }))).toBeUndefined()
})

const named = (more: object) => chargeName(routeWith(more).route)

it('calls that cost the same of every plan are remembered by one name, others by another', () => {
  const routes = [{}, { limits: ['uploads'] }, { credits: 10 }, { ownLimit: own }]
  expect(new Set(routes.map(named)).size).toBe(routes.length)
  expect(named({ scopes: ['a'] })).toBe(named({ limits: [], credits: 0 }))
})

describe('a refusal for lack of quota', () => {
  const minute = { name: 'plan', quota: 9, windowSeconds: 60, remaining: 0, resetAfterMs: 5 }
  const month = { ...minute, name: 'credits', period: 'month' as const }

  it.each<[string, LimitState[], number[] | undefined, string]>([
    ['a window is full', [minute], undefined, 'rate_limited'],
    ['a month is used up', [{ ...minute, remaining: 3 }, month], undefined, 'quota_exceeded'],
    ['both', [minute, month], undefined, 'quota_exceeded'],
    [
      'too little is left for its price',
      [minute, { ...month, remaining: 9 }],
      [1, 10],
      'quota_exceeded',
    ],
    ['the month has enough', [minute, { ...month, remaining: 10 }], [1, 10], 'rate_limited'],
  ])('says which: %s', (_case, limits, weights, reason) => {
    expect(limited({ limits, retryAfterMs: 5 }, weights).reason).toBe(reason)
  })

  it.each([
    [0, 1],
    [1, 1],
    [1_001, 2],
    [60_000, 60],
  ])('after %i ms says %i s: never at once, never too early', (retryAfterMs, seconds) => {
    expect(limited({ limits: [], retryAfterMs })).toMatchObject({ retryAfterSeconds: seconds })
  })
})
