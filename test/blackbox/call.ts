// What the suites say to the edge and how they read a refusal.

import { expect } from 'vitest'

import type { Kind } from '../../src/catalog/define.ts'
import type { Minted, TestEdge } from '../harness/edge.ts'

/** The header in which a kind of credential is presented. */
export function present(kind: Kind, { value }: Pick<Minted, 'value'>): Record<string, string> {
  return kind === 'jwt' || kind === 'access_token'
    ? { authorization: `Bearer ${value}` }
    : { 'x-api-key': value }
}

/** The error code that belongs to each status. */
const CODES: Readonly<Record<number, string>> = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  429: 'rate_limited',
  502: 'bad_gateway',
  503: 'unavailable',
  504: 'gateway_timeout',
}

export interface Refusal {
  readonly status: number
  readonly reason: string | null
  readonly detail: string
}

/** Reads a refusal, and holds it to the form that each of them has. */
export async function refusalOf(answer: Response): Promise<Refusal> {
  const { status, headers } = answer
  const text = await answer.text()
  expect(headers.get('x-request-id')).toMatch(/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/)
  expect(headers.get('content-type')).toContain('application/json')
  expect(headers.get('cache-control')).toBe('no-store')
  expect(headers.has('www-authenticate')).toBe(status === 401)
  const body = JSON.parse(text) as Record<string, unknown>
  const { field, detail } = body as { field?: string; detail: string }
  const further = field === undefined ? [] : ['field']
  expect(Object.keys(body)).toEqual(['error', 'detail', 'status_code', ...further])
  if (field !== undefined) expect(detail.startsWith(`${field}: `)).toBe(true)
  expect(body).toMatchObject({ error: CODES[status], status_code: status })
  return { status, reason: headers.get('x-edge-reason'), detail: String(body['detail']) }
}

/** Sends a request; its answer's status, its reason where it was refused, and what was forwarded. */
export async function outcome(
  edge: TestEdge,
  path: string,
  init: RequestInit & { address?: string } = {},
): Promise<string> {
  const before = edge.upstream.received.length
  const answer = await edge.fetch(path, init)
  const reason = answer.headers.get('x-edge-reason')
  await answer.body?.cancel()
  expect(edge.upstream.received.length - before).toBe(reason === null ? 1 : 0)
  return reason === null ? String(answer.status) : `${answer.status} ${reason}`
}

export const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
