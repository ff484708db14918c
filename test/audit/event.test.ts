import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import {
  eventOf,
  MAX_LENGTH,
  type Caller,
  type Decided,
  type Outcome,
} from '../../src/audit/event.ts'
import { parseEvents } from '../../src/audit/message.ts'
import { compileRoutes } from '../../src/catalog/match.ts'
import { shipped } from '../../src/catalog.ts'
import { ENVIRONMENTS, KIND_NAMES } from '../../src/credentials/kinds.ts'
import { NOON_MS } from './events.ts'

const routes = compileRoutes(shipped)
const screening = routes.match('POST', '/screening/request') ?? null
const ID = '3f2b8c1e-9d47-4c55-8a10-1b2c3d4e5f60'
const TOKEN: Caller = {
  id: 'key_1',
  organizationId: 'org_1',
  kind: 'access_token',
  environment: 'live',
  serviceUser: { id: 'su_1', sourceSystem: 'vkyc', departments: ['retail'], disabledAt: null },
}
const OK: Outcome = { decision: 'forwarded', reason: null, status: 200, upstreamMs: 12.4 }

function decided(over: Partial<Decided> = {}): Decided {
  return {
    requestId: ID,
    nowMs: NOON_MS,
    method: 'POST',
    path: '/screening/request',
    address: '198.51.100.7',
    brand: 'vk',
    caller: TOKEN,
    matched: screening,
    outcome: OK,
    ...over,
  }
}

describe('eventOf', () => {
  it('a forwarded call, with all that is known of it', () => {
    expect(eventOf(decided())).toStrictEqual({
      id: ID,
      at: NOON_MS,
      organization: 'org_1',
      key: 'key_1',
      kind: 'access_token',
      serviceUser: 'su_1',
      sourceSystem: 'vkyc',
      environment: 'live',
      actor: null,
      product: 'aml_screening',
      route: '/screening/request',
      method: 'POST',
      path: '/screening/request',
      decision: 'forwarded',
      reason: null,
      status: 200,
      upstreamMs: 12,
      clientIp: '198.51.100.7',
      credits: 10,
    })
  })

  it('a refused call of nobody to nowhere', () => {
    const outcome = { decision: 'refused', reason: 'credential_missing', status: 401 } as const
    const nobody = decided({ caller: null, matched: null, address: null, path: '/x', outcome })
    expect(eventOf(nobody)).toStrictEqual({
      id: ID,
      at: NOON_MS,
      organization: null,
      key: null,
      kind: null,
      serviceUser: null,
      sourceSystem: null,
      environment: null,
      actor: null,
      product: null,
      route: null,
      method: 'POST',
      path: '/x',
      decision: 'refused',
      reason: 'credential_missing',
      status: 401,
      upstreamMs: null,
      clientIp: null,
      credits: null,
    })
  })

  it.each([
    ['an operator', { name: 'operator:admin-token', organizationId: 'org_1' }, 'org_1'],
    ['an operator nowhere', { name: 'operator:admin-token', organizationId: null }, null],
    ['a person', { name: 'person:ann@example.com', organizationId: 'org_1' }, 'org_1'],
  ])('a call of %s names who and where', (_who, acting, organization) => {
    const event = eventOf(decided({ caller: null, acting }))
    expect(event).toMatchObject({ actor: acting.name, organization, key: null, environment: null })
  })

  it('a credential is who called, whoever else is named', () => {
    const acting = { name: 'person:ann@example.com', organizationId: 'org_2' }
    expect(eventOf(decided({ acting }))).toMatchObject({ actor: null, organization: 'org_1' })
  })

  it.each<[string, Outcome, number | null]>([
    ['2xx is charged', { ...OK, status: 299 }, 10],
    ['101 is not', { ...OK, status: 101 }, null],
    ['3xx is not', { ...OK, status: 304 }, null],
    ['4xx is not', { ...OK, status: 422 }, null],
    ['5xx is not', { ...OK, status: 500 }, null],
    ['no answer is not', { ...OK, status: 504, reason: 'upstream_timeout' }, null],
    ['a refusal is not', { decision: 'refused', reason: 'rate_limited', status: 429 }, null],
  ])('credits: %s', (_guarantee, outcome, credits) => {
    expect(eventOf(decided({ outcome })).credits).toBe(credits)
  })

  it('a route without credits charges none', () => {
    const matched = routes.match('POST', '/high-risk/search') ?? null
    expect(eventOf(decided({ matched })).credits).toBeNull()
  })

  it('the path shows no key, ours or imported', () => {
    const importedPrefixes = ['legacy_']
    for (const path of ['/x/vk_live_abc', '/x/legacy_0123456789abcdef']) {
      expect(eventOf(decided({ path, importedPrefixes })).path).toBe('/x/[redacted]')
    }
  })

  it('a long path is cut after what it hides', () => {
    const key = `vk_live_${'aB3'.repeat(11)}`
    const path = eventOf(decided({ path: `/${'a/'.repeat(1_012)}${key}` })).path
    expect(path).not.toContain('aB3')
    const long = eventOf(decided({ path: `/${'a'.repeat(9_000)}` })).path
    expect(long).toHaveLength(MAX_LENGTH.path)
    expect(long.endsWith('…')).toBe(true)
  })

  it('whatever it is made from, the consumer can read it', () => {
    const text = fc.string({ unit: 'binary', maxLength: 3_000 })
    const outcome: fc.Arbitrary<Outcome> = fc.oneof(
      fc.record({
        decision: fc.constant('refused' as const),
        reason: text.filter((reason) => reason !== ''),
        status: fc.integer({ min: 400, max: 599 }),
      }),
      fc.record({
        decision: fc.constant('forwarded' as const),
        reason: fc.option(text),
        status: fc.integer({ min: 101, max: 599 }),
        upstreamMs: fc.double({ min: -5, max: 1e9, noNaN: true }),
      }),
    )
    const serviceUser = fc.record({
      id: text,
      sourceSystem: text,
      departments: fc.constant([]),
      disabledAt: fc.constant(null),
    })
    const caller = fc.record({
      id: text,
      organizationId: text,
      kind: fc.constantFrom(...KIND_NAMES),
      environment: fc.constantFrom(...ENVIRONMENTS),
      serviceUser: fc.option(serviceUser),
    })
    const any = fc.record({
      requestId: fc.uuid(),
      nowMs: fc.integer({ min: 1, max: 4e12 }),
      method: text,
      path: text,
      address: fc.option(text),
      brand: fc.constant('vk'),
      caller: fc.option(caller),
      acting: fc.option(fc.record({ name: text, organizationId: fc.option(text) })),
      matched: fc.constantFrom(screening, null),
      outcome,
    })
    fc.assert(
      fc.property(any, (input) => {
        const event = eventOf(input)
        const message = JSON.parse(
          JSON.stringify({ kind: 'audit', version: 1, events: [event] }),
        ) as unknown
        expect(parseEvents(message)).toStrictEqual({ events: [event], tally: undefined, flaws: [] })
      }),
      { numRuns: 500 },
    )
  })
})
