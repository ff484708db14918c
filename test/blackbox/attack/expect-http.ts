// The sentences of rows about paths, identity headers, methods and the proxy itself, where they say
// more than a status.

import { expect } from 'vitest'

import { foldHeaderName } from '../../../src/gate/forward/headers.ts'
import { valuesOf } from '../../harness/wire.ts'
import type { Played } from './corpus.ts'
import { header, reason, type Expectation, type Shown } from './expectation.ts'
import { expectOutcome } from './outcome.ts'

/** Refused as the admin route that it is. */
const asAdmin: Expectation = (shown) => {
  expect(shown.answer.status).toBe(403)
  expect(header(shown, 'x-edge-reason')).toEqual(['scope_missing'])
  expect(shown.answer.body).toContain('admin:read')
}

const ambiguous = reason('path_ambiguous')
const missing = reason('credential_missing')

const ours = (name: string): string =>
  name.replace(/identity([-_.])sub/i, (_, mark: string) => `Edge${mark}Key${mark}Id`)

/** The row's headers with our own identity names in place of X-Identity-…. */
async function withOurNames({ corpus, input, keys }: Shown): Promise<void> {
  const headers = (input.headers ?? []).map(([name, value]): [string, string] => [
    ours(name),
    value,
  ])
  const played = await corpus.play({ ...input, headers }, keys)
  expectOutcome(played, { status: [200], forwarded: true })
  const [request] = played.received
  const ids = (request?.rawHeaders ?? []).filter(
    ([name]) => foldHeaderName(name).replaceAll('--', '-') === 'x-edge-key-id',
  )
  expect(ids.map(([, value]) => value)).toEqual([corpus.keys.get('LIVE')?.id])
}

const upstreamNames = ({ received }: Played): string[] =>
  (received[0]?.rawHeaders ?? []).map(([name]) => name.toLowerCase())

