// The facts of the machine, without which no number means anything.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism, cpus, loadavg, platform, release, tmpdir } from 'node:os'

export interface Machine {
  readonly date: string
  readonly cores: number
  readonly cpu: string
  readonly system: string
  readonly node: string
  readonly workerd: string
  readonly miniflare: string
  /** Runnable processes over the last minute, when the run began. */
  readonly load: number
  /** Where workerd stores: what a write costs depends on it. */
  readonly storage: string
}

export function machineFacts(): Machine {
  const require = createRequire(import.meta.url)
  const fromMiniflare = createRequire(require.resolve('miniflare'))
  return {
    date: new Date().toISOString(),
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    system: `${platform()} ${release()}`,
    node: process.versions.node,
    workerd: versionOf(fromMiniflare, 'workerd'),
    miniflare: versionOf(require, 'miniflare'),
    load: loadavg()[0] ?? 0,
    storage: tmpdir(),
  }
}

function versionOf(require: NodeJS.Require, name: string): string {
  const folder = require.resolve.paths(name)?.find((path) => exists(`${path}/${name}`))
  const text = readFileSync(`${folder}/${name}/package.json`, 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

function exists(folder: string): boolean {
  try {
    readFileSync(`${folder}/package.json`)
    return true
  } catch {
    return false
  }
}
