// schema.sql on the remote database. It takes the database away for as long as it runs, so it is sent
// only where it has something to do.

import { readFileSync } from 'node:fs'

import { checkSchema, type SchemaRow } from '../doctor/schema.ts'
import type { Found } from './resources.ts'
import { must, mustList, type Deployment } from './wrangler.ts'

interface Answered<Row> {
  readonly results: readonly Row[]
}

export async function ensureSchema(deployment: Deployment, { name, made }: Found): Promise<void> {
  const { commands, root, say } = deployment
  if (!made) {
    const answers = await mustList<Answered<SchemaRow>>(deployment, commands.readSchema(name))
    const rows = answers.flatMap(({ results }) => results)
    const findings = await checkSchema(readFileSync(`${root}schema.sql`, 'utf8'), rows)
    // A table of an older release stays as it was made, however often schema.sql runs.
    const mended = findings.filter(
      ({ code, subject }) => code === 'schema_missing' || !subject.startsWith('table '),
    )
    if (mended.length === 0) return say('schema: there')
  }
  await must(deployment, commands.applySchema(name))
  say('schema: applied')
}

/** Whether the database holds credentials, which the secrets they were made with belong to. */
export async function hasKeys(deployment: Deployment, { name, made }: Found): Promise<boolean> {
  if (made) return false
  const { commands } = deployment
  const answers = await mustList<Answered<{ readonly there: number }>>(
    deployment,
    commands.anyKeys(name),
  )
  return answers.flatMap(({ results }) => results).some(({ there }) => there !== 0)
}
