// A Worker of its own beside the edge, over the same D1, which runs raw SQL. Miniflare's own access from
// Node costs a synchronous call per statement, as long as many a test.

import { unstable_splitSqlQuery } from 'wrangler'

export type Row = Record<string, unknown>

const NAME = 'database'

const SCRIPT = `export default {
  async fetch(request, { DB }) {
    const statements = await request.json()
    try {
      const results = await DB.batch(statements.map((statement) => DB.prepare(statement)))
      return Response.json(results.at(-1)?.results ?? [])
    } catch (error) {
      return new Response(error.message, { status: 500 })
    }
  },
}`

/** The Worker, as Miniflare takes it, over the database that is bound as `DB`. */
export const databaseWorker = (compatibilityDate: string, DB: unknown) => ({
  name: NAME,
  compatibilityDate,
  modules: [{ type: 'ESModule' as const, path: 'database.js', contents: SCRIPT }],
  d1Databases: { DB },
  unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
})

/** Where Miniflare finds it. */
export const DATABASE_WORKER = NAME

/** Runs statements at once or not at all, and gives the rows of the last. @throws what D1 says */
export async function runSql(url: URL, text: string): Promise<Row[]> {
  const body = JSON.stringify(statementsOf(text))
  const answer = await fetch(url, { method: 'POST', body })
  if (!answer.ok) throw new Error(await answer.text())
  return (await answer.json()) as Row[]
}

const long = new Map<string, readonly string[]>()
/** The schema is long, and each edge begins with it. */
function statementsOf(text: string): readonly string[] {
  if (text.length < 10_000) return unstable_splitSqlQuery(text)
  const statements = long.get(text) ?? unstable_splitSqlQuery(text)
  long.set(text, statements)
  return statements
}
