// Every wrangler command of a deployment, as arguments: what the dry run prints and what is run are the
// same. Flags and outputs are those of wrangler 4.156.

import { CONFIGS, type Role } from '../../config/workers.ts'
import { selectUnjudged, SUFFIX_LIST } from '../../lists/origin-owner.ts'
import { sql as literal } from '../direct/sql.ts'
import { SELECT_SCHEMA } from '../doctor/schema.ts'

export type Args = readonly string[]

/** Where D1 may keep its primary: https://developers.cloudflare.com/d1/configuration/data-location/ */
export const LOCATIONS = ['weur', 'eeur', 'wnam', 'enam', 'apac', 'oc'] as const
export type Location = (typeof LOCATIONS)[number]

/** Fourteen days, the most that Queues keeps a message; Workers Paid only. */
const RETENTION_SECONDS = 1_209_600
const RETENTION = ['--message-retention-period-secs', String(RETENTION_SECONDS)]

export const SELECT_KEYS = 'SELECT EXISTS (SELECT 1 FROM credentials) AS there;'

const SELECT_UNJUDGED = `${selectUnjudged(literal(SUFFIX_LIST))};`

/** The commands of one environment; undefined is the top level of the files. */
export interface Commands {
  readonly whoami: Args
  readonly listDatabases: Args
  readonly createDatabase: (name: string, location: string) => Args
  readonly listNamespaces: Args
  readonly createNamespace: (title: string) => Args
  readonly showQueue: (name: string) => Args
  readonly createQueue: (name: string) => Args
  readonly keepMessages: (name: string) => Args
  readonly showBucket: (name: string) => Args
  readonly createBucket: (name: string) => Args
  readonly readSchema: (database: string) => Args
  readonly applySchema: (database: string) => Args
  readonly readOwners: (database: string) => Args
  readonly writeOwners: (database: string, statement: string) => Args
  readonly anyKeys: (database: string) => Args
  readonly listSecrets: (role: Role) => Args
  readonly deploy: (role: Role, secretsFile?: string) => Args
  readonly bundle: (role: Role) => Args
}

export function commandsOf(env: string | undefined): Commands {
  const named = env === undefined ? [] : ['--env', env]
  const by = (role: Role): Args => ['--config', CONFIGS[role], ...named]
  const gate = by('gate')
  return {
    whoami: ['whoami', '--json'],
    listDatabases: ['d1', 'list', '--json', ...gate],
    createDatabase: (name, location) => ['d1', 'create', name, '--location', location, ...gate],
    listNamespaces: ['kv', 'namespace', 'list', ...gate],
    // With --env it would put the environment's name before the title, which has it already.
    createNamespace: (title) => ['kv', 'namespace', 'create', title, '--config', CONFIGS.gate],
    showQueue: (name) => ['queues', 'info', name, ...gate],
    createQueue: (name) => ['queues', 'create', name, ...RETENTION, ...gate],
    keepMessages: (name) => ['queues', 'update', name, ...RETENTION, ...gate],
    showBucket: (name) => ['r2', 'bucket', 'info', name, '--json', ...gate],
    createBucket: (name) => ['r2', 'bucket', 'create', name, ...gate],
    readSchema: (database) => [...sql(database), '--json', `--command=${SELECT_SCHEMA}`, ...gate],
    applySchema: (database) => [...sql(database), '--file', 'schema.sql', ...gate],
    readOwners: (database) => [...sql(database), '--json', `--command=${SELECT_UNJUDGED}`, ...gate],
    writeOwners: (database, statement) => [...sql(database), `--command=${statement}`, ...gate],
    anyKeys: (database) => [...sql(database), '--json', `--command=${SELECT_KEYS}`, ...gate],
    listSecrets: (role) => ['secret', 'list', '--format', 'json', ...by(role)],
    deploy: (role, file) => [
      'deploy',
      ...by(role),
      ...(file === undefined ? [] : ['--secrets-file', file]),
    ],
    bundle: (role) => ['deploy', '--dry-run', ...by(role)],
  }
}

function sql(database: string): Args {
  return ['d1', 'execute', database, '--remote', '--yes']
}

/** A command as an operator would type it. */
export function typed(args: Args): string {
  return ['npx wrangler', ...args.map((arg) => (/[\s;()<>]/.test(arg) ? `"${arg}"` : arg))].join(
    ' ',
  )
}
