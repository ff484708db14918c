// organization create, list.

import type { Command } from 'commander'

import { recordChange } from '../actor.ts'
import type { Attach } from '../answer.ts'
import { readOrganizationProducts, readPlan } from '../grants.ts'
import { newId, readName } from '../input.ts'
import { count, table, texts, time, words } from '../print.ts'
import { selectOrganizations } from '../queries.ts'
import type { OrganizationRow } from '../queries.ts'
import { insertOrganization, sql } from '../statements.ts'
import { newInForce, prepareSync } from '../sync.ts'
import { execute } from '../wrangler.ts'

export function addOrganization(program: Command, attach: Attach): void {
  const organization = program
    .command('organization')
    .description('organizations, which own keys, products and a plan')
    .addHelpText('after', EXAMPLES)
  create(organization, attach)
  list(organization, attach)
}

const EXAMPLES = `
Examples:
  $ npm run ops -- organization create --name "Acme Bank"
  $ npm run ops -- organization list`

function create(parent: Command, attach: Attach): void {
  const command = parent
    .command('create')
    .description('make an organization')
    .requiredOption('--name <name>', 'what people call it')
    .option('--plan <plan>', 'a plan of the catalog', 'free')
    .option('--product <product...>', 'products that it has (default: all of the catalog)')
    .addHelpText(
      'after',
      `
Examples:
  $ npm run ops -- organization create --name "Acme Bank"
  $ npm run ops -- organization create --name "Acme Bank" --plan starter --product verifa`,
    )
  interface Options {
    readonly name: string
    readonly plan: string
    readonly product?: readonly string[]
  }
  attach<Options>(command, async (ops, options) => {
    const row = {
      id: newId('org'),
      name: readName(options.name),
      plan: readPlan(ops.catalog, options.plan),
      products: readOrganizationProducts(ops.catalog, options.product),
    }
    const sync = await prepareSync(ops)
    const id = sql(row.id)
    const change = { organization: id, command: 'organization create', subject: id }
    await execute<[object, object]>(ops, [insertOrganization(row), recordChange(ops, change)])
    const inForce = await sync()
    return {
      json: { ...row, enforced_at: inForce.enforced_at },
      lines: [
        `organization ${row.id} (${row.name}), plan ${row.plan}, products ${row.products.join(' ')}`,
        newInForce(inForce),
        '',
        'Give it a key:',
        `  npm run ops -- key create --organization ${row.id} --kind secret --environment sandbox --name "First key"`,
      ],
    }
  })
}

function list(parent: Command, attach: Attach): void {
  const command = parent
    .command('list')
    .description('all organizations')
    .addHelpText(
      'after',
      `
Examples:
  $ npm run ops -- organization list --remote
  $ npm run -s ops -- organization list --json`,
    )
  attach(command, async (ops) => {
    const [rows] = await execute<[OrganizationRow]>(ops, [selectOrganizations(ops.io.now())])
    return {
      json: rows.map((row) => ({ ...row, products: texts(row.products) ?? row.products })),
      lines: [
        ...table(
          ['id', 'name', 'plan', 'state', 'keys', 'addresses', 'products', 'created'],
          rows.map((row) => [
            row.id,
            row.name,
            row.plan,
            row.suspended_at === null ? 'active' : 'suspended',
            String(row.active_keys),
            row.ip_restricted ? 'listed only' : 'any',
            words(row.products),
            time(row.created_at),
          ]),
        ),
        count(rows.length, 'organization'),
      ],
    }
  })
}
