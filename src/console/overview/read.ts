// What the overview tells, in six calls of the API at most, whatever the organization's size.

import type { KeyView } from '../../control/keys/read.ts'
import type { EndpointView } from '../../webhooks/endpoint-view.ts'
import { call } from '../api.ts'
import type { Answer, Listed } from '../api.ts'
import type { Event } from '../audit/read.ts'
import type { PageContext } from '../context.ts'
import { totalOf } from '../usage/sums.ts'
import type { Counts } from '../usage/sums.ts'

const DAY_MS = 86_400_000
/** Keys that end within this time are named. */
export const EXPIRES_SOON_DAYS = 14
const LATEST_CALLS = 10
const PAGE_MAX = 200
/** What people change here is on the same record, and is no call. */
const CALLS = { caller: 'credential' }

export interface Today extends Counts {
  /** There are more rows than one page has, so that the sums are the least they can be. */
  readonly more: boolean
}

/** One reason of the last day's refusals. */
export interface Refusals {
  readonly reason: string
  readonly count: number
  readonly latest: Event
}

export interface Attention {
  readonly refusals: readonly Refusals[]
  /** Only the latest refusals were looked at. */
  readonly moreRefusals: boolean
  readonly expiring: readonly KeyView[]
  /** Endpoints that were disabled for their failures, or fail now. */
  readonly endpoints: readonly EndpointView[]
}

const itemsOf = <T>(answer: Answer<Listed<T>>): readonly T[] =>
  answer.ok ? answer.value.items : []

/** The latest decisions on calls with this organization's keys, newest first. */
export async function latestCalls(c: PageContext, limit = LATEST_CALLS): Promise<readonly Event[]> {
  return itemsOf(await call<Listed<Event>>(c, 'listAudit', { query: { ...CALLS, limit } }))
}

/** Whether any call ever reached a product; `latest` saves asking. */
export async function isInUse(c: PageContext, latest: readonly Event[]): Promise<boolean> {
  if (latest.some(({ decision }) => decision === 'forwarded')) return true
  // The latest are all that there are.
  if (latest.length < LATEST_CALLS) return false
  const query = { ...CALLS, decision: 'forwarded', limit: 1 }
  return itemsOf(await call<Listed<Event>>(c, 'listAudit', { query })).length > 0
}

/** The newest key that could make the first call. */
export async function newestKey(c: PageContext): Promise<KeyView | undefined> {
  const query = { state: 'active', limit: 1 }
  return itemsOf(await call<Listed<KeyView>>(c, 'listKeys', { query }))[0]
}

export async function usageToday(c: PageContext): Promise<Today> {
  const day = new Date(c.env.context.nowMs).toISOString().slice(0, 10)
  const query = { from: day, to: day, limit: PAGE_MAX }
  const answer = await call<Listed<Counts>>(c, 'getUsage', { query })
  return { ...totalOf(itemsOf(answer)), more: answer.ok && answer.value.next_cursor !== null }
}

export async function needsAttention(c: PageContext): Promise<Attention> {
  const { nowMs } = c.env.context
  const refused = { ...CALLS, decision: 'refused', from: nowMs - DAY_MS, limit: PAGE_MAX }
  const [events, keys, endpoints] = await Promise.all([
    call<Listed<Event>>(c, 'listAudit', { query: refused }),
    call<Listed<KeyView>>(c, 'listKeys', { query: { state: 'active', limit: PAGE_MAX } }),
    call<Listed<EndpointView>>(c, 'listEndpoints', { query: { limit: PAGE_MAX } }),
  ])
  const soon = nowMs + EXPIRES_SOON_DAYS * DAY_MS
  return {
    refusals: byReason(itemsOf(events)),
    moreRefusals: events.ok && events.value.next_cursor !== null,
    expiring: itemsOf(keys).filter(
      ({ expires_at, rotated_to }) => expires_at !== null && expires_at < soon && !rotated_to,
    ),
    endpoints: itemsOf(endpoints).filter(
      ({ disabled_reason, failing_since }) =>
        disabled_reason === 'gone' || disabled_reason === 'failing' || failing_since !== null,
    ),
  }
}

/** The most frequent first. */
function byReason(events: readonly Event[]): Refusals[] {
  const found = new Map<string, Refusals>()
  for (const latest of events) {
    const reason = latest.reason ?? ''
    const before = found.get(reason) ?? { reason, count: 0, latest }
    found.set(reason, { ...before, count: before.count + 1 })
  }
  return [...found.values()].toSorted((a, b) => b.count - a.count)
}
