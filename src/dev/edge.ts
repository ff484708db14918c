// The edge in workerd, on the port where Miniflare's own entry gives each request what Cloudflare
// would: CF-Connecting-IP, when the client did not set it to try an allowlist.

import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import type { Log, MiniflareOptions, V4WorkerOptions } from 'miniflare'

import type { Layout } from './layout.ts'
import { persistencePath } from './worker-options.ts'
import type { WorkerOptions } from './worker-options.ts'

export interface EdgeOptions {
  readonly worker: WorkerOptions
  readonly layout: Layout
  readonly port: number
  /** Settings and secrets, over those of wrangler.toml. */
  readonly vars: Readonly<Record<string, unknown>>
  readonly log: Log
  /** What the Worker writes to its console. */
  readonly say: (line: string) => void
}

export interface Edge {
  readonly mf: Miniflare
  /** Runs another version of the Worker, on the same state. */
  readonly load: (code: string) => Promise<void>
}

export async function startEdge(code: string, options: EdgeOptions): Promise<Edge> {
  const mf = new Miniflare(miniflareOptions(code, options))
  await mf.ready
  return { mf, load: (newer) => mf.setOptions(miniflareOptions(newer, options)) }
}

function miniflareOptions(
  code: string,
  { worker, layout, port, vars, log, say }: EdgeOptions,
): MiniflareOptions {
  const edge = {
    ...worker.options,
    name: worker.name,
    modules: [{ type: 'ESModule', path: 'index.js', contents: code }],
    bindings: { ...worker.options.bindings, ...vars },
  } as V4WorkerOptions
  const options = convertV4MiniflareOptions({
    host: '127.0.0.1',
    port,
    cf: false,
    log,
    logRequests: false,
    handleStructuredLogs: ({ level, message }) => say(`edge ${level}: ${message}`),
    workers: [edge],
  })
  options.resourcePersistencePath = persistencePath(layout)
  return options
}
