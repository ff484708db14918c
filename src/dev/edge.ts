// The edge in workerd: gate, guards and control, on the port where Miniflare's own entry gives each
// request what Cloudflare would: CF-Connecting-IP, when the client did not set it to try an allowlist.

import {
  convertV4MiniflareOptions,
  Miniflare,
  type Log,
  type MiniflareOptions,
  type V4WorkerOptions,
} from 'miniflare'

import type { Layout } from './layout.ts'
import { ROLES, type ByRole } from '../config/workers.ts'
import { persistencePath, varsOf, type WorkerOptions } from './worker-options.ts'

export interface EdgeOptions {
  readonly workers: ByRole<WorkerOptions>
  readonly layout: Layout
  readonly port: number
  /** Settings and secrets, over those of wrangler.toml. */
  readonly vars: Readonly<Record<string, unknown>>
  readonly log: Log
  /** What the Workers write to their consoles. */
  readonly say: (line: string) => void
}

export interface Edge {
  readonly mf: Miniflare
  /** Runs other versions of the Workers, on the same state. */
  readonly load: (code: ByRole<string>) => Promise<void>
}

export async function startEdge(code: ByRole<string>, options: EdgeOptions): Promise<Edge> {
  const mf = new Miniflare(miniflareOptions(code, options))
  await mf.ready
  return { mf, load: (newer) => mf.setOptions(miniflareOptions(newer, options)) }
}

function miniflareOptions(
  code: ByRole<string>,
  { workers, layout, port, vars, log, say }: EdgeOptions,
): MiniflareOptions {
  const options = convertV4MiniflareOptions({
    host: '127.0.0.1',
    port,
    cf: false,
    log,
    logRequests: false,
    handleStructuredLogs: ({ level, message }) => say(`edge ${level}: ${message}`),
    // The first has the port.
    workers: ROLES.map((role) => {
      const worker = workers[role]
      return {
        ...worker.options,
        name: worker.name,
        modules: [{ type: 'ESModule', path: 'index.js', contents: code[role] }],
        bindings: varsOf(role, { ...worker.options.bindings, ...vars }),
      } as V4WorkerOptions
    }),
  })
  options.resourcePersistencePath = persistencePath(layout)
  return options
}
