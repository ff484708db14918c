// What the publisher does for origin lists: wildcards that raw SQL wrote get their owner, and those that
// another public suffix list judged are judged again. The triggers raise the generations concerned, so it runs
// before their fences are published.

import type { Bindings } from '../../config/bindings.ts'
import { judge, selectUnjudged, SUFFIX_LIST, writeJudgements } from '../../lists/origin-owner.ts'

/** Wildcards judged at a time. */
const BATCH = 500

/** Judges all that this list has not. Safe to run twice and side by side. */
export async function judgeOrigins({ DB }: Pick<Bindings, 'DB'>): Promise<void> {
  const primary = DB.withSession('first-primary')
  for (;;) {
    const { results } = await primary
      .prepare(`${selectUnjudged('?1')} LIMIT ${BATCH}`)
      .bind(SUFFIX_LIST)
      .all<{ origin: string }>()
    if (results.length === 0) return
    const judged = judge(results.map(({ origin }) => origin))
    await primary.prepare(writeJudgements('?1')).bind(JSON.stringify(judged)).run()
  }
}
