// What goes through the queue, and how strictly it is read on the other side: an event that passes
// here fits the table and comes out of it as it went in, or its hash would not hold.

import { ENVIRONMENTS, KIND_NAMES } from '../credentials/kinds.ts'
import { readMembers, type MessageHead } from '../lib/message-kind.ts'
import { isObject } from '../lib/json.ts'
import { DECISIONS, MAX_LENGTH, ORGANIZATION, type AuditEvent } from './event.ts'
import { isOfNobody, TALLY_MAX_COUNTS, type NobodyCount, type Tally } from './nobody.ts'

/** One message of the queue. */
export interface EventMessage extends MessageHead<'audit'> {
  readonly events: readonly AuditEvent[]
  /** What the isolate had of nobody. */
  readonly nobody?: Tally
}

export interface ParsedMessage {
  readonly events: readonly AuditEvent[]
  readonly tally: Tally | undefined
  /** What cannot be read, by place and name, never with a value. */
  readonly flaws: readonly string[]
}

type Check = (value: unknown) => boolean

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
/** The last time that a Date, and SQLite's `date()`, can tell. */
const LAST_TIME_MS = Date.UTC(9999, 11, 31)
/** Far more than a message has room for. */
const PARSED_MAX_EVENTS = 1_000

const CHECKS: Readonly<Record<keyof AuditEvent, Check>> = {
  id: (value) => typeof value === 'string' && UUID.test(value),
  at: integer(1, LAST_TIME_MS),
  organization: nullable((value) => typeof value === 'string' && ORGANIZATION.test(value)),
  key: nullable(text(MAX_LENGTH.key)),
  kind: nullable(oneOf(KIND_NAMES)),
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

const COUNT_CHECKS: Readonly<Record<keyof NobodyCount, Check>> = {
  minute: integer(1, LAST_TIME_MS / 60_000),
  reason: text(MAX_LENGTH.reason),
  product: nullable(text(MAX_LENGTH.product)),
  refused: integer(1, Number.MAX_SAFE_INTEGER),
  lastAt: integer(1, LAST_TIME_MS),
}

/** Reads a message's body. What cannot be read of it does not take the rest with it. */
export function parseEvents(body: unknown): ParsedMessage {
  const message = readMembers(body, 'audit', ['events', 'nobody'])
  const sent = message?.['events']
  if (!message || !Array.isArray(sent) || sent.length > PARSED_MAX_EVENTS) {
    const flaw = `the message is not { kind: 'audit', version: 1, events: […], nobody?: {…} }`
    return { events: [], tally: undefined, flaws: [flaw] }
  }
  const { events, flaws } = readEvents(sent, 'events')
  const nobody = message['nobody']
  if (nobody === undefined) return { events, tally: undefined, flaws }
  const tally = readTally(nobody)
  return Array.isArray(tally)
    ? { events, tally: undefined, flaws: [...flaws, ...tally] }
    : { events, tally, flaws }
}

function readEvents(sent: readonly unknown[], name: string) {
  const events: AuditEvent[] = []
  const flaws: string[] = []
  sent.forEach((one, index) => {
    const event = withActor(one)
    const flaw = flawOf(event)
    if (flaw === undefined) events.push(event as AuditEvent)
    else flaws.push(`${name}[${index}]${flaw}`)
  })
  return { events, flaws }
}

/** A tally counts once and as a whole, so one flaw is all of it. @returns what is wrong, else it. */
function readTally(nobody: unknown): Tally | string[] {
  if (!isObject(nobody) || Object.keys(nobody).length !== 4) {
    return ['nobody is not { id, at, events, counts }']
  }
  const { id, at, events: sent, counts } = nobody
  if (!CHECKS.id(id)) return ['nobody.id has not its form']
  if (!CHECKS.at(at)) return ['nobody.at has not its form']
  if (!Array.isArray(sent) || sent.length > PARSED_MAX_EVENTS) return ['nobody.events is no list']
  const { events, flaws } = readEvents(sent, 'nobody.events')
  if (flaws.length > 0) return flaws
  if (!events.every(isOfNobody)) return ['nobody.events has one of somebody']
  if (!Array.isArray(counts) || counts.length > TALLY_MAX_COUNTS)
    return ['nobody.counts is no list']
  const wrong = counts.findIndex((count) => !isCount(count))
  if (wrong !== -1) return [`nobody.counts[${wrong}] has not its form`]
  return { id: id as string, at: at as number, events, counts: counts as NobodyCount[] }
}

function isCount(count: unknown): boolean {
  const names = Object.keys(COUNT_CHECKS) as readonly (keyof NobodyCount)[]
  return (
    isObject(count) &&
    Object.keys(count).length === names.length &&
    names.every((name) => Object.hasOwn(count, name) && COUNT_CHECKS[name](count[name]))
  )
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
