// What is done each minute: finishing what could not be finished at once. Each task stands alone, so
// that one which fails holds up no other, and all are safe to run twice and side by side.

import { noteHeads } from './logs/heads.ts'
import { recordOpsChanges } from './logs/ops-changes.ts'
import { prune } from './logs/retention.ts'
import { pruneNobody } from './logs/tallies.ts'
import { deleteExpired } from './api/changes/delete-expired.ts'
import type { ControlDeps } from './deps.ts'
import { judgeOrigins } from './api/origin-owners.ts'
import { longestLeaseMs } from '../guard/lease-terms.ts'
import { publishPending } from '../guard/publish.ts'
import { runWebhooks } from './webhooks/run.ts'

const HOUR_MS = 60 * 60 * 1000
const DAY_MS = 24 * HOUR_MS

/** Runs every task that is due at `nowMs` (Unix milliseconds). */
export async function runCron(edge: ControlDeps, nowMs: number): Promise<void> {
  await attempt('judging wildcard origins', () => judgeOrigins(edge.bindings))
  await attempt('publishing fences', async () => {
    const { pending } = await publishPending(edge.bindings, longestLeaseMs(edge.catalog))
    if (pending > 0) console.warn(`${pending} credentials wait for their guards`)
  })
  await attempt('changes by ops', () => recordOpsChanges(edge.bindings.DB))
  await attempt('webhooks', () => runWebhooks(edge, nowMs))
  await attempt('forgetting old changes', () => deleteExpired(edge.bindings, nowMs))
  if (nowMs % HOUR_MS < 60_000) {
    await attempt('noting audit heads', () => noteHeads(edge.bindings.DB))
  }
  await attempt('forgetting counts of nobody', () => pruneNobody(edge.bindings.DB, nowMs))
  await attempt('audit retention', async () => {
    await prune(edge.bindings.DB, nowMs - edge.settings.auditRetentionDays * DAY_MS)
  })
}

async function attempt(task: string, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    console.error(`cron: ${task} failed`, error)
  }
}
