// What is reached first as load grows: a key's guard, the queue, the database that takes the audit.
// Pure and without chance: a step is a minute, keys are called as Zipf's law has it.

/** The platform's limits, as read on 2026-11-22; docs/scale.md names the pages. */
export const PLATFORM = {
  /** Of one object; a soft limit. */
  objectCallsPerSecond: 1_000,
  /** Of one queue. */
  messagesPerSecond: 5_000,
  backlogBytes: 25e9,
  databaseBytes: 10e9,
} as const

/** Of wrangler.toml and src/audit/packing.ts. */
const MESSAGE_MAX_EVENTS = 100
/** How long the audit is kept unless AUDIT_RETENTION_DAYS says otherwise. */
const RETENTION_SECONDS = 365 * 86_400
const STEP_SECONDS = 60
const STEPS = 30 * 24 * 60

/** Counted and measured. */
export interface Measured {
  /** Guard calls a second that one isolate makes for one busy key; Infinity: one a request. */
  readonly guardCallsPerIsolateSecond: number
  /** Events that the consumer put into D1 in a second, one batch after the other. */
  readonly eventsPerSecond: number
  readonly rowsPerEvent: number
  readonly databaseBytesPerEvent: number
  readonly messageBytesPerEvent: number
}

/** Assumed. */
export interface Traffic {
  readonly keys: number
  /** What one isolate answers before the platform starts another. */
  readonly isolateRequestsPerSecond: number
}

export const TRAFFIC: Traffic = { keys: 10_000, isolateRequestsPerSecond: 200 }

export const RESOURCES = ['guard of the busiest key', 'queue', 'D1 writes', 'D1 size'] as const
export type Resource = (typeof RESOURCES)[number]

export interface Load {
  readonly requestsPerSecond: number
  readonly isolates: number
  readonly busiestKeyRequestsPerSecond: number
  readonly guardCallsPerSecond: number
  readonly messagesPerSecond: number
  readonly rowsPerSecond: number
  readonly rowsPerSecondAvailable: number
  /** Events that wait in the queue after an hour. */
  readonly backlogAfterHour: number
  /** Seconds until each limit is reached; Infinity: not within 30 days. */
  readonly reachedAfter: Readonly<Record<Resource, number>>
  readonly first: Resource | 'none'
}

/** What a steady load needs of each, and when it is more than there is. */
export function simulate(requestsPerSecond: number, measured: Measured, traffic = TRAFFIC): Load {
  const needs = needsOf(requestsPerSecond, measured, traffic)
  const reached = new Map<Resource, number>()
  const reach = (resource: Resource, seconds: number): void => {
    if (!reached.has(resource)) reached.set(resource, seconds)
  }
  if (needs.guardCallsPerSecond > PLATFORM.objectCallsPerSecond) reach(RESOURCES[0], 0)
  if (needs.messagesPerSecond > PLATFORM.messagesPerSecond) reach('queue', 0)
  let waiting = 0
  let stored = 0
  let backlogAfterHour = 0
  for (let step = 1; step <= STEPS; step++) {
    waiting += requestsPerSecond * STEP_SECONDS
    const taken = Math.min(waiting, measured.eventsPerSecond * STEP_SECONDS)
    waiting -= taken
    stored += taken
    const seconds = step * STEP_SECONDS
    if (seconds === 3600) backlogAfterHour = waiting
    if (waiting * measured.messageBytesPerEvent > PLATFORM.backlogBytes) reach('D1 writes', seconds)
    if (stored * measured.databaseBytesPerEvent > PLATFORM.databaseBytes) reach('D1 size', seconds)
    if (reached.has('D1 size') && reached.has('D1 writes')) break
  }
  const after = (resource: Resource): number => reached.get(resource) ?? Number.POSITIVE_INFINITY
  const [soonest = RESOURCES[0]] = RESOURCES.toSorted((a, b) => after(a) - after(b))
  return {
    requestsPerSecond,
    ...needs,
    rowsPerSecond: requestsPerSecond * measured.rowsPerEvent,
    rowsPerSecondAvailable: measured.eventsPerSecond * measured.rowsPerEvent,
    backlogAfterHour,
    reachedAfter: Object.fromEntries(
      RESOURCES.map((one) => [one, after(one)]),
    ) as Load['reachedAfter'],
    first: Number.isFinite(after(soonest)) ? soonest : 'none',
  }
}

/** The greatest steady load of each by itself, in requests per second. */
export function ceilings(measured: Measured, traffic = TRAFFIC): Record<Resource, number> {
  const needs = (load: number) => needsOf(load, measured, traffic)
  return {
    'guard of the busiest key': greatest(
      (load) => needs(load).guardCallsPerSecond <= PLATFORM.objectCallsPerSecond,
    ),
    queue: greatest((load) => needs(load).messagesPerSecond <= PLATFORM.messagesPerSecond),
    'D1 writes': Math.floor(measured.eventsPerSecond),
    'D1 size': PLATFORM.databaseBytes / measured.databaseBytesPerEvent / RETENTION_SECONDS,
  }
}

/** By halving; what fits is all that is less as well. */
function greatest(fits: (load: number) => boolean): number {
  let low = 0
  let high = 1e9
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (fits(middle)) low = middle
    else high = middle
  }
  return low
}

function needsOf(requestsPerSecond: number, measured: Measured, traffic: Traffic) {
  const isolates = Math.ceil(requestsPerSecond / traffic.isolateRequestsPerSecond)
  const busiest = requestsPerSecond * busiestShare(traffic.keys)
  // An isolate that sees less of the key than a lease lasts asks with each request.
  const perIsolate = Math.min(busiest / isolates, measured.guardCallsPerIsolateSecond)
  const eventsPerIsolate = requestsPerSecond / isolates
  return {
    isolates,
    busiestKeyRequestsPerSecond: busiest,
    guardCallsPerSecond: perIsolate * isolates,
    messagesPerSecond:
      isolates * Math.max(Math.min(1, eventsPerIsolate), eventsPerIsolate / MESSAGE_MAX_EVENTS),
  }
}

/** Of all calls, the share of the key that is called most. */
function busiestShare(keys: number): number {
  let sum = 0
  for (let rank = 1; rank <= keys; rank++) sum += 1 / rank
  return 1 / sum
}
