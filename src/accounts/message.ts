// What goes through the queue, and how strictly it is read on the other side: an event that passes
// here fits the table and comes out of it as it went in, or its hash would not hold.

import { ENVIRONMENTS, KINDS } from '../catalog/define.ts'
import { DECISIONS, MAX_LENGTH } from './event.ts'
import type { AuditEvent } from './event.ts'

/** One message of the queue. */
export interface EventMessage {
  readonly version: 1
  readonly events: readonly AuditEvent[]
}

export interface ParsedMessage {
  readonly events: readonly AuditEvent[]
  /** What cannot be read, by place and name, never with a value. */
  readonly flaws: readonly string[]
}

type Check = (value: unknown) => boolean

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
/** The last time that a Date, and SQLite's `date()`, can tell. */
const LAST_TIME_MS = Date.UTC(9999, 11, 31)

const CHECKS: Readonly<Record<keyof AuditEvent, Check>> = {
  id: (value) => typeof value === 'string' && UUID.test(value),
  at: integer(1, LAST_TIME_MS),
  organization: nullable(text(MAX_LENGTH.organization)),
  key: nullable(text(MAX_LENGTH.key)),
  kind: nullable(oneOf(KINDS)),
  serviceUser: nullable(text(MAX_LENGTH.serviceUser)),
  sourceSystem: nullable(text(MAX_LENGTH.sourceSystem)),
  environment: nullable(oneOf(ENVIRONMENTS)),
  actor: nullable(text(MAX_LENGTH.actor)),
  product: nullable(text(MAX_LENGTH.product)),
  route: nullable(text(MAX_LENGTH.route)),
  method: text(MAX_LENGTH.method),
  path: text(MAX_LENGTH.path),
  decision: oneOf(DECISIONS),
  reason: nullable(text(MAX_LENGTH.reason)),
  status: integer(100, 999),
  upstreamMs: nullable(integer(0, Number.MAX_SAFE_INTEGER)),
  clientIp: nullable(text(MAX_LENGTH.clientIp)),
  credits: nullable(integer(0, 1_000_000_000)),
}

/** The members of an event in the order in which they are hashed. */
export const FIELDS = Object.keys(CHECKS) as readonly (keyof AuditEvent)[]

/** Reads a message's body. One event that cannot be read does not take the others with it. */
export function parseEvents(body: unknown): ParsedMessage {
  if (!isObject(body) || body['version'] !== 1 || !Array.isArray(body['events'])) {
    return { events: [], flaws: ['the message is not { version: 1, events: […] }'] }
  }
  const events: AuditEvent[] = []
  const flaws: string[] = []
  body['events'].forEach((sent: unknown, index) => {
    const event = withActor(sent)
    const flaw = flawOf(event)
    if (flaw === undefined) events.push(event as AuditEvent)
    else flaws.push(`events[${index}]${flaw}`)
  })
  return { events, flaws }
}

/** Events that were sent before there was an actor name none: there were only credentials' then. */
function withActor(event: unknown): unknown {
  return isObject(event) && !Object.hasOwn(event, 'actor') ? { ...event, actor: null } : event
}

function flawOf(event: unknown): string | undefined {
  if (!isObject(event)) return ' is not an object'
  const wrong = FIELDS.find((name) => !Object.hasOwn(event, name) || !CHECKS[name](event[name]))
  if (wrong) return `.${wrong} has not its form`
  if (Object.keys(event).length !== FIELDS.length) return ' has a member that is not known'
  if (event['decision'] === 'refused' && event['reason'] === null) return '.reason is missing'
  return undefined
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function nullable(check: Check): Check {
  return (value) => value === null || check(value)
}

/** Neither control characters nor lone surrogates: not every layer keeps them as they are. */
function text(maxLength: number): Check {
  return (value) =>
    typeof value === 'string' &&
    value.length >= 1 &&
    value.length <= maxLength &&
    !/[\x00-\x1f\x7f]/.test(value) &&
    value.isWellFormed()
}

function integer(least: number, most: number): Check {
  return (value) => Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most
}

function oneOf(values: readonly string[]): Check {
  return (value) => values.includes(value as string)
}
