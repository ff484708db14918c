// key mint-jwt: a JWT API key for named products.

import type { Command } from 'commander'

import { recordChange } from '../actor.ts'
import { usage } from '../answer.ts'
import type { Attach } from '../answer.ts'
import { readProducts } from '../grants.ts'
import { newId, readEnvironment, readExpiry, readId, readName } from '../input.ts'
import { jwtMinter, minted } from '../mint.ts'
import { readOrganization } from '../owner.ts'
import { insertCredential, sql } from '../statements.ts'
import { prepareSync } from '../sync.ts'
import { execute } from '../wrangler.ts'

interface Options {
  readonly organization: string
  readonly environment: string
  readonly name: string
  readonly product: readonly string[]
  readonly expires?: string
  readonly expiresIn?: string
}

export function addKeyMintJwt(parent: Command, attach: Attach): void {
  const command = parent
    .command('mint-jwt')
    .description('sign a JWT key for products that accept one; its value is shown once')
    .requiredOption('--organization <id>', 'whose key it is')
    .requiredOption('--environment <environment>', 'live or sandbox')
    .requiredOption('--name <name>', 'what people call it')
    .requiredOption('--product <product...>', 'the products that it opens, one at least')
    .option('--expires <time>', 'when it ends, like 2027-01-01T00:00:00Z')
    .option('--expires-in <duration>', 'in how long it ends: 30m, 12h, 90d or 52w (default: 365d)')
    .addHelpText(
      'after',
      `
Examples:
  $ npm run ops -- key mint-jwt --organization org_4fXo0qPYB1mTz7Qe --environment live \\
      --name "Screening" --product aml_screening
  $ npm run ops -- key mint-jwt --organization org_4fXo0qPYB1mTz7Qe --environment sandbox \\
      --name "Pipeline" --product document_verification aml_screening --expires-in 90d`,
    )
  attach<Options>(command, async (ops, options) => {
    const id = newId('key')
    const organizationId = readId('org', options.organization)
    const environment = readEnvironment(options.environment)
    const name = readName(options.name)
    const lifetime = options.expires === undefined ? { expiresIn: '365d', ...options } : options
    const expiresAt = readExpiry(lifetime, ops.io.now())
    if (expiresAt === null) throw usage('a JWT key must end: give --expires or --expires-in')
    const [sync, { issuer, mint }, organization] = await Promise.all([
      prepareSync(ops),
      jwtMinter(ops),
      readOrganization(ops, organizationId),
    ])
    const products = readProducts(ops.catalog, 'jwt', options.product, organization)
    const value = await mint({ id, organizationId, environment, products, expiresAtMs: expiresAt })
    const row = {
      ...{ id, organizationId, serviceUserId: null, kind: 'jwt' as const, environment, name },
      ...{ digest: null, scopes: [], products, expiresAt, ips: [], origins: [] },
    }
    const change = { organization: sql(organizationId), command: 'key mint-jwt', subject: sql(id) }
    await execute<[object, object]>(ops, [insertCredential(row), recordChange(ops, change)])
    const answer = await minted(ops, row, value, await sync())
    return { ...answer, lines: [...answer.lines, '', `It is signed for the edge at ${issuer}.`] }
  })
}
