// Further cases of the kinds in the attack corpus: other encodings, spellings, forms and framings.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { valuesOf } from '../harness/wire.ts'
import { startCorpus, type AttackInput, type Corpus, type Played } from './attack/corpus.ts'
import { bytesRows } from './attack/more-bytes.ts'
import { credentialRows } from './attack/more-credentials.ts'
import { claimHeaders, identityHeaders } from './attack/more-headers.ts'
import { ambiguousTargets, otherRouteTargets, plainTargets } from './attack/more-paths.ts'
import { expectCleanForward, expectOutcome } from './attack/outcome.ts'

let corpus: Corpus
beforeAll(async () => {
  corpus = await startCorpus()
})
afterAll(() => corpus.stop())

const withKey = (target: string): AttackInput => ({ target, headers: [['X-API-Key', '{{LIVE}}']] })
const reasonOf = ({ answer }: Played): string | undefined =>
  valuesOf(answer.headers, 'x-edge-reason')[0]

describe('a path without a single meaning is refused', () => {
  test.each(ambiguousTargets)('%s: %s', async (target, flaw) => {
    const played = await corpus.play(withKey(target))
    expectOutcome(played, { status: [400], forwarded: false })
    expect(reasonOf(played)).toBe('path_ambiguous')
    expect(played.answer.body).toContain(flaw)
  })

  test('also without a credential, and before one is asked for', async () => {
    const played = await corpus.play({ target: '//orders' })
    expectOutcome(played, { status: [400], forwarded: false })
  })
})

describe('a path is judged as the route that it resolves to', () => {
  test.each(otherRouteTargets)('%s: %s', async (target, reason) => {
    const played = await corpus.play(withKey(target))
    expectOutcome(played, { status: [403, 404], forwarded: false })
    expect(reasonOf(played)).toBe(reason)
  })
})

describe('the path that was decided on is the path that is forwarded', () => {
  test.each(plainTargets)('%s', async (target, forwarded) => {
    const played = await corpus.play(withKey(target))
    expectOutcome(played, { status: [200], forwarded: true })
    expect(played.received[0]?.target).toBe(`/live${forwarded}`)
  })
})

const LIVE = ['X-API-Key', '{{LIVE}}'] as const

describe('no spelling of an identity header gets through', () => {
  test.each(identityHeaders.map((headers) => [headers]))('%j', async (headers) => {
    const played = await corpus.play({ target: '/orders/1', headers: [LIVE, ...headers] })
    // Names that are no tokens are the runtime's to refuse.
    expectOutcome(played, { status: [200, 400], forwarded: null })
    expect(played.received).toHaveLength(played.answer.status === 200 ? 1 : 0)
    const [request] = played.received
    expect(JSON.stringify(request?.rawHeaders ?? [])).not.toMatch(/forged|admin:read|eyJhbGciOiJub/)
    if (request) expect(request.headers['x-edge-key-id']).toBe(corpus.keys.get('LIVE')?.id)
  })
})

describe('no claim about where a request comes from or what it is gets through', () => {
  test.each(claimHeaders.map((headers) => [headers]))('%j', async (headers) => {
    const played = await corpus.play({ target: '/orders/1', headers: [LIVE, ...headers] })
    expectOutcome(played, { status: [200], forwarded: true })
    const claimed = headers.filter(([name]) => !/^connection$/i.test(name))
    for (const [name, value] of claimed) {
      const received = valuesOf(played.received[0]?.rawHeaders ?? [], name.toLowerCase())
      expect(received).not.toContain(value)
    }
    expect(played.received[0]?.method).toBe('GET')
    expect(played.received[0]?.headers['x-edge-client-ip']).toBe('198.51.100.1')
  })
})

describe('a credential counts in its one place and form', () => {
  test.each(credentialRows)('$name: $status', async ({ input, status, reason }) => {
    const played = await corpus.play(input)
    expectOutcome(played, { status: [status], forwarded: reason === undefined })
    expect(reasonOf(played)).toBe(reason)
  })
})

describe('requests that no client would send', () => {
  test.each(bytesRows)('$name', async ({ raw, never }) => {
    const played = await corpus.play({ raw })
    expectOutcome(played, { status: null, forwarded: null })
    expect(played.received.length).toBeLessThanOrEqual(never ? 0 : 1)
    for (const request of played.received) {
      expect(request.target).toMatch(/^\/live\/orders(?:\/1)?$/)
      expectCleanForward(request)
      expect(request.headers['x-edge-org-id']).toBe('org_test')
      expect(JSON.stringify(request.rawHeaders)).not.toContain('org_forged')
    }
  })

  test('none of them left anything on the way to the upstream', () => {
    const targets = corpus.edge.upstream.received.map(({ target }) => target)
    expect(targets.filter((target) => target.includes('smuggled'))).toEqual([])
  })
})
