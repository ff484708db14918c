// What a change is told about its being in force.

import { time } from './print.ts'

/** As the API answers a change. */
export interface Receipt {
  /** Unix milliseconds by the edge's clock; null while a guard is still to be told. */
  readonly enforced_at: number | null
  readonly pending: number
  readonly change_id?: string
}

/** What is new has nothing older to overtake. */
export const NEW_LINE = 'in force at once: it is new, and nothing older is known of it'

/** Since when a change is in force, or what it waits for. */
export function inForceLine({ enforced_at, pending, change_id }: Receipt): string {
  if (enforced_at !== null) return `in force since ${time(enforced_at)}`
  const followed = change_id === undefined ? '' : `; see: npm run ops -- change show ${change_id}`
  return `in force when the cron has reached ${pending} more guards; it tries each minute${followed}`
}
