// Raw SQL on a local D1, through a Worker over it. Miniflare's own access from Node makes a synchronous
// call for every statement, which takes seconds for the schema.

import { randomUUID } from 'node:crypto'

import type { V4WorkerOptions } from 'miniflare'
import { unstable_splitSqlQuery as splitSql } from 'wrangler'

export type Row = Record<string, unknown>

/** Answers on a port of this machine, so whoever asks must know the secret. */
const SCRIPT = `export default {
  async fetch(request, { DB, SECRET }) {
    if (request.headers.get('authorization') !== SECRET) return new Response(null, { status: 401 })
    const statements = await request.json()
    try {
      const results = await DB.batch(statements.map((statement) => DB.prepare(statement)))
      return Response.json(results.at(-1).results)
    } catch (error) {
      return new Response(error.message, { status: 400 })
    }
  },
}`

export interface SqlWorker {
  /** As Miniflare takes it. */
  readonly options: V4WorkerOptions
  /** Runs statements as one transaction, and gives the rows of the last. @throws what D1 says */
  readonly run: (url: URL, sql: string) => Promise<Row[]>
}

/** The Worker over the database that is bound as `DB`. */
export function sqlWorker(
  name: string,
  compatibilityDate: string,
  d1Databases: NonNullable<V4WorkerOptions['d1Databases']>,
): SqlWorker {
  const secret = randomUUID()
  return {
    options: {
      name,
      compatibilityDate,
      modules: [{ type: 'ESModule', path: 'index.js', contents: SCRIPT }],
      bindings: { SECRET: secret },
      d1Databases,
    },
    async run(url, sql) {
      if (sql.trim() === '') return []
      const answer = await fetch(url, {
        method: 'POST',
        headers: { authorization: secret },
        body: JSON.stringify(splitSql(sql)),
      })
      if (!answer.ok) throw new Error(await answer.text())
      return (await answer.json()) as Row[]
    },
  }
}
