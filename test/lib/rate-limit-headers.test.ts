import * as fc from 'fast-check'
import { parseList, serializeList } from 'structured-headers'
import { describe, expect, it } from 'vitest'

import { setRateLimitHeaders, sfString } from '../../src/lib/rate-limit-headers.ts'
import type { LimitState, Standing } from '../../src/lib/limit.ts'
import { thirdParty } from '../corpora.ts'

const NOW_MS = 1_000_250

function headersOf(...limits: LimitState[]): Record<string, string> {
  return headersBy({ limits })
}

/** Of what a guard said just now and to whom nothing is leased, unless said otherwise. */
function headersBy(standing: Partial<Standing>): Record<string, string> {
  const headers = new Headers()
  setRateLimitHeaders(headers, { limits: [], spare: 0, at: NOW_MS, ...standing }, NOW_MS)
  return Object.fromEntries(headers)
}

const PLAN: LimitState = {
  name: 'plan',
  quota: 300,
  windowSeconds: 60,
  remaining: 299,
  resetAfterMs: 60_000,
}
const SESSIONS: LimitState = { ...PLAN, name: 'sessions', quota: 50, remaining: 7, resetAfterMs: 1 }

describe('setRateLimitHeaders', () => {
  it('without a limit, no header', () => {
    expect(headersOf()).toStrictEqual({})
  })

  it('one limit', () => {
    expect(headersOf(PLAN)).toStrictEqual({
      'x-ratelimit-limit': '300',
      'x-ratelimit-remaining': '299',
      'x-ratelimit-reset': '1061',
      'ratelimit-policy': '"plan";q=300;w=60',
      ratelimit: '"plan";r=299;t=60',
    })
  })

  it('several: all of them, and X-RateLimit-* of the one closest to its end', () => {
    const expected = {
      'x-ratelimit-limit': '50',
      'x-ratelimit-remaining': '7',
      'x-ratelimit-reset': '1001',
    }
    expect(headersOf(PLAN, SESSIONS)).toMatchObject({
      ...expected,
      'ratelimit-policy': '"plan";q=300;w=60, "sessions";q=50;w=60',
      ratelimit: '"plan";r=299;t=60, "sessions";r=7;t=1',
    })
    expect(headersOf(SESSIONS, PLAN)).toMatchObject(expected)
  })

  it('as close: the smaller quota', () => {
    const wide = { ...PLAN, remaining: 7 }
    expect(headersOf(wide, SESSIONS)['x-ratelimit-limit']).toBe('50')
    expect(headersOf(SESSIONS, wide)['x-ratelimit-limit']).toBe('50')
  })

  it('times are rounded up: who waits that long has waited long enough', () => {
    const headers = headersOf({ ...PLAN, resetAfterMs: 59_001 })
    expect(headers['ratelimit']).toContain('t=60')
    expect(Number(headers['x-ratelimit-reset']) * 1000).toBeGreaterThanOrEqual(NOW_MS + 59_001)
  })
})

describe('what an isolate says of a lease', () => {
  it('its tokens still remain, of every limit', () => {
    const headers = headersBy({ limits: [PLAN, SESSIONS], spare: 3 })
    expect(headers).toMatchObject({
      'x-ratelimit-limit': '50',
      'x-ratelimit-remaining': '10',
      ratelimit: '"plan";r=302;t=60, "sessions";r=10;t=1',
    })
  })

  it('times are counted from when the guard said them', () => {
    const at = NOW_MS - 250
    expect(headersBy({ limits: [PLAN], at })).toMatchObject({
      'x-ratelimit-reset': '1060',
      ratelimit: '"plan";r=299;t=60',
    })
    const soon = { ...PLAN, resetAfterMs: 1_250 }
    expect(headersBy({ limits: [soon], at })['ratelimit']).toContain('t=1')
  })

  it('never below zero, and nothing spent stays so', () => {
    const at = NOW_MS - 5_000
    for (const resetAfterMs of [0, 1, 4_999]) {
      const headers = headersBy({ limits: [{ ...PLAN, resetAfterMs }], at })
      expect(headers).toMatchObject({
        'x-ratelimit-reset': '1001',
        ratelimit: '"plan";r=299;t=0',
      })
    }
  })

  it('never above the window: a request may have begun before its guard was asked', () => {
    const headers = headersBy({ limits: [PLAN], at: NOW_MS + 40 })
    expect(headers['ratelimit']).toContain('t=60')
    expect(headers['x-ratelimit-reset']).toBe('1061')
  })
})

describe('structured fields (RFC 9651), read by another implementation', () => {
  const ascii = fc.string({
    unit: fc.integer({ min: 0x20, max: 0x7e }).map((c) => String.fromCharCode(c)),
  })
  const limit = fc.record({
    name: ascii,
    quota: fc.integer({ min: 1, max: 10_000_000 }),
    windowSeconds: fc.integer({ min: 1, max: 3600 }),
    remaining: fc.integer({ min: 0, max: 10_000_000 }),
    resetAfterMs: fc.integer({ min: 0, max: 3_600_000 }),
  })

  it('whatever the limits and their names, it reads what was meant, and would write the same', () => {
    fc.assert(
      fc.property(fc.array(limit, { minLength: 1, maxLength: 4 }), (limits) => {
        const { 'ratelimit-policy': policy = '', ratelimit = '' } = headersOf(...limits)
        expect(parseList(policy)).toStrictEqual(
          limits.map(({ name, quota, windowSeconds }) => [
            name,
            new Map([
              ['q', quota],
              ['w', windowSeconds],
            ]),
          ]),
        )
        expect(parseList(ratelimit)).toStrictEqual(
          limits.map(({ name, remaining, resetAfterMs }) => [
            name,
            new Map([
              ['r', remaining],
              ['t', Math.ceil(resetAfterMs / 1000)],
            ]),
          ]),
        )
        expect(serializeList(parseList(policy))).toBe(policy)
        expect(serializeList(parseList(ratelimit))).toBe(ratelimit)
      }),
    )
  })

  it.each(['\u00fc', '\u{1f600}', 'a\tb', 'a\nb', '\0', '\x7f'])(
    'a string cannot hold %j, and it is said so',
    (text) => {
      expect(() => sfString(text)).toThrow(TypeError)
    },
  )
})

interface SfRow {
  readonly name: string
  readonly raw: readonly string[]
  readonly canonical?: readonly string[]
  readonly expected?: readonly unknown[]
  readonly must_fail?: boolean
}

const items = (table: string) =>
  (thirdParty<SfRow[]>(`structured-fields/${table}.json`) ?? []).flatMap((row) => {
    const [value] = row.expected ?? []
    const written = (row.canonical ?? row.raw)[0] ?? ''
    return row.must_fail ? [] : [{ name: row.name, value, written }]
  })

describe('structured-field-tests: what its tables say is canonical is what we write', () => {
  const strings = items('string').filter(({ value }) => typeof value === 'string')
  it.skipIf(strings.length === 0)('string.json', () => {
    expect(strings.length).toBeGreaterThan(4)
    for (const { name, value, written } of strings) {
      expect([name, sfString(String(value))]).toStrictEqual([name, written])
    }
  })

  const integers = items('number').filter(
    ({ value }) => Number.isInteger(value) && Number(value) >= 0,
  )
  it.skipIf(integers.length === 0)('number.json, the integers', () => {
    expect(integers.length).toBeGreaterThan(4)
    for (const { name, value, written } of integers) {
      const { ratelimit } = headersOf({ ...PLAN, remaining: Number(value) })
      expect([name, ratelimit]).toStrictEqual([name, `"plan";r=${written};t=60`])
    }
  })
})
