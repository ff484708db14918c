// Upstream, workerd and load generator, started together; and one pass of load through them, with what
// it cost and every answer's status checked.

import { childNamed, cpuMicroseconds, startChild } from './child.ts'
import { startBenchEdge, type BenchEdge, type BenchEdgeOptions } from './edge.ts'
import type { Job, Load, Until } from './load.ts'

/** One pass: a job, and the statuses that are right. */
export interface Pass extends Job {
  readonly name: string
  readonly statuses: readonly number[]
  /** So long the account of CPU time stays open: what a pass leaves to the queue is its own. */
  readonly settleSeconds?: number
}

/** What a pass came to. */
export interface Round {
  readonly answers: number
  readonly rps: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Of the whole workerd process; null where the system keeps no account that we can read. */
  readonly cpuUsPerRequest: number | null
}

export interface Rig {
  readonly edge: BenchEdge
  readonly upstreamPort: number
  /** workerd's process, where the system tells. */
  readonly pid: number | undefined
  /**
   * Runs one pass, again and longer where none of it was answered: the machine was elsewhere.
   * @throws Error when an answer has another status than is right.
   */
  pass(pass: Pass): Promise<Round>
  stop(): Promise<void>
}

export async function startRig(options: Omit<BenchEdgeOptions, 'upstreamPort'>): Promise<Rig> {
  const upstream = startChild('upstream.ts')
  const load = startChild('load.ts')
  const stopChildren = async (): Promise<void> => {
    await Promise.all([upstream.stop(), load.stop()])
  }
  try {
    const { port: upstreamPort } = await upstream.ask<{ port: number }>({})
    const edge = await startBenchEdge({ ...options, upstreamPort })
    const pid = childNamed('workerd')
    return {
      edge,
      upstreamPort,
      pid,
      async pass({ name, statuses, settleSeconds = 0, ...job }) {
        let before = 0
        let loaded: Load
        let { until } = job
        let tries = 0
        do {
          before = pid === undefined ? 0 : cpuMicroseconds(pid)
          loaded = await load.ask<Load>({ ...job, until })
          until = longer(until)
        } while (isUnanswered(loaded) && ++tries < UNANSWERED_TRIES)
        check(name, statuses, loaded)
        await new Promise((resolve) => setTimeout(resolve, settleSeconds * 1000))
        const used = pid === undefined ? null : cpuMicroseconds(pid) - before
        return {
          answers: loaded.answers,
          rps: loaded.answers / loaded.seconds,
          p50Ms: loaded.p50Ms,
          p99Ms: loaded.p99Ms,
          cpuUsPerRequest: used === null ? null : used / loaded.answers,
        }
      },
      async stop() {
        await stopChildren()
        await edge.stop()
      },
    }
  } catch (error) {
    await stopChildren()
    throw error
  }
}

/** How often a pass is run of which nothing is answered. */
const UNANSWERED_TRIES = 6

function isUnanswered({ statuses }: Load): boolean {
  return Object.keys(statuses).length === 0
}

function longer(until: Until): Until {
  return 'seconds' in until ? { seconds: 2 * until.seconds } : until
}

function check(name: string, statuses: readonly number[], loaded: Load): void {
  const wrong = Object.keys(loaded.statuses).filter((status) => !statuses.includes(Number(status)))
  if (loaded.answers > 0 && wrong.length === 0 && loaded.errors === 0) return
  throw new Error(
    `${name}: expected only ${statuses.join(' or ')}, got ${JSON.stringify(loaded.statuses)} and ${loaded.errors} errors`,
  )
}
