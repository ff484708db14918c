// The sentences of rows about credentials and keys, where they say more than a status.

import { expect } from 'vitest'

import { NAMES } from '../../harness/edge.ts'
import { header, reason, type Expectation, type Shown } from './expectation.ts'
import { expectOutcome } from './outcome.ts'
import { BATCHES_UNTIL_HELD, FLOODER, randomKey, sendRandomKeys } from './setups.ts'

const identityOf = ({ received }: Pick<Shown, 'received'>): string | undefined =>
  received[0]?.headers['x-edge-key-id']

export const credentialExpectations: Readonly<Record<string, Expectation>> = {
  C01: (shown) => {
    expect(header(shown, 'www-authenticate').length).toBeGreaterThan(0)
    expect(header(shown, 'www-authenticate').join()).not.toContain('error')
    expect(JSON.parse(shown.answer.body)).toEqual({
      error: 'unauthorized',
      detail: 'Invalid or missing API key.',
      status_code: 401,
    })
  },
  C03: reason('credential_multiple'),
  C05: reason('credential_missing'),
  C06: reason('credential_missing'),
  C08: (shown) => expect(identityOf(shown)).toBe(shown.keys.get('JWT')?.id),
  C10: reason('credential_invalid'),
  C11: reason('credential_invalid'),
  C13: async ({ answer, corpus, input }) => {
    expect(answer.status).toBe(200)
    const spaced = (corpus.keys.get('LIVE')?.value ?? '').replace(/(.{20})/, '$1 ')
    const played = await corpus.play({ ...input, headers: [['X-API-Key', spaced]] })
    expectOutcome(played, { status: [401], forwarded: false })
  },
  C15: async ({ corpus, input }) => {
    for (const target of ['/billing/1', '/nowhere']) {
      const played = await corpus.play({ ...input, target })
      expectOutcome(played, { status: [401], forwarded: false })
    }
  },
  C18: reason('credential_invalid'),
  C20: ({ answer, corpus }) => {
    expect(JSON.parse(answer.body)).toMatchObject({ error: 'unavailable', status_code: 503 })
    expect(corpus.log.join('\n')).toContain('KEY_PEPPER')
  },
  K08: reason('credential_invalid'),
  K10: async ({ answer, corpus }) => {
    expect(answer.status).toBe(401)
    const guards = await corpus.edge.mf.listDurableObjectIds('KEY_GUARD', NAMES.gate)
    const [row] = await corpus.edge.sql('SELECT count(*) AS minted FROM credentials')
    expect(guards.length).toBeLessThanOrEqual(Number(row?.['minted']))
    const flood = () =>
      corpus.play({
        target: '/orders/1',
        headers: [
          ['CF-Connecting-IP', FLOODER],
          ['X-API-Key', randomKey()],
        ],
      })
    let flooder = await flood()
    // It is counted by the minute, and one may have ended during the flood or since.
    for (let i = 0; flooder.answer.status === 401 && i < BATCHES_UNTIL_HELD; i++) {
      await sendRandomKeys(corpus.edge)
      flooder = await flood()
    }
    expectOutcome(flooder, { status: [429], forwarded: false })
    expect(header(flooder, 'x-edge-reason')).toEqual(['authentication_failures'])
  },
  K15: async ({ corpus, input }) => {
    const variants = [
      { method: 'HEAD' },
      { headers: [...(input.headers ?? []), ['Range', 'bytes=0-9'] as const] },
      { headers: [...(input.headers ?? []), ['Accept', 'text/event-stream'] as const] },
      {
        headers: [
          ...(input.headers ?? []),
          ['Connection', 'Upgrade'] as const,
          ['Upgrade', 'websocket'] as const,
          ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='] as const,
          ['Sec-WebSocket-Version', '13'] as const,
        ],
      },
    ]
    for (const variant of variants) {
      const played = await corpus.play({ ...input, ...variant })
      expectOutcome(played, { status: [403], forwarded: false })
      expect(header(played, 'x-edge-reason')).toEqual(['scope_missing'])
    }
  },
  K18: async ({ corpus, input }) => {
    const { edge } = corpus
    const key = await edge.mint('secret', { scopes: ['orders:read'] })
    const call = () => edge.fetch('/orders/1', { headers: { 'x-api-key': key.value } })
    const early = Array.from({ length: 16 }, call)
    await edge.sql(`UPDATE credentials SET revoked_at = 1 WHERE id = '${key.id}'`)
    expect(await edge.sync()).toMatchObject({ pending: 0 })
    const statuses = (await Promise.all(early)).map(({ status }) => status)
    expect(statuses.every((status) => status === 200 || status === 401)).toBe(true)
    const before = edge.upstream.received.length
    const late = await Promise.all(Array.from({ length: 16 }, call))
    expect(late.map(({ status }) => status)).toEqual(Array.from({ length: 16 }, () => 401))
    expect(edge.upstream.received).toHaveLength(before)
    expect(input.target).toBe('/orders/1')
  },
}
