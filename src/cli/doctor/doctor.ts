// doctor: everything that can refuse calls by mistake, named with what would be right.

import { readFile } from 'node:fs/promises'

import { shipped } from '../../catalog.ts'
import { Stop, type Answer, type Ops } from '../answer.ts'
import { checkConfigs, checkDeployedSecrets, checkEdge, checkSettings } from './deployment.ts'
import { finding, type Finding, type Level } from './finding.ts'
import {
  READ_TABLES,
  SELECT_FACTS,
  type CredentialFacts,
  type EntryFacts,
  type OrganizationFacts,
  type OwnerFacts,
  type PendingFacts,
} from './facts.ts'
import {
  checkCredentials,
  checkEntries,
  checkOrganizations,
  checkOwners,
  checkPending,
} from './rows.ts'
import { checkSchema, SELECT_SCHEMA, type SchemaRow } from './schema.ts'
import { checkRestore } from './restore.ts'
import { count } from '../print.ts'
import { execute } from '../direct/wrangler.ts'
import { edgeUrl } from '../edge.ts'
import { PROJECT } from '../project.ts'

const MARKS: Readonly<Record<Level, string>> = {
  refusing: 'REFUSING',
  warning: 'warning',
  info: 'info',
}

/** Everything that it finds; exit code 1 where something refuses calls. */
export async function doctor(ops: Ops): Promise<Answer> {
  const url = await edgeUrl(ops)
  const parts = await Promise.all([
    checkSettings(ops, url),
    checkConfigs(),
    ops.remote ? checkDeployedSecrets(ops) : [],
    checkDatabase(ops),
    checkEdge(ops, url),
    checkRestore(ops),
  ])
  const findings = parts.flat()
  const refusing = findings.filter(({ level }) => level === 'refusing').length
  return {
    json: { ok: refusing === 0, url, findings },
    lines: [
      ...(['refusing', 'warning', 'info'] as const).flatMap((level) =>
        findings
          .filter((one) => one.level === level)
          .map(({ subject, message }) => `${MARKS[level].padEnd(9)} ${subject}: ${message}`),
      ),
      refusing === 0
        ? `Nothing refuses calls by mistake (edge ${url}).`
        : `${count(refusing, 'finding')} above must be put right (edge ${url}).`,
    ],
    exitCode: refusing === 0 ? 0 : 1,
  }
}

/** The rows are only asked for when the tables are there. */
async function checkDatabase(ops: Ops): Promise<Finding[]> {
  try {
    const [[schema], text] = await Promise.all([
      execute<[SchemaRow]>(ops, [SELECT_SCHEMA]),
      readFile(`${PROJECT}schema.sql`, 'utf8'),
    ])
    const findings = await checkSchema(text, schema)
    const there = new Set(schema.map(({ name }) => name))
    if (READ_TABLES.some((table) => !there.has(table))) return findings
    const nowMs = ops.io.now()
    const [organizations, credentials, entries, pending, owners] = await execute<
      [OrganizationFacts, CredentialFacts, EntryFacts, PendingFacts, OwnerFacts]
    >(ops, SELECT_FACTS)
    return [
      ...findings,
      ...checkOrganizations(shipped, organizations),
      ...checkCredentials(shipped, credentials, nowMs),
      ...checkEntries(entries),
      ...checkOwners(owners),
      ...checkPending(pending, nowMs),
    ]
  } catch (error) {
    if (!(error instanceof Stop)) throw error
    return [finding('refusing', 'database_unreachable', 'database', error.message)]
  }
}
