// The bindings of the deployed Worker, read from wrangler.toml itself, so that the local stack runs
// what the deployment runs.

/* oxlint-disable typescript/no-unsafe-assignment -- wrangler's config types do not resolve */

import { join } from 'node:path'

import type { V4WorkerOptions } from 'miniflare'
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from 'wrangler'

import { PROJECT } from './layout.ts'
import type { Layout } from './layout.ts'

export interface WorkerOptions {
  readonly name: string
  readonly compatibilityDate: string
  readonly options: Partial<V4WorkerOptions>
}

/** Reads wrangler.toml; secrets are looked for in the state directory, not beside it. */
export function readWorkerOptions(layout: Layout): WorkerOptions {
  const config = unstable_readConfig({ config: join(PROJECT, 'wrangler.toml') })
  const elsewhere = { ...config, configPath: layout.config, userConfigPath: layout.config }
  const { workerOptions } = unstable_getMiniflareWorkerOptions(elsewhere)
  const { name, compatibility_date: compatibilityDate } = config
  if (!name || !compatibilityDate) throw new Error('wrangler.toml: name or compatibility_date')
  return { name, compatibilityDate, options: workerOptions }
}

/** Where Miniflare keeps D1, KV and Durable Objects, given wrangler's directory for local state. */
export function persistencePath({ wranglerState }: Layout): string {
  return join(wranglerState, 'v3')
}
