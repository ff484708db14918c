// Runs the Worker's cron as Cloudflare would; nothing else does so locally. Once at the start too,
// so that raw SQL edits made while the stack was down are published before it is called ready.

import type { Miniflare } from 'miniflare'

const EVERY_MS = 60_000

/** Runs the scheduled handler once. */
export async function runCron(mf: Miniflare): Promise<void> {
  const worker = await mf.getWorker()
  const { outcome } = await worker.scheduled({ cron: '* * * * *' })
  if (outcome !== 'ok') throw new Error(`the cron handler ended with ${outcome}`)
}

/** Runs it each minute until stopped. A failure is told and tried again a minute later. */
export function startCron(mf: Miniflare, failed: (error: unknown) => void): () => void {
  const timer = setInterval(() => void runCron(mf).catch(failed), EVERY_MS)
  return () => clearInterval(timer)
}
