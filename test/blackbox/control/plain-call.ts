// Calls of the management API over the wire, with their answers' JSON read.

import { expect } from 'vitest'

import { insertOrganization } from '../../../src/dev/statements.ts'
import { ADMIN_TOKEN, type TestEdge } from '../../harness/edge.ts'
import { sleep } from '../call.ts'

export interface Answer<T> {
  readonly status: number
  readonly reason: string | null
  readonly headers: Headers
  readonly body: T
}

export interface CallInit {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Calls an operation below /edge/v1; a body makes it a POST unless a method is named. */
export type Call = <T = Record<string, unknown>>(
  path: string,
  body?: unknown,
  init?: CallInit,
) => Promise<Answer<T>>

/** Calls with these headers. */
export function caller(edge: TestEdge, credential: Readonly<Record<string, string>>): Call {
  const call = async (path: string, body?: unknown, { method, headers }: CallInit = {}) => {
    const answer = await edge.fetch(`/edge/v1${path}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: { ...credential, 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const reason = answer.headers.get('x-edge-reason')
    const { status } = answer
    return { status, reason, headers: answer.headers, body: (await answer.json()) as unknown }
  }
  // The test says what it expects to find, and then checks it.
  return call as Call
}

/** Calls as an operator. */
export const operator = (edge: TestEdge): Call =>
  caller(edge, { authorization: `Bearer ${ADMIN_TOKEN}` })

/** What a manager holds who may do all that keys may, and mint tokens with all scopes. */
const MANAGES = ['keys:read', 'keys:write', 'org:read', 'org:write', 'ingest', 'search']

/** Calls with a new secret key of the organization. */
export async function manager(
  edge: TestEdge,
  organization: string,
  {
    environment = 'live',
    scopes = MANAGES,
    ips,
  }: { environment?: 'live' | 'sandbox'; scopes?: string[]; ips?: string[] } = {},
): Promise<Call> {
  const products = ['verifa', 'vault']
  const own = { organization, environment, scopes, products, ...(ips && { ips }) }
  const key = await edge.mint('secret', own)
  return caller(edge, { 'x-api-key': key.value })
}

/** An organization of its own. */
export async function newOrganization(edge: TestEdge, id: string): Promise<string> {
  const products = ['verifa', 'vault']
  await edge.sql(insertOrganization({ id, name: id, plan: 'enterprise', products }))
  return id
}

/** So many keys that nobody holds. */
export async function fill(edge: TestEdge, organization: string, keys: number): Promise<void> {
  await edge.sql(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${keys})
     INSERT INTO credentials (id, organization_id, kind, environment, name, digest)
     SELECT 'key_fill_${organization}_' || i, '${organization}', 'secret', 'live', 'filler',
       hex(randomblob(20)) FROM n`,
  )
}

/** The refusal's reason and the field that its sentence begins with. */
export function fault({ status, reason, body }: Answer<Record<string, unknown>>): string {
  const detail = String(body['detail'])
  return `${status} ${reason} ${/^[\w[\].-]+(?=: )/.exec(detail)?.[0] ?? detail}`
}

export interface Progress {
  readonly total: number
  readonly pending: number
  readonly enforced_at: number | null
}

const PATIENCE_MS = 200_000

/** Asks where a 202 says until nothing is pending. */
export async function untilEnforced(call: Call, answer: Answer<unknown>): Promise<Progress> {
  const location = answer.headers.get('location') ?? 'none'
  expect(location).toMatch(/^\/edge\/v1\/changes\/chg_/)
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end;) {
    const { status, body } = await call<Progress>(location.replace('/edge/v1', ''))
    expect(status).toBe(200)
    expect(body.enforced_at === null).toBe(body.pending > 0)
    if (body.pending === 0) return body
    await sleep(100)
  }
  throw new Error(`the change is not enforced after ${PATIENCE_MS} ms`)
}
