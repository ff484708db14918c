// Runs the cron of control as Cloudflare would; nothing else does so locally. Once at the start too,
// so that raw SQL edits made while the stack was down are published before it is called ready.

import type { Miniflare } from 'miniflare'

const EVERY_MS = 60_000

/** Whose scheduled handler is run. */
export interface Cron {
  readonly mf: Miniflare
  readonly worker: string
}

/** Runs the scheduled handler once. */
export async function runCron({ mf, worker: name }: Cron): Promise<void> {
  const worker = await mf.getWorker(name)
  const { outcome } = await worker.scheduled({ cron: '* * * * *' })
  if (outcome !== 'ok') throw new Error(`the cron handler ended with ${outcome}`)
}

/** Runs it each minute until stopped. A failure is told and tried again a minute later. */
export function startCron(cron: Cron, failed: (error: unknown) => void): () => void {
  const timer = setInterval(() => void runCron(cron).catch(failed), EVERY_MS)
  return () => clearInterval(timer)
}
