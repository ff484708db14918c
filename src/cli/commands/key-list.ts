// key list, token list: credentials without their values, which nobody has.

import type { Command } from 'commander'

import type { Answer, Attach } from '../answer.ts'
import { readId } from '../input.ts'
import { noOrganization } from '../owner.ts'
import { count, table, texts, time, words } from '../print.ts'
import { selectKeys, selectOrganizations } from '../queries.ts'
import type { KeyRow, OrganizationRow } from '../queries.ts'
import { execute } from '../wrangler.ts'

interface Options {
  readonly organization: string
  readonly all?: true
}

export function addKeyList(parent: Command, attach: Attach): void {
  const command = parent
    .command('list')
    .description('the keys of an organization that are in use')
    .requiredOption('--organization <id>', 'whose keys')
    .option('--all', 'also revoked and expired ones')
    .addHelpText(
      'after',
      `
Examples:
  $ npm run ops -- key list --organization org_4fXo0qPYB1mTz7Qe
  $ npm run -s ops -- key list --organization org_4fXo0qPYB1mTz7Qe --all --json`,
    )
  attach<Options>(command, async (ops, options) => {
    const id = readId('org', options.organization)
    const nowMs = ops.io.now()
    const [organizations, keys] = await execute<[OrganizationRow, KeyRow]>(ops, [
      selectOrganizations(nowMs, id),
      selectKeys('organization_id', id),
    ])
    if (organizations.length === 0) throw noOrganization()
    return listed(keys, nowMs, options.all === true)
  })
}

/** The answer for a list of credentials; only those in use unless all are asked for. */
export function listed(rows: readonly KeyRow[], nowMs: number, all: boolean): Answer {
  const shown = rows.filter((row) => all || stateOf(row, nowMs) === 'active')
  const hidden = rows.length - shown.length
  return {
    json: shown.map((row) => ({
      ...row,
      state: stateOf(row, nowMs),
      scopes: texts(row.scopes) ?? row.scopes,
      products: texts(row.products) ?? row.products,
    })),
    lines: [
      ...table(
        [
          'id',
          'kind',
          'environment',
          'state',
          'name',
          'only from',
          'products',
          'scopes',
          'expires',
        ],
        shown.map((row) => [
          row.id,
          row.kind,
          row.environment,
          stateOf(row, nowMs),
          row.name,
          restrictionOf(row),
          words(row.products),
          words(row.scopes),
          time(row.expires_at, 'never'),
        ]),
      ),
      count(shown.length, 'key') + (hidden > 0 ? `, and ${hidden} revoked or expired (--all)` : ''),
    ],
  }
}

function stateOf(row: KeyRow, nowMs: number): 'active' | 'revoked' | 'expired' {
  if (row.revoked_at !== null) return 'revoked'
  return row.expires_at !== null && row.expires_at <= nowMs ? 'expired' : 'active'
}

function restrictionOf(row: KeyRow): string {
  const lists = [row.ip_restricted ? 'addresses' : '', row.origin_restricted ? 'origins' : '']
  return lists.filter((list) => list !== '').join(', ') || '-'
}
