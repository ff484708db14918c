// The client of the management API, typed by the API's own document: requests of its operations, and what
// answers say.

import { HEADERS } from '../../lib/header-names.ts'
import { API_PREFIX } from '../../lib/paths.ts'
import { OPERATIONS, type OperationName } from '../../catalog/operations.ts'
import type { Operations } from './types.generated.ts'

type InputOf<N extends OperationName> = Operations[N]['input']

/** What an operation is asked with; members that it does not take are none. */
export interface Asked<N extends OperationName> {
  /** For the `:name` segments of the operation's pattern. */
  readonly params?: Part<InputOf<N>, 'path'>
  /** What is undefined or empty is left out. */
  readonly query?: Loose<Part<InputOf<N>, 'query'>>
  readonly body?: Part<InputOf<N>, 'body'>
  readonly headers?: Readonly<Record<string, string>>
}

type Part<I, K extends string> = I extends { readonly [key in K]?: infer P }
  ? NonNullable<P>
  : never

type Loose<P> = { readonly [K in keyof P]: P[K] | undefined }

/** What an operation answers with when it does what it was asked. */
export type AnswerOf<N extends OperationName> = Operations[N]['answer']

/** A refusal of the API. */
export interface Refused {
  readonly ok: false
  readonly status: number
  /** As in X-Edge-Reason. */
  readonly reason: string
  /** A sentence; where a field is at fault it begins with it and a colon. */
  readonly detail: string
  /** The field at fault, such as `ips[3]`. */
  readonly field?: string | undefined
}

export type Answer<T> =
  | { readonly ok: true; readonly status: number; readonly value: T; readonly headers: Headers }
  | Refused

/** The request of an operation at an edge. */
export function requestOf<N extends OperationName>(
  edge: string,
  name: N,
  asked: Asked<N>,
): Request {
  const { verb, pattern } = OPERATIONS[name]
  const params = (asked.params ?? {}) as Readonly<Record<string, string>>
  const path = pattern.replace(/:([a-z_]+)/g, (_, param: string) =>
    encodeURIComponent(params[param] ?? ''),
  )
  const url = new URL(API_PREFIX + path, edge)
  const query = (asked.query ?? {}) as Readonly<Record<string, string | number | undefined>>
  for (const [field, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') url.searchParams.set(field, String(value))
  }
  const body = asked.body === undefined ? null : JSON.stringify(asked.body)
  const headers = new Headers(asked.headers)
  if (body !== null) headers.set('content-type', 'application/json')
  // Not followed: what is presented is for this origin alone.
  return new Request(url, { method: verb, headers, body, redirect: 'manual' })
}

/** Reads the answer: JSON, a text such as CSV, or nothing. Of a refusal, the reason as it was sent. */
export async function readAnswer<N extends OperationName>(
  response: Response,
  reason: string | null = response.headers.get(HEADERS.reason),
): Promise<Answer<AnswerOf<N>>> {
  const { status, headers } = response
  const text = await response.text()
  const json = headers.get('content-type')?.startsWith('application/json') === true
  const value: unknown = json ? JSON.parse(text) : text === '' ? null : text
  if (response.ok) return { ok: true, status, value: value as AnswerOf<N>, headers }
  const { detail, field } = (json ? value : {}) as { detail?: string; field?: string }
  return { ok: false, status, reason: reason ?? '', detail: detail ?? '', field }
}
