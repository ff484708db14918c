// What holds for every row: the status and whether the upstream heard of it, the form of a refusal,
// and that neither side sees what it must not.

import { expect } from 'vitest'

import { METHODS } from '../../../src/lib/methods.ts'
import { foldHeaderName } from '../../../src/gate/forward/headers.ts'
import type { Received } from '../../harness/upstream.ts'
import { valuesOf } from '../../harness/wire.ts'
import type { Played } from './corpus.ts'

export interface Expected {
  /** One of these; null leaves it to the row's own assertion. */
  readonly status: readonly number[] | null
  readonly forwarded: boolean | null
}

/** The headers by which the upstream is told who called; each comes exactly once. */
const IDENTITY = [
  'x-edge-request-id',
  'x-edge-org-id',
  'x-edge-key-id',
  'x-edge-key-type',
  'x-edge-environment',
  'x-edge-product',
  'x-edge-scopes',
  'x-edge-client-ip',
  'x-edge-assertion',
]
const NEVER_FORWARDED = ['x-api-key', 'authorization', 'cookie', 'proxy-authorization', 'forwarded']

export function expectOutcome(played: Played, { status, forwarded }: Expected): void {
  const { answer, received, secrets } = played
  if (status) expect(status).toContain(answer.status)
  if (forwarded !== null) expect(received).toHaveLength(forwarded ? 1 : 0)
  for (const secret of secrets) expect(answer.text).not.toContain(secret)
  expect(valuesOf(answer.headers, 'access-control-allow-credentials')).toEqual([])
  expect(valuesOf(answer.headers, 'access-control-allow-origin').length).toBeLessThanOrEqual(1)
  if (received.length === 0) expectRefusalForm(played)
  for (const request of received) expectCleanForward(request, secrets)
}

/** Our refusals: body, reason, request id, challenge. The runtime's own 400, 500 and 501 have none. */
function expectRefusalForm({ answer }: Played): void {
  const { status, headers, body } = answer
  const [reason] = valuesOf(headers, 'x-edge-reason')
  if (reason === undefined) {
    expect([0, 204, 400, 431, 500, 501]).toContain(status)
    if (status !== 204) expect(valuesOf(headers, 'x-request-id')).toEqual([])
    return
  }
  expect(reason).not.toBe('internal_error')
  expect(valuesOf(headers, 'x-request-id')[0]).toMatch(/^[0-9a-f-]{36}$/)
  if (body !== '') {
    const parsed = JSON.parse(body) as Record<string, unknown>
    expect(Object.keys(parsed)).toEqual(['error', 'detail', 'status_code'])
    expect(parsed['status_code']).toBe(status)
  }
  expect(valuesOf(headers, 'www-authenticate').length > 0).toBe(status === 401)
  if (status === 405) expect(valuesOf(headers, 'allow')).toEqual([METHODS.join(', ')])
  if (status === 429) expect(valuesOf(headers, 'retry-after')[0]).toMatch(/^[1-9]\d*$/)
}

/** Identity once, as we set it, under every spelling; and nothing of the credential. */
export function expectCleanForward(request: Received, secrets: readonly string[] = []): void {
  const names = request.rawHeaders.map(([name]) => foldHeaderName(name))
  for (const name of IDENTITY) {
    expect(names.filter((one) => one === name)).toHaveLength(1)
    expect(request.rawHeaders.filter(([raw]) => raw.toLowerCase() === name)).toHaveLength(1)
  }
  const ours = names.filter((name) => name.includes('x-edge'))
  expect(ours.filter((name) => !IDENTITY.includes(name))).toEqual([])
  for (const name of NEVER_FORWARDED) expect(names).not.toContain(name)
  expect(names.filter((name) => /^x-forwarded|^proxy-|^x-original-|^x-rewrite/.test(name))).toEqual(
    [],
  )
  const values = request.rawHeaders.map(([, value]) => value).join('\n')
  for (const secret of secrets) expect(values).not.toContain(secret)
}
