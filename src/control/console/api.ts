// The one road to the data: the management API, called in process on behalf of who is signed in. What
// it validates, authorises and does once is not repeated here.

import { accountFor, factsOf } from '../../audit/account.ts'
import { OPERATIONS, type OperationName } from '../../catalog/operations.ts'
import type { OwnAnswer } from '../../call/call.ts'
import { formatAddress } from '../../lists/address.ts'
import { handleApiCall } from '../api/app.ts'
import { actingOf } from '../api/audit/acting.ts'
import { READING } from '../api/permission.ts'
import { Denied } from '../api/problem.ts'
import { refusalOf } from '../api/refusal.ts'
import {
  readAnswer,
  requestOf,
  type Answer,
  type AnswerOf,
  type Asked,
  type Refused,
} from '../client/client.ts'
import type { PageContext } from './context.ts'

export type { Answer, AnswerOf, Refused } from '../client/client.ts'

/** What a form or an address gives, unread: the API says what is wrong with it. */
interface Unread {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** A page of a list, as the operations answer it that list something. */
export interface Listed<T> {
  readonly items: readonly T[]
  /** null: there are no more. */
  readonly next_cursor: string | null
}

/** Calls an operation and reads its answer, of the type that the operation documents. */
export async function call<N extends OperationName>(
  c: PageContext,
  name: N,
  asked: Unread = {},
): Promise<Answer<AnswerOf<N>>> {
  const { response, reason } = await answerOf(c, name, asked)
  return await readAnswer<N>(response, reason)
}

/** Calls an operation whose answer is handed on as it is, such as a CSV file. */
export async function callRaw(
  c: PageContext,
  name: OperationName,
  asked: Unread = {},
): Promise<Response> {
  const { response } = await answerOf(c, name, asked)
  return response
}

/** The answer of a page's own reading where there is nothing. */
export function notThere(detail: string): Refused {
  return { ok: false, status: 404, reason: 'not_found', detail }
}

async function answerOf(c: PageContext, name: OperationName, asked: Unread): Promise<OwnAnswer> {
  const { edge, requestId, address, nowMs, waitUntil } = c.env.context
  const { actor } = c.get('session')
  const request = requestFor(c, name, asked)
  const clientIp = address ? formatAddress(address) : ''
  const context = { edge, actor, requestId, address: clientIp, nowMs, waitUntil }
  const answer = await handleApiCall(request, context)
  const { verb } = OPERATIONS[name]
  if (verb === 'GET' || READING.includes(name)) return answer
  // What is changed by a form is on account as what is changed by a call. An event's id is the
  // request's, so a second change of one request has one of its own.
  const id = c.get('audited') ? crypto.randomUUID() : requestId
  c.set('audited', true)
  const { pathname: path } = new URL(request.url)
  const acting = await actingOf(actor, request, edge.bindings.DB)
  const matched = edge.ownRoutes.match(verb, path) ?? null
  const account = { method: verb, requestId: id, nowMs, clientIp, path }
  const facts = { ...factsOf(answer.reason, acting), response: answer.response, matched }
  const audited = await accountFor(account, facts, edge, waitUntil)
  return audited.ok ? answer : refusalOf(new Denied(audited.error), nowMs)
}

function requestFor(c: PageContext, name: OperationName, asked: Unread): Request {
  const { actor } = c.get('session')
  const within = actor.type === 'operator' && OPERATIONS[name].access !== 'operators'
  // Not on the pages above the organizations, where only operators' operations are called.
  const organization = within ? c.get('organization')?.id : undefined
  const query = { organization, ...asked.query }
  return requestOf(c.req.url, name, { ...asked, query } as Asked<OperationName>)
}
