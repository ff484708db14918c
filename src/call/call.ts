// What gate and control say to each other over their binding: plain values and a version, no class and no
// compiled record. A binding is authority (whoever holds it can claim to be any key), so control answers
// these methods and no others, reads a call member by member, and decides from the Request, never from the
// call, who is an operator.

import type { Acting } from '../audit/event.ts'
import { ENVIRONMENTS, KIND_NAMES, type Environment, type Kind } from '../credentials/kinds.ts'
import type { Fingerprint } from './fingerprint.ts'

/** The newest version of a call. Control takes this one and the one before it, once there is one. */
export const CALL_VERSION = 1

/** A key as the gate vouches for it: verified, in force, and let pass by its lists and limits. */
export interface CallKey {
  readonly id: string
  readonly organization: string
  readonly environment: Environment
  readonly kind: Kind
  readonly plan: string
  readonly scopes: readonly string[]
  /** Of key and organization, and of the token where it is a JWT. */
  readonly products: readonly string[]
  /** Unix milliseconds; null: never. */
  readonly expiresAt: number | null
}

export interface Call {
  readonly v: typeof CALL_VERSION
  /** null: the gate knows of no key; whether it is an operator is for control to find out. */
  readonly key: CallKey | null
  readonly requestId: string
  /** The client's, as the platform gives it; empty where it is not known. */
  readonly address: string
  /** Unix milliseconds at which the request began. */
  readonly now: number
  /** Of the gate's settings and catalog. */
  readonly settings: Fingerprint
}

/** The answer of one of the edge's own operations. */
export interface OwnAnswer {
  readonly response: Response
  /** Why the operation refused, as in `X-Edge-Reason`; null: it did not. */
  readonly reason: string | null
}

/** What control made of a call. */
export interface Answered extends OwnAnswer {
  /** Who is on account for it; null: the key itself. */
  readonly acting: Acting | null
}

/** The methods of control, as its binding offers them. */
export interface ControlService {
  /** Answers an operation of the management API; null: neither a key nor an operator is behind it. */
  answer(request: Request, call: Call): Promise<Answered | null>
  /** Answers a page of the console. */
  console(request: Request, call: Call): Promise<Response>
  /** Answers `GET /edge/openapi.json`. */
  document(request: Request): Promise<Response>
  /** A page sent this secret key: its owner is told, once a day. */
  exposed(keyId: string, now: number): Promise<void>
}

type Form = (value: unknown) => boolean

const TEXT: Form = (value) => typeof value === 'string' && value !== ''
const TEXTS: Form = (value) => Array.isArray(value) && value.every(TEXT)
const TIME: Form = (value) => Number.isSafeInteger(value)
const orNull =
  (form: Form): Form =>
  (value) =>
    value === null || form(value)
const oneOf =
  (values: readonly string[]): Form =>
  (value) =>
    values.some((one) => one === value)

const KEY: Readonly<Record<keyof CallKey, Form>> = {
  id: TEXT,
  organization: TEXT,
  environment: oneOf(ENVIRONMENTS),
  kind: oneOf(KIND_NAMES),
  plan: TEXT,
  scopes: TEXTS,
  products: TEXTS,
  expiresAt: orNull(TIME),
}

const CALL: Readonly<Record<keyof Call, Form>> = {
  v: (value) => value === CALL_VERSION,
  key: orNull((value) => flawOf(value, KEY) === undefined),
  requestId: TEXT,
  address: (value) => typeof value === 'string',
  now: TIME,
  settings: (value) =>
    typeof value === 'object' && value !== null && Object.values(value).every(TEXT),
}

/**
 * A call as it was sent.
 * @throws TypeError where a member is missing, malformed or unknown: nothing of a call is passed over.
 */
export function readCall(value: unknown): Call {
  const flaw = flawOf(value, CALL)
  if (flaw === undefined) return value as Call
  throw new TypeError(`a call of this form is not understood: ${flaw}`)
}

function flawOf(value: unknown, forms: Readonly<Record<string, Form>>): string | undefined {
  if (typeof value !== 'object' || value === null) return 'it is no object'
  const unknown = Object.keys(value).find((name) => !Object.hasOwn(forms, name))
  if (unknown !== undefined) return 'it has a member that is not known'
  const members = value as Readonly<Record<string, unknown>>
  return Object.keys(forms).find((name) => forms[name]?.(members[name]) !== true)
}
