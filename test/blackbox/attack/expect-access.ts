// The sentences of rows about origins, addresses and limits, where they say more than a status.

import { expect } from 'vitest'

import { valuesOf } from '../../harness/wire.ts'
import { header, reason, type Expectation } from './expectation.ts'

/** Refused for its origin, and readable by the page that sent it where that has an origin at all. */
const otherOrigin: Expectation = (shown) => {
  const sent = valuesOf(shown.input.headers ?? [], 'origin')
  const serialised = sent.length === 1 && /^[a-z][a-z0-9+.-]*:\/\/[^\sA-Z/]+$/.test(sent[0] ?? '')
  expect(['origin_not_allowed', 'origin_missing']).toContain(header(shown, 'x-edge-reason')[0])
  expect(header(shown, 'access-control-allow-origin')).toEqual(serialised ? sent : [])
  expect(header(shown, 'vary')).toEqual(['Origin'])
}

const preflightAnswer: Expectation = (shown) => {
  const names = shown.answer.headers.map(([name]) => name)
  expect(names).not.toContain('access-control-allow-private-network')
  expect(header(shown, 'vary')).toEqual(['Origin'])
  expect(header(shown, 'access-control-allow-headers')[0]).not.toContain('Vary')
}

export const accessExpectations: Readonly<Record<string, Expectation>> = {
  O01: (shown) => {
    expect(header(shown, 'access-control-allow-origin')).toEqual(['https://app.example.com'])
    expect(header(shown, 'vary')).toEqual(['Origin'])
  },
  O03: otherOrigin,
  O05: otherOrigin,
  O06: otherOrigin,
  O08: otherOrigin,
  O10: otherOrigin,
  O11: otherOrigin,
  O13: otherOrigin,
  O15: otherOrigin,
  O16: otherOrigin,
  O18: otherOrigin,
  O20: otherOrigin,
  O21: otherOrigin,
  O33: otherOrigin,
  O28: async ({ corpus, input }) => {
    const filledWith = async (text: string): Promise<number> => {
      const headers = (input.headers ?? []).map(
        ([name, value]) => [name, value.replace(/…\(\d+ spaces\)…/, text)] as const,
      )
      const began = performance.now()
      const played = await corpus.play({ ...input, headers })
      expect([204, 400, 403, 431]).toContain(played.answer.status)
      return performance.now() - began
    }
    const [spaces, letters] = [' '.repeat(100_000), 'a'.repeat(100_000)]
    let [least, leastOfLetters] = [Infinity, Infinity]
    for (let round = 0; round < 5; round++) {
      leastOfLetters = Math.min(leastOfLetters, await filledWith(letters))
      least = Math.min(least, await filledWith(spaces))
    }
    // What backtracks over spaces would take thousands of times as long.
    expect(least / leastOfLetters).toBeLessThan(50)
  },
  O30: preflightAnswer,
  O31: (shown) => {
    expect(header(shown, 'access-control-allow-origin')).toEqual(['https://app.example.com'])
    const exposed = header(shown, 'access-control-expose-headers').join().split(/, */)
    for (const name of [
      'Retry-After',
      'RateLimit',
      'RateLimit-Policy',
      'WWW-Authenticate',
      'X-Request-Id',
    ]) {
      expect(exposed).toContain(name)
    }
  },
  O35: preflightAnswer,
  O36: (shown) => {
    expect(header(shown, 'access-control-allow-origin')).toEqual(['https://app.example.com'])
    expect(header(shown, 'access-control-allow-headers')).toEqual([])
    expect(header(shown, 'vary').join(', ').split(', ')).toContain('Origin')
  },
  I25: reason('address_not_allowed'),
  I26: ({ answer, received }) => {
    expect(answer.status).toBe(200)
    expect(received[0]?.headers['x-edge-client-ip']).toBe('203.0.113.9')
  },
  L01: (shown) => {
    expect(header(shown, 'retry-after')[0]).toMatch(/^[1-9]\d*$/)
    expect(header(shown, 'ratelimit')).toHaveLength(1)
    expect(header(shown, 'ratelimit-policy')).toHaveLength(1)
    expect(JSON.parse(shown.answer.body)).toMatchObject({ error: 'rate_limited', status_code: 429 })
  },
  L03: async ({ answer, corpus, input, keys }) => {
    expect(answer.status).toBe(400)
    const left: (string | undefined)[] = []
    for (const target of ['/orders/1', '/orders/1?x', '/%6frders/1', '/a/../orders/1']) {
      const played = await corpus.play({ ...input, target }, keys)
      left.push(header(played, 'x-ratelimit-remaining')[0])
    }
    expect(left).toEqual(['9', '8', '7', '6'])
  },
  L05: async (shown) => {
    const names = shown.answer.headers.map(([name]) => name)
    expect(names.filter((name) => name.includes('ratelimit'))).toEqual([])
  },
  L06: async ({ corpus, keys }) => {
    const headers = [
      ['X-API-Key', '{{PUB_LIVE}}'],
      ['Origin', 'https://app.example.com'],
    ] as const
    const played = await corpus.play({ target: '/orders/1', headers }, keys)
    expect(header(played, 'x-ratelimit-remaining')).toEqual(['9'])
  },
  L08: async ({ corpus }) => {
    const { edge } = corpus
    const key = await edge.mint('publishable')
    const headers = { 'x-api-key': key.value }
    const statuses: number[] = []
    for (let i = 0; i < 11; i++) statuses.push((await edge.fetch('/orders/1', { headers })).status)
    expect(statuses.at(-1)).toBe(429)
    await edge.sql(`UPDATE credentials SET revoked_at = 1 WHERE id = '${key.id}'`)
    await edge.sync()
    expect((await edge.fetch('/orders/1', { headers })).status).toBe(401)
  },
  L11: (shown) => {
    expect(shown.answer.status).toBe(200)
    const limits = shown.answer.headers.filter(([name]) => name.includes('ratelimit'))
    expect(limits.map(([name]) => name).toSorted()).toEqual([
      'ratelimit',
      'ratelimit-policy',
      'x-ratelimit-limit',
      'x-ratelimit-remaining',
      'x-ratelimit-reset',
    ])
    expect(JSON.stringify(limits)).not.toContain('99999')
  },
}
