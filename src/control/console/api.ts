// The one road to the data: the management API, called in process on behalf of who is signed in. What
// it validates, authorises and does once is not repeated here.

import { API_PREFIX } from '../../lib/paths.ts'
import { accountFor, factsOf } from '../../audit/account.ts'
import { answerControl } from '../api/app.ts'
import { actingOf } from '../api/audit/acting.ts'
import { READING } from '../api/permission.ts'
import { Denied } from '../api/problem.ts'
import { refusalOf } from '../api/refusal.ts'
import { OPERATIONS, type OperationName } from '../../catalog/operations.ts'
import type { OwnAnswer } from '../../call/call.ts'
import { formatAddress } from '../../lists/address.ts'
import type { PageContext } from './context.ts'
import { withQuery } from './urls.ts'

interface Asked {
  /** For the `:name` segments of the operation's pattern. */
  readonly params?: Readonly<Record<string, string>>
  /** What is undefined or empty is left out. */
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** A refusal of the API. */
export interface Refused {
  readonly ok: false
  readonly status: number
  /** As in X-Edge-Reason. */
  readonly reason: string
  /** A sentence; where a field is at fault it begins with it and a colon. */
  readonly detail: string
  /** The field at fault, such as `ips.3`. */
  readonly field?: string | undefined
}

export type Answer<T> =
  | { readonly ok: true; readonly status: number; readonly value: T; readonly headers: Headers }
  | Refused

/** A page of a list, as the operations answer it that list something. */
export interface Listed<T> {
  readonly items: readonly T[]
  /** null: there are no more. */
  readonly next_cursor: string | null
}

/** Calls an operation and reads its answer; `T` is the view that the operation documents. */
export async function call<T>(
  c: PageContext,
  name: OperationName,
  asked: Asked = {},
): Promise<Answer<T>> {
  const { response, reason } = await answerOf(c, name, asked)
  const { status, headers } = response
  const text = await response.text()
  const value: unknown = text === '' ? null : JSON.parse(text)
  if (response.ok) return { ok: true, status, value: value as T, headers }
  const { detail, field } = value as { detail: string; field?: string }
  return { ok: false, status, reason: reason ?? '', detail, field }
}

/** Calls an operation whose answer is handed on as it is, such as a CSV file. */
export async function callRaw(
  c: PageContext,
  name: OperationName,
  asked: Asked = {},
): Promise<Response> {
  const { response } = await answerOf(c, name, asked)
  return response
}

async function answerOf(c: PageContext, name: OperationName, asked: Asked): Promise<OwnAnswer> {
  const { edge, requestId, address, nowMs, waitUntil } = c.env.context
  const { actor } = c.get('session')
  const request = requestFor(c, name, asked)
  const clientIp = address ? formatAddress(address) : ''
  const context = { edge, actor, requestId, address: clientIp, nowMs, waitUntil }
  const answer = await answerControl(request, context)
  const { verb } = OPERATIONS[name]
  if (verb === 'GET' || READING.includes(name)) return answer
  // What is changed by a form is on account as what is changed by a call. An event's id is the
  // request's, so a second change of one request has one of its own.
  const id = c.get('accounted') ? crypto.randomUUID() : requestId
  c.set('accounted', true)
  const { pathname: path } = new URL(request.url)
  const acting = await actingOf(actor, request, edge.bindings.DB)
  const matched = edge.ownRoutes.match(verb, path) ?? null
  const account = { method: verb, requestId: id, nowMs, clientIp, path }
  const facts = { ...factsOf(answer.reason, acting), response: answer.response, matched }
  const accounted = await accountFor(account, facts, edge, waitUntil)
  return accounted.ok ? answer : refusalOf(new Denied(accounted.error), nowMs)
}

function requestFor(c: PageContext, name: OperationName, asked: Asked): Request {
  const { verb, pattern, access } = OPERATIONS[name]
  const path = pattern.replace(/:([a-z_]+)/g, (_, param: string) =>
    encodeURIComponent(asked.params?.[param] ?? ''),
  )
  const within = c.get('session').actor.type === 'operator' && access !== 'operators'
  // Not on the pages above the organizations, where only operators' operations are called.
  const organization = within ? c.get('organization')?.id : undefined
  const url = withQuery(API_PREFIX + path, { organization, ...asked.query })
  const body = asked.body === undefined ? null : JSON.stringify(asked.body)
  const headers = new Headers(asked.headers)
  if (body !== null) headers.set('content-type', 'application/json')
  return new Request(new URL(url, c.req.url), { method: verb, headers, body })
}
