// The whole system on one machine: the edge in front of demo products, on state that survives.

// oxlint-disable-next-line import/no-unassigned-import -- must run before wrangler loads
import './quiet.ts'
import { mkdirSync, rmSync } from 'node:fs'

import { Log, LogLevel, type Miniflare } from 'miniflare'

import { loadControlSettings } from '../control/settings.ts'
import { bundle } from './bundle.ts'
import { runCron, startCron } from './cron.ts'
import { withDatabase } from './database.ts'
import type { Demo } from './demo-file.ts'
import { startEdge } from './edge.ts'
import { layoutOf } from './layout.ts'
import { assertFree } from './port.ts'
import { Problem } from './problem.ts'
import { seed, type Seeded } from './seed.ts'
import {
  checkSettings,
  ensureDevVars,
  readVars,
  withUpstreams,
  type UpstreamUrls,
} from './settings.ts'
import { startUpstreams } from './upstreams.ts'
import { byRole, ROLES, type ByRole } from '../config/workers.ts'
import { readWorkerOptions } from './worker-options.ts'

export interface StackOptions {
  readonly port: number
  /** Where .dev.vars, .wrangler/state and .portcullis are. */
  readonly stateDir: string
  /** Throw the state and the demo's keys away first; .dev.vars stays. */
  readonly reset?: boolean
  /** Build and load the edge again whenever its source changes. */
  readonly watch?: boolean
  /** What a developer should know: a rebuild, an error of the Worker. */
  readonly say?: (line: string) => void
}

export interface Stack {
  readonly url: string
  readonly demo: Demo
  readonly keys: Seeded['keys']
  readonly upstreams: UpstreamUrls
  /** Whether this start made .dev.vars. */
  readonly madeDevVars: boolean
  readonly mf: Miniflare
  readonly stop: () => Promise<void>
}

/**
 * Starts everything and returns once a request would be answered. The port opens last, so that
 * whoever waits for /edge/health finds the demo complete.
 * @throws Problem telling what the developer has to put right; then nothing is left running.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { port, stateDir, reset = false, watch = false, say = () => {} } = options
  const layout = layoutOf(stateDir)
  const url = `http://localhost:${port}`
  mkdirSync(stateDir, { recursive: true })
  const madeDevVars = await ensureDevVars(layout.devVars)
  const vars = readVars(layout.devVars, url)
  const settings = await loadControlSettings(checkSettings(vars))
  await assertFree(port)
  if (reset) {
    for (const made of [layout.wranglerState, layout.demoDir]) {
      rmSync(made, { recursive: true, force: true })
    }
  }

  const stops: (() => Promise<void> | void)[] = []
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).toReversed()) await end()
  }
  try {
    const workers = byRole((role) => readWorkerOptions(role, layout))
    const log = new Log(LogLevel.ERROR)
    const [gate, guard, control, upstreamBundle, { demo, keys }] = await Promise.all([
      bundle('dev/demo/gate.ts'),
      bundle('guard/index.ts'),
      bundle('dev/demo/control.ts'),
      bundle('dev/demo/upstream.ts'),
      withDatabase(workers.gate, layout, log, (db) => seed(db, layout, url, settings, Date.now())),
    ])
    const bundles = { gate, guard, control }
    stops.push(...[gate, guard, control, upstreamBundle].map(({ dispose }) => dispose))
    const { compatibilityDate } = workers.gate
    const upstreams = await startUpstreams(upstreamBundle.code, { compatibilityDate, url, log })
    stops.push(upstreams.stop)
    let code = byRole((role) => bundles[role].code)
    const edge = await startEdge(code, {
      workers,
      layout,
      port,
      vars: withUpstreams(vars, upstreams.urls),
      log,
      say,
    })
    stops.push(() => edge.mf.dispose())
    const cron = { mf: edge.mf, worker: workers.control.name }
    await runCron(cron)
    stops.push(startCron(cron, (error) => say(`cron: ${String(error)}`)))
    await assertHealthy(url)
    if (watch) {
      for (const role of ROLES) {
        await bundles[role].watch((newer) => {
          code = { ...code, [role]: newer }
          void reload(edge.load, code, say)
        }, say)
      }
    }
    return { url, demo, keys, upstreams: upstreams.urls, madeDevVars, mf: edge.mf, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function reload(
  load: (code: ByRole<string>) => Promise<void>,
  code: ByRole<string>,
  say: (line: string) => void,
): Promise<void> {
  try {
    await load(code)
    say('the edge was built again')
  } catch (error) {
    say(`the edge could not be loaded: ${String(error)}`)
  }
}

async function assertHealthy(url: string): Promise<void> {
  const health = await fetch(`${url}/edge/health`)
  if (health.status !== 200) throw new Problem(`the edge does not answer: ${await health.text()}`)
}
