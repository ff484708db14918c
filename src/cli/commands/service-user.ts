// service-user create, list.

import type { Command } from 'commander'

import { recordChange } from '../actor.ts'
import type { Attach } from '../answer.ts'
import { newId, readDepartments, readId, readName, readSourceSystem } from '../input.ts'
import { count, table, texts, time, words } from '../print.ts'
import { selectServiceUsers } from '../queries.ts'
import type { ServiceUserRow } from '../queries.ts'
import { readOrganization } from '../owner.ts'
import { insertServiceUser, sql } from '../statements.ts'
import { newInForce, prepareSync } from '../sync.ts'
import { execute } from '../wrangler.ts'

export function addServiceUser(program: Command, attach: Attach): void {
  const parent = program
    .command('service-user')
    .description('integrators that call with access tokens, one per source system')
    .addHelpText(
      'after',
      `
Examples:
  $ npm run ops -- service-user create --organization org_4fXo0qPYB1mTz7Qe --name "Video KYC" --source-system vkyc --department retail
  $ npm run ops -- service-user list`,
    )
  create(parent, attach)
  list(parent, attach)
}

function create(parent: Command, attach: Attach): void {
  const command = parent
    .command('create')
    .description('register an integrator')
    .requiredOption('--organization <id>', 'whose integrator it is')
    .requiredOption('--name <name>', 'what people call it')
    .requiredOption('--source-system <identifier>', 'goes upstream, like vkyc or doc_service')
    .option('--department <department...>', 'the departments that it may act for, like retail')
    .addHelpText(
      'after',
      `
Without a department it may not call where one is required, such as POST /api/v1/ingest.

Examples:
  $ npm run ops -- service-user create --organization org_4fXo0qPYB1mTz7Qe --name "Video KYC" --source-system vkyc --department retail
  $ npm run ops -- service-user create --organization org_4fXo0qPYB1mTz7Qe --name "Branches" --source-system branch_scan --department retail corporate`,
    )
  interface Options {
    readonly organization: string
    readonly name: string
    readonly sourceSystem: string
    readonly department?: readonly string[]
  }
  attach<Options>(command, async (ops, options) => {
    const row = {
      id: newId('su'),
      organizationId: readId('org', options.organization),
      name: readName(options.name),
      sourceSystem: readSourceSystem(options.sourceSystem),
      departments: readDepartments(options.department ?? []),
    }
    const [sync] = await Promise.all([prepareSync(ops), readOrganization(ops, row.organizationId)])
    const change = {
      organization: sql(row.organizationId),
      command: 'service-user create',
      subject: sql(row.id),
    }
    await execute<[object, object]>(ops, [insertServiceUser(row), recordChange(ops, change)])
    const inForce = await sync()
    return {
      json: {
        id: row.id,
        organization_id: row.organizationId,
        name: row.name,
        source_system: row.sourceSystem,
        departments: row.departments,
        enforced_at: inForce.enforced_at,
      },
      lines: [
        `service user ${row.id} (${row.name}), source system ${row.sourceSystem}, departments ${row.departments.join(', ') || 'none'}`,
        newInForce(inForce),
        '',
        'Give it a token:',
        `  npm run ops -- token mint --service-user ${row.id} --environment sandbox --name "First token"`,
      ],
    }
  })
}

function list(parent: Command, attach: Attach): void {
  const command = parent
    .command('list')
    .description('service users of one organization, or of all')
    .option('--organization <id>', 'only of this organization')
    .addHelpText(
      'after',
      `
Examples:
  $ npm run ops -- service-user list
  $ npm run ops -- service-user list --organization org_4fXo0qPYB1mTz7Qe`,
    )
  attach<{ readonly organization?: string }>(command, async (ops, { organization }) => {
    const id = organization === undefined ? undefined : readId('org', organization)
    const [rows] = await execute<[ServiceUserRow]>(ops, [selectServiceUsers(id)])
    return {
      json: rows.map((row) => ({ ...row, departments: texts(row.departments) ?? row.departments })),
      lines: [
        ...table(
          ['id', 'organization', 'name', 'source system', 'departments', 'state', 'created'],
          rows.map((row) => [
            row.id,
            row.organization_id,
            row.name,
            row.source_system,
            words(row.departments) || '-',
            row.disabled_at === null ? 'active' : 'disabled',
            time(row.created_at),
          ]),
        ),
        count(rows.length, 'service user'),
      ],
    }
  })
}
