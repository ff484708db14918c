// key create: a secret or publishable key.

import { Option } from 'commander'
import type { Command } from 'commander'

import { hasOrigins, isSigned, kindsWith } from '../../credentials/kinds.ts'
import { recordChange } from '../actor.ts'
import { usage } from '../answer.ts'
import type { Attach } from '../answer.ts'
import { readEntries } from '../entries.ts'
import { readProducts, readScopes } from '../grants.ts'
import { readEnvironment, readExpiry, readId, readName } from '../input.ts'
import { minted, opaqueMinter } from '../mint.ts'
import { readOrganization } from '../owner.ts'
import { insertCredential, sql } from '../statements.ts'
import { prepareSync } from '../sync.ts'
import { execute } from '../wrangler.ts'

/** Those that an organization has of itself; what is signed has a command of its own. */
const CREATED = kindsWith('owner', 'organization').filter((kind) => !isSigned(kind))

interface Options {
  readonly organization: string
  readonly kind: (typeof CREATED)[number]
  readonly environment: string
  readonly name: string
  readonly scope?: readonly string[]
  readonly product?: readonly string[]
  readonly ip?: readonly string[]
  readonly origin?: readonly string[]
  readonly expires?: string
  readonly expiresIn?: string
}

export function addKeyCreate(parent: Command, attach: Attach): void {
  const command = parent
    .command('create')
    .description('make a secret or publishable key; its value is shown once')
    .requiredOption('--organization <id>', 'whose key it is')
    .addOption(
      new Option('--kind <kind>', 'secret: for servers; publishable: for web pages')
        .choices(CREATED)
        .makeOptionMandatory(),
    )
    .requiredOption('--environment <environment>', 'live or sandbox')
    .requiredOption('--name <name>', 'what people call it')
    .option('--scope <scope...>', 'what it may do (default: the default scopes of the catalog)')
    .option('--product <product...>', 'where (default: all products that it can have)')
    .option('--ip <cidr...>', 'only from these addresses and networks')
    .option('--origin <origin...>', 'only from pages of these origins (publishable keys)')
    .option('--expires <time>', 'when it ends, like 2027-01-01T00:00:00Z (default: never)')
    .option('--expires-in <duration>', 'in how long it ends: 30m, 12h, 90d or 52w')
    .addHelpText(
      'after',
      `
Examples:
  $ npm run ops -- key create --organization org_4fXo0qPYB1mTz7Qe --kind secret \\
      --environment live --name "Backend" --ip 203.0.113.0/24 2001:db8::/32
  $ npm run ops -- key create --organization org_4fXo0qPYB1mTz7Qe --kind secret \\
      --environment live --name "Webhook setup" --scope webhooks:read webhooks:write --expires-in 90d
  $ npm run ops -- key create --organization org_4fXo0qPYB1mTz7Qe --kind publishable \\
      --environment live --name "Shop" --origin https://app.example.com`,
    )
  attach<Options>(command, async (ops, options) => {
    const { kind } = options
    const organizationId = readId('org', options.organization)
    const environment = readEnvironment(options.environment)
    const name = readName(options.name)
    const scopes = readScopes(ops.catalog, kind, options.scope)
    const ips = readEntries('address', options.ip ?? [])
    if (options.origin && !hasOrigins(kind)) {
      throw usage('--origin is for publishable keys; a secret key is never used by a page')
    }
    const origins = readEntries('origin', options.origin ?? [])
    const expiresAt = readExpiry(options, ops.io.now())
    const [sync, mint, organization] = await Promise.all([
      prepareSync(ops),
      opaqueMinter(ops),
      readOrganization(ops, organizationId),
    ])
    const products = readProducts(ops.catalog, kind, options.product, organization)
    const { id, value, digest } = await mint(kind, environment)
    const row = {
      ...{ id, organizationId, serviceUserId: null, kind, environment, name, digest },
      ...{ scopes, products, expiresAt, ips, origins },
    }
    const change = { organization: sql(organizationId), command: 'key create', subject: sql(id) }
    await execute<[object, object]>(ops, [insertCredential(row), recordChange(ops, change)])
    return await minted(ops, row, value, await sync())
  })
}
