// SQL with its parameters, before it is bound to a database: what the pure parts return, and what
// the caller puts into the D1 batch of its own change.

export interface Statement {
  readonly sql: string
  readonly params: readonly (string | number | null)[]
}

export function statement(sql: string, params: Statement['params'] = []): Statement {
  return { sql, params }
}

/** Binds statements to a database, for its `batch`. */
export function prepareAll(
  db: Pick<D1Database, 'prepare'>,
  statements: readonly Statement[],
): D1PreparedStatement[] {
  return statements.map(({ sql, params }) => db.prepare(sql).bind(...params))
}

/** Runs statements as one transaction, and gives the rows of the last. */
export async function runAll<Row>(
  db: D1Database,
  statements: readonly Statement[],
): Promise<Row[]> {
  const results = await db.batch<Row>(prepareAll(db, statements))
  return results.at(-1)?.results ?? []
}
