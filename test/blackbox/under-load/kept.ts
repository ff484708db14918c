// Everything that an edge has kept, as text, place by place.

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { TestEdge } from '../../harness/edge.ts'

export type Kept = readonly [place: string, text: string]

/** Every row of every table of D1. */
export async function tablesOf(edge: TestEdge): Promise<Kept[]> {
  const tables = await edge.sql(
    `SELECT name FROM sqlite_master WHERE type = 'table'
       AND name NOT LIKE '\\_cf%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'`,
  )
  return await Promise.all(
    tables.map(async ({ name }): Promise<Kept> => {
      const rows = await edge.sql(`SELECT * FROM ${String(name)}`)
      return [`table ${String(name)}`, JSON.stringify(rows)]
    }),
  )
}

/** Every value of KV, with its name. */
export async function valuesOf({ mf }: TestEdge): Promise<Kept[]> {
  const kv = await mf.getKVNamespace('RECORDS')
  const { keys } = await kv.list()
  return await Promise.all(
    keys.map(async ({ name }): Promise<Kept> => [
      `value ${name}`,
      `${name} ${(await kv.get(name, 'text')) ?? ''}`,
    ]),
  )
}

/** SQLite removes files of its own when an object falls asleep. */
const read = (path: string): Promise<string> => readFile(path, 'latin1').catch(() => '')

/** Every file of a folder, byte by byte: the guards, and what databases leave behind. */
export async function filesOf(folder: string): Promise<Kept[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ name, parentPath }) => join(parentPath, name))
  return await Promise.all(
    paths.map(async (path): Promise<Kept> => [path.slice(folder.length), await read(path)]),
  )
}

type Faults = Readonly<Record<string, number>>

export interface Delivery {
  readonly queue: string
  readonly faults: Faults
  readonly bodies: readonly unknown[]
}

/** What the queues delivered, as the consumer of UNRELIABLE wrote it down. */
export function tapeOf({ upstream }: TestEdge): Delivery[] {
  return upstream.received
    .filter(({ target }) => target === '/tape')
    .map(({ body }) => JSON.parse(body) as Delivery)
}

/** How often each fault has happened: on the way into the queue, by each gate, and out of it. */
export function faultsOf(edge: TestEdge): Faults {
  const told = edge.upstream.received
    .filter(({ target }) => target === '/faults')
    .map(({ body }) => JSON.parse(body) as { readonly by: string; readonly faults: Faults })
  const last = new Map(told.map(({ by, faults }) => [by, faults]))
  const sums = [...last.values(), tapeOf(edge).at(-1)?.faults ?? {}]
  const names = new Set(sums.flatMap((one) => Object.keys(one)))
  const sumOf = (name: string): number => sums.reduce((sum, one) => sum + (one[name] ?? 0), 0)
  return Object.fromEntries([...names].map((name) => [name, sumOf(name)]))
}
