// What the overview tells. Figures are the sums that the whole organization comes to, whatever its
// size, in a bounded number of the API's calls.

import { call, type Answer, type Listed } from '../api.ts'
import type { Event } from '../audit/read.ts'
import type { PageContext } from '../context.ts'
import type { Key } from '../keys/read.ts'
import { totalOf, type Counts } from '../usage/sums.ts'
import type { Endpoint } from '../webhooks/read.ts'

const DAY_MS = 86_400_000
/** Keys that end within this time are named. */
export const EXPIRES_SOON_DAYS = 14
const LATEST_CALLS = 10
const PAGE_MAX = 200
/** So many of each sort; the pages behind the links have all. */
export const SHOWN_MAX = 5
/** Keys that end soon are counted in so many pages at most. */
const EXPIRING_PAGES_MAX = 5
/** What people change here is on the same record, and is no call. */
const CALLS = { caller: 'credential' }

/** One reason of the refusals since yesterday began, UTC. */
export interface Refusals {
  readonly reason: string
  readonly count: number
  /** Where all of them have the same. */
  readonly onlyKey: string | null
  /** Of those that are shown; undefined where it is on record no more. */
  readonly latest: Event | undefined
}

export interface Attention {
  /** The most frequent reasons. */
  readonly refusals: readonly Refusals[]
  /** The soonest first. */
  readonly expiring: readonly Key[]
  /** There are more than these. */
  readonly moreExpiring: boolean
  /** Endpoints that wait for their verification, were disabled for their failures, or fail now. */
  readonly endpoints: readonly Endpoint[]
}

const itemsOf = <T>(answer: Answer<Listed<T>>): readonly T[] =>
  answer.ok ? answer.value.items : []

/** The latest decisions on calls with this organization's keys, newest first. */
export async function latestCalls(c: PageContext, limit = LATEST_CALLS): Promise<readonly Event[]> {
  return itemsOf(await call(c, 'listAudit', { query: { ...CALLS, limit } }))
}

/** Whether any call ever reached a product; `latest` saves asking. */
export async function isInUse(c: PageContext, latest: readonly Event[]): Promise<boolean> {
  if (latest.some(({ decision }) => decision === 'forwarded')) return true
  // The latest are all that there are.
  if (latest.length < LATEST_CALLS) return false
  const query = { ...CALLS, decision: 'forwarded', limit: 1 }
  return itemsOf(await call(c, 'listAudit', { query })).length > 0
}

/** The newest key that could make the first call. */
export async function newestKey(c: PageContext): Promise<Key | undefined> {
  const query = { state: 'active', limit: 1 }
  return itemsOf(await call(c, 'listKeys', { query }))[0]
}

/** The sums of today, UTC. */
export async function usageToday(c: PageContext): Promise<Counts> {
  const day = dayOf(c.env.context.nowMs)
  const query = { from: day, to: day, group_by: 'day' }
  return totalOf(itemsOf(await call(c, 'getUsage', { query })))
}

export async function needsAttention(c: PageContext): Promise<Attention> {
  const [refusals, expiring, endpoints] = await Promise.all([
    refusalsSinceYesterday(c),
    expiringSoon(c),
    call(c, 'listEndpoints', { query: { limit: PAGE_MAX } }),
  ])
  return {
    refusals,
    ...expiring,
    endpoints: itemsOf(endpoints).filter(
      ({ disabled_reason, failing_since }) =>
        (disabled_reason !== null && disabled_reason !== 'owner') || failing_since !== null,
    ),
  }
}

async function refusalsSinceYesterday(c: PageContext): Promise<readonly Refusals[]> {
  const { nowMs } = c.env.context
  const query = { from: dayOf(nowMs - DAY_MS), to: dayOf(nowMs), limit: SHOWN_MAX }
  const found = await call(c, 'getRefusals', { query })
  if (!found.ok) return []
  return await Promise.all(
    found.value.items.map(async ({ reason, refused: count, only_key_id: onlyKey }) => ({
      ...{ reason, count, onlyKey },
      latest: await latestRefusal(c, reason),
    })),
  )
}

async function latestRefusal(c: PageContext, reason: string): Promise<Event | undefined> {
  const query = { ...CALLS, decision: 'refused', reason, limit: 1 }
  return itemsOf(await call(c, 'listAudit', { query }))[0]
}

async function expiringSoon(c: PageContext): Promise<Pick<Attention, 'expiring' | 'moreExpiring'>> {
  const soon = c.env.context.nowMs + EXPIRES_SOON_DAYS * DAY_MS
  const expiring: Key[] = []
  let cursor: string | undefined
  for (let page = 0; page < EXPIRING_PAGES_MAX; page++) {
    const query = { state: 'active', sort: 'expires_at', limit: PAGE_MAX, cursor }
    // Of one after the other: where the next page begins is in the one before.
    // oxlint-disable-next-line no-await-in-loop
    const found = await call(c, 'listKeys', { query })
    const ending = itemsOf(found).filter(({ expires_at }) => (expires_at ?? soon) < soon)
    expiring.push(...ending.filter(({ rotated_to }) => rotated_to === null))
    cursor = (found.ok && found.value.next_cursor) || undefined
    if (cursor === undefined || ending.length < PAGE_MAX) return { expiring, moreExpiring: false }
  }
  return { expiring, moreExpiring: true }
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
