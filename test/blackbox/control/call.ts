// Calls of the management API over the wire. Every answer is held to what all of them promise, and
// every refusal to its form.

import { expect } from 'vitest'

import type { TestEdge } from '../../harness/edge.ts'

export interface Answer<T = Record<string, unknown>> {
  readonly status: number
  readonly reason: string | null
  readonly headers: Headers
  /** JSON where it is; of anything else, and of nothing, undefined. */
  readonly body: T
  readonly text: string
}

/** Calls `GET /keys` and the like below /edge/v1; a body that is a text is sent as it is. */
export type Call = <T = Record<string, unknown>>(
  at: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answer<T>>

const CODES: Readonly<Record<number, string>> = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  422: 'unprocessable',
  429: 'rate_limited',
}

/** Calls with a credential's headers, from what `address` gives for each call. */
export function caller(
  edge: TestEdge,
  credential: Readonly<Record<string, string>>,
  address?: () => string,
): Call {
  const call = async (
    at: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer<unknown>> => {
    const [method = '', path = ''] = at.split(' ')
    const answer = await edge.fetch(`/edge/v1${path}`, {
      method,
      ...(address && { address: address() }),
      headers: {
        ...credential,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await answer.text()
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('x-request-id')).toMatch(
      /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/,
    )
    const json = answer.headers.get('content-type')?.startsWith('application/json')
    const { status } = answer
    const reason = answer.headers.get('x-edge-reason')
    const read: unknown = json ? JSON.parse(text) : undefined
    if (status >= 400) expectProblem(status, read, reason)
    return { status, reason, headers: answer.headers, body: read, text }
  }
  // The test says what it expects to find, and then checks it.
  return call as Call
}

function expectProblem(status: number, body: unknown, reason: string | null): void {
  const detail: unknown = expect.stringMatching(/^.{10,500}$/su)
  const { field, detail: sentence } = body as { field?: string; detail: string }
  const at = field === undefined ? {} : { field }
  expect(body).toStrictEqual({ error: CODES[status], detail, status_code: status, ...at })
  if (reason === 'request_invalid') expect(sentence.startsWith(`${field}: `)).toBe(true)
  expect(reason).toMatch(/^[a-z_]+$/)
}

/** The status and reason of a refusal, and the field that its sentence begins with. */
export function fault({ status, reason, body }: Answer): string {
  const detail = String(body['detail'])
  return `${status} ${reason} ${/^[\w[\].-]+(?=: )/.exec(detail)?.[0] ?? detail}`
}

/** The sentence of a refusal. */
export const detailOf = ({ body }: Answer): string => String(body['detail'])

/** A key in answers, as far as the tests look at it. */
export interface KeyBody {
  readonly id: string
  readonly value: string
  readonly kind: string
  readonly environment: string
  readonly name: string
  readonly state: string
  readonly scopes: readonly string[]
  readonly products: readonly string[]
  readonly quotas: Readonly<Record<string, number>>
  readonly ips: readonly string[] | null
  readonly origins: readonly string[] | null
  readonly metadata: Readonly<Record<string, string>>
  readonly created_at: number
  readonly expires_at: number | null
  readonly revoked_at: number | null
  readonly last_used_at: number | null
  readonly rotated_to: string | null
}

export interface ReceiptBody {
  readonly enforced_at: number | null
  readonly pending: number
  readonly revoked_at?: number
}

export interface PageBody<T> {
  readonly items: readonly T[]
  readonly next_cursor: string | null
}
