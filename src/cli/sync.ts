// sync: what raw SQL changed is in force when this returns.

import { Stop, type Answer, type Ops } from './answer.ts'
import { connect } from './edge.ts'
import { count, time } from './print.ts'

/** Publishes what waits. Exit code 1 where a guard is still to be reached. */
export async function sync(ops: Ops): Promise<Answer> {
  const edge = await connect(ops)
  const { published, pending, enforced_at } = await edge.ask('sync')
  if (typeof published !== 'number' || typeof pending !== 'number') {
    throw new Stop(`nothing was published: ${edge.url} answered 200, and not as an edge does`)
  }
  const state =
    enforced_at === null
      ? `${count(pending, 'key')} still to be reached; the cron tries again each minute`
      : `everything is in force since ${time(enforced_at)}`
  return {
    json: { published, pending, enforced_at },
    lines: [`${count(published, 'changed key')} published at ${edge.url}`, state],
    exitCode: enforced_at === null ? 1 : 0,
  }
}
