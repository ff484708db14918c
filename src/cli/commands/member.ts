// member list, add, remove: who may use the console for an organization. Credentials do not depend on
// members, so that nothing has to be synchronised.

import type { Command } from 'commander'

import { ROLES } from '../../control/api/members/role.ts'
import { recordChange } from '../actor.ts'
import { Stop } from '../answer.ts'
import type { Attach } from '../answer.ts'
import { readEmail, readId, readRole } from '../input.ts'
import { deleteMember, putMember, selectMember, selectMembers } from '../member-statements.ts'
import type { MemberRow } from '../member-statements.ts'
import { noOrganization } from '../owner.ts'
import { count, table, time } from '../print.ts'
import { sql } from '../statements.ts'
import { execute } from '../wrangler.ts'

const OWNER = '--organization org_4fXo0qPYB1mTz7Qe'

export function addMember(program: Command, attach: Attach): void {
  const parent = program
    .command('member')
    .description('people who use the console for an organization, by e-mail address')
    .addHelpText(
      'after',
      `
An administrator manages what the organization has; a viewer reads. Operators need no membership.

Examples:
  $ npm run ops -- member add ${OWNER} --role administrator ann@example.com
  $ npm run ops -- member list ${OWNER}
  $ npm run ops -- member remove ${OWNER} ann@example.com`,
    )
  list(parent, attach)
  add(parent, attach)
  remove(parent, attach)
}

function list(parent: Command, attach: Attach): void {
  const command = parent
    .command('list')
    .description('members of one organization, or of all')
    .option('--organization <id>', 'only of this organization')
    .addHelpText(
      'after',
      `
Examples:
  $ npm run ops -- member list
  $ npm run ops -- member list ${OWNER}`,
    )
  attach<{ readonly organization?: string }>(command, async (ops, { organization }) => {
    const id = organization === undefined ? undefined : readId('org', organization)
    const [rows] = await execute<[MemberRow]>(ops, [selectMembers(id)])
    return {
      json: rows,
      lines: [
        ...table(
          ['organization', 'email', 'role', 'created'],
          rows.map((row) => [row.organization_id, row.email, row.role, time(row.created_at)]),
        ),
        count(rows.length, 'member'),
      ],
    }
  })
}

function add(parent: Command, attach: Attach): void {
  const command = parent
    .command('add')
    .description('make a person a member, or change their role')
    .argument('<email>', 'as Cloudflare Access knows the person')
    .requiredOption('--organization <id>', 'of which organization')
    .requiredOption('--role <role>', ROLES.join(' or '))
    .addHelpText(
      'after',
      `
A person whose role changes is signed out of the console at once.

Examples:
  $ npm run ops -- member add ${OWNER} --role administrator ann@example.com
  $ npm run ops -- member add ${OWNER} --role viewer bob@example.com`,
    )
  interface Options {
    readonly organization: string
    readonly role: string
  }
  attach<Options>(command, async (ops, options, [text = '']) => {
    const organizationId = readId('org', options.organization)
    const [email, role] = [readEmail(text), readRole(options.role)]
    const [[before], , [member]] = await execute<[MemberRow, object, MemberRow, object]>(ops, [
      selectMember(organizationId, email),
      putMember(organizationId, email, role),
      selectMember(organizationId, email),
      recordChange(ops, {
        organization: sql(organizationId),
        command: 'member add',
        subject: sql(`${email}/${role}`),
      }),
    ])
    if (!member) throw noOrganization()
    return { json: member, lines: [added(before, member)] }
  })
}

function added(before: MemberRow | undefined, { organization_id, email, role }: MemberRow): string {
  if (!before) return `${email} is a member of ${organization_id}, as ${role}`
  if (before.role === role)
    return `${email} was a member of ${organization_id}, as ${role}, already`
  return `${email} is now ${role} of ${organization_id}, no more ${before.role}, and has been signed out`
}

function remove(parent: Command, attach: Attach): void {
  const command = parent
    .command('remove')
    .description('take a membership away; the person is signed out at once')
    .argument('<email>', 'the address as list shows it, in any case')
    .requiredOption('--organization <id>', 'of which organization')
    .addHelpText('after', `\nExamples:\n  $ npm run ops -- member remove ${OWNER} ann@example.com`)
  attach<{ readonly organization: string }>(command, async (ops, options, [text = '']) => {
    const organizationId = readId('org', options.organization)
    const email = readEmail(text)
    const [removed] = await execute<[object, object]>(ops, [
      deleteMember(organizationId, email),
      recordChange(ops, {
        organization: sql(organizationId),
        command: 'member remove',
        subject: sql(email),
      }),
    ])
    if (removed.length === 0) {
      throw new Stop(
        'there is no such member of that organization; see: npm run ops -- member list --organization org_…',
      )
    }
    return {
      json: { organization_id: organizationId, email },
      lines: [`${email} is no member of ${organizationId} any more, and has been signed out`],
    }
  })
}
