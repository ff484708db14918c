// Whether the database has the tables, indexes and triggers of schema.sql, as they stand there.

import { finding, type Finding } from './finding.ts'

export interface SchemaRow {
  readonly type: string
  readonly name: string
  readonly sql: string | null
}

export const SELECT_SCHEMA = `SELECT type, name, sql FROM sqlite_master WHERE type IN ('table', 'index', 'trigger') AND sql IS NOT NULL ORDER BY type, name;`

const CREATE = /^CREATE (TABLE|INDEX|TRIGGER) (?:IF NOT EXISTS )?(\w+)/i

/**
 * Compares by name and by text, without comments, spacing and `IF NOT EXISTS`. Only here is wrangler
 * loaded into this process, which takes longer than most commands.
 */
export async function checkSchema(
  schemaSql: string,
  rows: readonly SchemaRow[],
): Promise<Finding[]> {
  const { unstable_splitSqlQuery: splitSqlQuery } = await import('wrangler')
  const there = new Map(rows.map((row) => [`${row.type} ${row.name}`, normal(row.sql ?? '')]))
  const findings: Finding[] = []
  for (const statement of splitSqlQuery(schemaSql)) {
    const wanted = normal(statement)
    const [, type = '', name = ''] = CREATE.exec(wanted) ?? []
    if (name === '') continue
    const subject = `${type.toLowerCase()} ${name}`
    const found = there.get(subject)
    if (found === undefined) {
      findings.push(
        finding('refusing', 'schema_missing', subject, 'is missing: run schema.sql again'),
      )
    } else if (found !== wanted) {
      const remedy =
        type === 'TABLE'
          ? 'differs from schema.sql, which never alters a table: see “Retired” there, or migrate it by hand'
          : 'differs from schema.sql: run schema.sql again'
      findings.push(finding('warning', 'schema_differs', subject, remedy))
    }
  }
  return findings
}

/** One spelling of a statement. Text in quotes is kept as it is. */
function normal(sql: string): string {
  return sql
    .replace(/'(?:[^']|'')*'|--[^\n]*|\s+/g, (part) => (part.startsWith("'") ? part : ' '))
    .replace(/ +/g, ' ')
    .replace(/^ ?CREATE (TABLE|INDEX|TRIGGER) IF NOT EXISTS /i, 'CREATE $1 ')
    .replace(/;? *$/, '')
    .trim()
}
