// The local D1 database, opened before the edge runs: the same file that `wrangler d1 execute
// portcullis --local` works on.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import type { Log } from 'miniflare'
import { unstable_splitSqlQuery as splitSql } from 'wrangler'

import { PROJECT } from './layout.ts'
import type { Layout } from './layout.ts'
import { persistencePath } from './worker-options.ts'
import type { WorkerOptions } from './worker-options.ts'

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
  const options = convertV4MiniflareOptions({
    host: '127.0.0.1',
    port: 0,
    cf: false,
    log,
    workers: [
      {
        name: worker.name,
        compatibilityDate: worker.compatibilityDate,
        modules: [{ type: 'ESModule', path: 'index.js', contents: 'export default {}' }],
        d1Databases: worker.options.d1Databases ?? {},
      },
    ],
  })
  options.resourcePersistencePath = persistencePath(layout)
  const mf = new Miniflare(options)
  try {
    const d1 = await mf.getD1Database('DB')
    const database: Database = {
      async run(sql) {
        if (sql.trim() === '') return
        await d1.batch(splitSql(sql).map((statement) => d1.prepare(statement)))
      },
      all: async <Row>(sql: string) => (await d1.prepare(sql).all<Row>()).results,
    }
    await database.run(readFileSync(join(PROJECT, 'schema.sql'), 'utf8'))
    return await use(database)
  } finally {
    await mf.dispose()
  }
}
