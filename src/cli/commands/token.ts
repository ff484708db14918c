// token mint, list: the access tokens of service users. They are revoked with `key revoke`.

import type { Command } from 'commander'

import { recordChange } from '../actor.ts'
import type { Attach } from '../answer.ts'
import { readProducts, readScopes } from '../grants.ts'
import { readEnvironment, readExpiry, readId, readName } from '../input.ts'
import { minted, opaqueMinter } from '../mint.ts'
import { readServiceUser } from '../owner.ts'
import { texts } from '../print.ts'
import { selectKeys } from '../queries.ts'
import type { KeyRow } from '../queries.ts'
import { insertCredential, sql } from '../statements.ts'
import { prepareSync } from '../sync.ts'
import { execute } from '../wrangler.ts'
import { listed } from './key-list.ts'

export function addToken(program: Command, attach: Attach): void {
  const parent = program
    .command('token')
    .description('access tokens of service users (revoke them with key revoke)')
    .addHelpText(
      'after',
      `
To rotate, mint a new token, move the integrator to it, then revoke the old one.

Examples:
  $ npm run ops -- token mint --service-user su_2bVn8XcRk5JyHq0L --environment live --name "2027"
  $ npm run ops -- token list --service-user su_2bVn8XcRk5JyHq0L`,
    )
  mint(parent, attach)
  list(parent, attach)
}

function mint(parent: Command, attach: Attach): void {
  const command = parent
    .command('mint')
    .description('make an access token; its value is shown once')
    .requiredOption('--service-user <id>', 'whose token it is')
    .requiredOption('--environment <environment>', 'live or sandbox')
    .requiredOption('--name <name>', 'what people call it')
    .option('--scope <scope...>', 'what it may do (default: all that access tokens can)')
    .option('--expires <time>', 'when it ends, like 2027-01-01T00:00:00Z (default: never)')
    .option('--expires-in <duration>', 'in how long it ends: 30m, 12h, 90d or 52w')
    .addHelpText(
      'after',
      `
Examples:
  $ npm run ops -- token mint --service-user su_2bVn8XcRk5JyHq0L --environment live --name "2027" --expires-in 365d
  $ npm run ops -- token mint --service-user su_2bVn8XcRk5JyHq0L --environment live --name "Push only" --scope ingest`,
    )
  interface Options {
    readonly serviceUser: string
    readonly environment: string
    readonly name: string
    readonly scope?: readonly string[]
    readonly expires?: string
    readonly expiresIn?: string
  }
  attach<Options>(command, async (ops, options) => {
    const serviceUserId = readId('su', options.serviceUser)
    const environment = readEnvironment(options.environment)
    const name = readName(options.name)
    const scopes = readScopes(ops.catalog, 'access_token', options.scope)
    const expiresAt = readExpiry(options, ops.io.now())
    const [sync, mintOpaque, { user, organization }] = await Promise.all([
      prepareSync(ops),
      opaqueMinter(ops),
      readServiceUser(ops, serviceUserId),
    ])
    const products = readProducts(ops.catalog, 'access_token', undefined, organization)
    const { id, value, digest } = await mintOpaque('access_token', environment)
    const row = {
      ...{ id, organizationId: organization.id, serviceUserId, kind: 'access_token' as const },
      ...{ environment, name, digest, scopes, products, expiresAt, ips: [], origins: [] },
    }
    const change = { organization: sql(organization.id), command: 'token mint', subject: sql(id) }
    await execute<[object, object]>(ops, [insertCredential(row), recordChange(ops, change)])
    return await minted(ops, row, value, await sync(), {
      sourceSystem: user.source_system,
      department: texts(user.departments)?.[0],
    })
  })
}

function list(parent: Command, attach: Attach): void {
  const command = parent
    .command('list')
    .description('the tokens of a service user that are in use')
    .requiredOption('--service-user <id>', 'whose tokens')
    .option('--all', 'also revoked and expired ones')
    .addHelpText(
      'after',
      `
Examples:
  $ npm run ops -- token list --service-user su_2bVn8XcRk5JyHq0L
  $ npm run ops -- token list --service-user su_2bVn8XcRk5JyHq0L --all`,
    )
  attach<{ readonly serviceUser: string; readonly all?: true }>(command, async (ops, options) => {
    const id = readId('su', options.serviceUser)
    const [rows] = await execute<[KeyRow]>(ops, [selectKeys('service_user_id', id)])
    return listed(rows, ops.io.now(), options.all === true)
  })
}
