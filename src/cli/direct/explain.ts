// What wrangler and D1 say, turned into what the operator can do about it. Pure.

import { ONLY_SOME_HAVE_ORIGINS } from '../../credentials/kinds.ts'

/** Where a command ran, as far as advice depends on it. */
export interface Where {
  readonly remote: boolean
  readonly persistTo: string | undefined
}

/** The columns whose checks can be met by a mistake, and what they want. */
const CHECKS: readonly (readonly [RegExp, string])[] = [
  [/trim\(name\)/, 'a name has 1 to 200 characters'],
  [/plan GLOB/, 'a plan is an identifier of the catalog, such as free'],
  [/source_system/, 'a source system is an identifier such as vkyc or doc_service'],
  [/cidr/, 'an entry is an IP address or network, such as 203.0.113.7 or 203.0.113.0/24'],
  [
    /origin (?:GLOB|NOT)|length\(origin\)/,
    'an entry is an origin, such as https://app.example.com',
  ],
  [/origin_restricted = 0 OR/, ONLY_SOME_HAVE_ORIGINS],
  [/expires_at/, 'an expiry is a time after 1970'],
  [/id GLOB/, 'an id is org_…, key_… or su_… with letters, digits and _'],
]

/** A sentence for one of wrangler's errors. */
export function explain(text: string, where: Where): string {
  const message = text.replace(/\s+/g, ' ').trim()
  if (/no such (?:table|column)/.test(message)) return uninitialised(where)
  const check = /CHECK constraint failed: (.*?)(?:: SQLITE_\w+.*)?$/.exec(message)?.[1]
  if (check !== undefined) {
    const rule = CHECKS.find(([pattern]) => pattern.test(check))?.[1]
    return `the database refused a value: ${rule ?? check}`
  }
  if (/UNIQUE constraint failed/.test(message)) {
    return 'the database has a row with that id already; run the command again'
  }
  if (/FOREIGN KEY constraint failed/.test(message)) {
    return 'the organization, key or service user that this refers to does not exist'
  }
  const raised = /^(.*?):? SQLITE_CONSTRAINT \(extended: SQLITE_CONSTRAINT_TRIGGER\)/.exec(
    message,
  )?.[1]
  if (raised) return `the database refused it: ${raised.replace(/^D1_ERROR: /, '')}`
  if (/database is locked|SQLITE_BUSY/.test(message)) {
    return 'the database is busy with another change; run the command again'
  }
  if (/CLOUDFLARE_API_TOKEN|not authenticated|Authentication error|wrangler login/i.test(message)) {
    return 'wrangler may not speak to Cloudflare: run npx wrangler login, or set CLOUDFLARE_API_TOKEN to a token that may edit D1'
  }
  if (
    /Couldn't find (?:a )?(?:D1 )?DB|could not find database|database.*not found/i.test(message)
  ) {
    return 'there is no such database: make it with npx wrangler d1 create portcullis, and put its database_id into wrangler.toml'
  }
  return `wrangler could not do it: ${message || 'it gave no reason'}`
}

function uninitialised({ remote, persistTo }: Where): string {
  const target = remote ? '--remote' : `--local${persistTo ? ` --persist-to ${persistTo}` : ''}`
  const command = `npx wrangler d1 execute portcullis ${target} --file schema.sql`
  return remote
    ? `the database has not been initialised, or by an older schema.sql: run ${command}`
    : `the database has not been initialised, or by an older schema.sql: run npm run dev once, or: ${command}`
}
