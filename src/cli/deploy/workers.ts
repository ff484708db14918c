// The three wrangler.toml files of an environment, as wrangler resolves them.

import { readFileSync, renameSync, writeFileSync } from 'node:fs'

import { byRole, CONFIGS, ROLES, type ByRole, type Role } from '../../config/workers.ts'
import { Stop } from '../answer.ts'
import type { Vars } from '../settings.ts'
import { readToml, setTexts, type TextChange } from './toml.ts'

/** What is read of a Worker's configuration; wrangler's types leave it unnamed. */
export interface Worker {
  readonly name: string
  readonly account_id?: string
  readonly vars: Vars
  readonly secrets?: { readonly required?: readonly string[] }
  readonly d1_databases: readonly Database[]
  readonly kv_namespaces: readonly { readonly binding: string; readonly id?: string }[]
  readonly r2_buckets: readonly { readonly binding: string; readonly bucket_name?: string }[]
  readonly ratelimits: readonly { readonly name: string; readonly namespace_id: string }[]
  readonly services: readonly { readonly binding: string; readonly service: string }[]
  readonly queues: {
    readonly producers?: readonly { readonly binding: string; readonly queue: string }[]
    readonly consumers?: readonly { readonly queue: string; readonly dead_letter_queue?: string }[]
  }
  readonly durable_objects: {
    readonly bindings: readonly { readonly name: string; readonly script_name?: string }[]
    readonly code_update_strategy?: { readonly mode: string }
  }
  readonly observability?: { readonly logs?: { readonly invocation_logs?: boolean } }
  readonly placement?: object
  readonly routes?: readonly unknown[]
  readonly route?: unknown
  readonly workers_dev?: boolean
  readonly preview_urls?: boolean
}

export interface Database {
  readonly binding: string
  readonly database_name?: string
  readonly database_id?: string
}

export type Workers = ByRole<Worker>

/** @param root The folder of the project, with a slash at the end. */
export function readSource(root: string, role: Role): string {
  return readFileSync(root + CONFIGS[role], 'utf8')
}

/** @throws Stop where one of the files is none that wrangler takes. */
export async function readWorkers(root: string, env: string | undefined): Promise<Workers> {
  const { unstable_readConfig } = await import('wrangler')
  return byRole((role) => {
    const file = { config: root + CONFIGS[role], ...(env !== undefined && { env }) }
    try {
      return unstable_readConfig(file, { hideWarnings: true }) as Worker
    } catch (error) {
      throw new Stop(`${CONFIGS[role]}: ${error instanceof Error ? error.message : 'unreadable'}`)
    }
  })
}

/** Replaces a file in one step: whoever reads it meanwhile reads all of the old or all of the new. */
export function writeWhole(path: string, text: string, mode = 0o644): void {
  const beside = `${path}.${process.pid}.new`
  writeFileSync(beside, text, { mode })
  renameSync(beside, path)
}

/** A value that more than one of the files has: by its list and binding, or by name. */
export interface Shared {
  /** `d1_databases` with `binding` and `field`, or `vars` with a name. */
  readonly table: string
  readonly entry?: { readonly by: string; readonly is: string }
  readonly field: string
}

/** Writes a text into each of the three files that has the value. */
export function writeShared(
  root: string,
  env: string | undefined,
  { table, entry, field }: Shared,
  text: string,
): void {
  for (const role of ROLES) {
    const source = readSource(root, role)
    const top = readToml(source) as Record<string, never>
    const under = env === undefined ? [] : ['env', env]
    const place: unknown = [...under, table].reduce<Record<string, never> | undefined>(
      (at, key) => at?.[key],
      top,
    )
    const changes: TextChange[] = []
    if (entry === undefined) {
      const has = typeof place === 'object' && place !== null && field in place
      if (has) changes.push({ path: [...under, table, field], text })
    } else if (Array.isArray(place)) {
      const index = place.findIndex(
        (one: Readonly<Record<string, unknown>>) => one[entry.by] === entry.is,
      )
      if (index >= 0) changes.push({ path: [...under, table, index, field], text })
    }
    const changed = replaced(role, source, changes)
    if (changed !== source) writeWhole(root + CONFIGS[role], changed)
  }
}

function replaced(role: Role, source: string, changes: readonly TextChange[]): string {
  try {
    return setTexts(source, changes)
  } catch (error) {
    throw new Stop(`${CONFIGS[role]}: ${error instanceof Error ? error.message : 'unreadable'}`)
  }
}