export const httpExpectations: Readonly<Record<string, Expectation>> = {
  P01: ambiguous,
  P03: asAdmin,
  P05: ambiguous,
  P06: ambiguous,
  P10: asAdmin,
  P11: ambiguous,
  P13: ambiguous,
  P16: ambiguous,
  P18: ambiguous,
  P20: ambiguous,
  P23: async ({ answer, corpus, input }) => {
    const bare = await corpus.play({ ...input, target: '/admin' })
    expect(answer.status).toBe(bare.answer.status)
    expect(answer.body).toBe(bare.answer.body)
  },
  P31: missing,
  P33: missing,
  P35: ambiguous,
  P36: ambiguous,
  P40: ({ answer, received }) => {
    // The runtime cuts at `#` or resolves the dots through it; either way below /orders.
    expect([200, 400]).toContain(answer.status)
    for (const { target } of received) expect(target).toMatch(/^\/live\/orders\/(?:x|admin)$/)
  },
  H01: withOurNames,
  H03: withOurNames,
  H05: withOurNames,
  H06: withOurNames,
  H21: withOurNames,
  H08: async ({ answer, received, corpus, input, keys }) => {
    expect(answer.status).toBe(200)
    expect(received[0]?.headers['x-edge-client-ip']).toBe('198.51.100.1')
    const headers = [...(input.headers ?? []), ['CF-Connecting-IP', '192.0.2.1'] as const]
    const elsewhere = await corpus.play({ ...input, headers }, keys)
    expectOutcome(elsewhere, { status: [403], forwarded: false })
  },
  H10: (shown) => {
    const names = upstreamNames(shown)
    expect(names.filter((name) => name.startsWith('x-forwarded') || name === 'forwarded')).toEqual(
      [],
    )
  },
  H11: async ({ corpus, input }) => {
    const headers = [...(input.headers ?? []), ['X-API-Key', '{{LIVE}}'] as const]
    const played = await corpus.play({ ...input, headers })
    expect(upstreamNames(played)).not.toContain('x-middleware-subrequest')
  },
  H15: (shown) => expect(upstreamNames(shown)).not.toContain('proxy-authorization'),
  H16: (shown) => {
    expect(upstreamNames(shown)).not.toContain('x-api-key')
    expect(upstreamNames(shown)).not.toContain('authorization')
  },
  H20: ({ answer, received }) => {
    expect(answer.status).toBe(200)
    expect(JSON.stringify(received[0]?.rawHeaders)).not.toMatch(/admin|é/)
  },
  M03: ({ answer }) => expect(valuesOf(answer.headers, 'access-control-allow-origin')).toEqual([]),
  M05: async ({ answer, received, corpus, input }) => {
    expect(answer.status).toBe(200)
    expect(received[0]).toMatchObject({ method: 'POST', target: '/live/orders/1?_method=DELETE' })
    const headers = [['X-API-Key', '{{LIVE orders:read}}'] as const]
    expectOutcome(await corpus.play({ ...input, headers }), { status: [403], forwarded: false })
  },
  M10: ({ received }) => {
    expect(received[0]?.body ?? '').toBe('')
    expect(received[0]?.headers['content-length'] ?? '0').toBe('0')
  },
  X01: ({ answer, received }) => {
    expect(answer.status).toBe(302)
    expect(valuesOf(answer.headers, 'location')).toEqual(['https://evil.com/'])
    expect(received).toHaveLength(1)
  },
  X03: async ({ answer, corpus, input }) => {
    expect(answer.body).toBe('rows of org_test')
    const other = await corpus.play({ ...input, headers: [['X-API-Key', '{{LIVE2}}']] })
    expectOutcome(other, { status: [200], forwarded: true })
    expect(other.answer.body).toBe('rows of org_other')
    corpus.edge.upstream.reset()
    const plain = await corpus.play(input)
    expect(valuesOf(plain.answer.headers, 'cache-control')).toEqual(['private, no-store'])
  },
  X06: missing,
  X08: (shown) => {
    expect(shown.answer.status).toBe(200)
    expect(shown.received[0]?.body).toBe('hello')
    expect(shown.received[0]?.headers['upgrade']).toBeUndefined()
    expect(shown.received[0]?.headers['connection'] ?? 'keep-alive').toBe('keep-alive')
  },
  X09: ({ answer }) => {
    const names = answer.headers.map(([name]) => name)
    expect(answer.status).toBe(200)
    for (const name of ['x-secret', 'keep-alive', 'proxy-connection', 'x-edge-reason']) {
      expect(names).not.toContain(name)
    }
    expect(names).not.toContain('x-edge-assertion')
  },
  X11: reason('host_unknown'),
  X13: ({ answer, received }) => {
    expect(received).toEqual([])
    expect(answer.status).not.toBe(200)
  },
  X19: ({ answer }) => {
    const names = answer.headers.map(([name]) => name)
    expect(answer.status).toBe(200)
    expect(names).not.toContain('server')
    expect(names).not.toContain('x-powered-by')
  },
  G01: ({ answer, received, corpus, secrets }) => {
    expect(answer.status).toBe(200)
    expect(received).toHaveLength(1)
    for (const secret of secrets) expect(corpus.log.join('\n')).not.toContain(secret)
  },
  G03: ({ answer, corpus }) => {
    // 400 is the runtime's own, for a line feed within a header.
    expect([400, 401]).toContain(answer.status)
    expect(corpus.log.filter((line) => line.includes('jndi'))).toEqual([])
  },
  G05: ({ received }) => {
    expect(received[0]?.headers['traceparent'] ?? '').not.toContain(
      '00000000000000000000000000000000',
    )
    expect(received[0]?.headers['tracestate']).toBeUndefined()
  },
  G06: ({ answer, received }) => {
    expect(received[0]?.headers['traceparent'] ?? '').not.toMatch(/^ff/)
    expect(valuesOf(answer.headers, 'x-request-id')[0]).toMatch(/^[0-9a-f-]{36}$/)
    expect(received[0]?.headers['x-request-id'] ?? '').toMatch(/^[\w.-]*$/)
  },
}
