// The local D1 database, opened before the edge runs: the same file that `wrangler d1 execute
// portcullis --local` works on.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { convertV4MiniflareOptions, Miniflare, type Log } from 'miniflare'

import { PROJECT, type Layout } from './layout.ts'
import { sqlWorker } from './sql-worker.ts'
import { persistencePath, type WorkerOptions } from './worker-options.ts'

export interface Database {
  /** Runs statements as one transaction. */
  readonly run: (sql: string) => Promise<void>
  readonly all: <Row>(sql: string) => Promise<Row[]>
}

/** Opens the database, applies schema.sql, lends it out and closes it again. */
export async function withDatabase<T>(
  worker: WorkerOptions,
  layout: Layout,
  log: Log,
  use: (database: Database) => Promise<T>,
): Promise<T> {
  const { name, compatibilityDate, options } = worker
  const sql = sqlWorker(name, compatibilityDate, options.d1Databases ?? {})
  const mf = new Miniflare({
    ...convertV4MiniflareOptions({
      host: '127.0.0.1',
      port: 0,
      cf: false,
      log,
      workers: [sql.options],
    }),
    resourcePersistencePath: persistencePath(layout),
  })
  try {
    const url = await mf.ready
    const database: Database = {
      run: async (text) => void (await sql.run(url, text)),
      all: async <Row>(text: string) => (await sql.run(url, text)) as Row[],
    }
    await database.run(readFileSync(join(PROJECT, 'schema.sql'), 'utf8'))
    return await use(database)
  } finally {
    await mf.dispose()
  }
}
