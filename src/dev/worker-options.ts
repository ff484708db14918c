// The bindings of the deployed Workers, read from their wrangler.toml files, so that the local stack runs
// what the deployment runs.

/* oxlint-disable typescript/no-unsafe-assignment -- wrangler's config types do not resolve */

import { join } from 'node:path'

import type { V4WorkerOptions } from 'miniflare'
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from 'wrangler'

import { CONFIGS, type Role } from '../config/workers.ts'
import { CONTROL_ONLY } from '../control/settings.ts'
import { PROJECT, type Layout } from './layout.ts'

export interface WorkerOptions {
  readonly name: string
  readonly compatibilityDate: string
  readonly options: Partial<V4WorkerOptions>
}

/** Reads the wrangler.toml of a Worker; secrets are looked for in the state directory, not beside it. */
export function readWorkerOptions(role: Role, layout: Layout): WorkerOptions {
  const file = CONFIGS[role]
  const config = unstable_readConfig({ config: join(PROJECT, file) }, { hideWarnings: true })
  const elsewhere = { ...config, configPath: layout.config, userConfigPath: layout.config }
  const { workerOptions } = unstable_getMiniflareWorkerOptions(elsewhere)
  const { name, compatibility_date: compatibilityDate } = config
  if (!name || !compatibilityDate) throw new Error(`${file}: name or compatibility_date`)
  return { name, compatibilityDate, options: workerOptions }
}

/** The settings that a Worker is given: the guards none, and the gate none of control's own. */
export function varsOf<T>(role: Role, vars: Readonly<Record<string, T>>): Record<string, T> {
  if (role === 'guard') return {}
  const given = Object.entries(vars).filter(
    ([name]) => role === 'control' || !CONTROL_ONLY.includes(name),
  )
  return Object.fromEntries(given)
}

/** Where Miniflare keeps D1, KV and Durable Objects, given wrangler's directory for local state. */
export function persistencePath({ wranglerState }: Layout): string {
  return join(wranglerState, 'v3')
}
