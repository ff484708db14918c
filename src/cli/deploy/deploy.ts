// A deployment from nothing, or the next release over one: reads as the list of what is done. Each step
// finds what is there, so that a run that stopped anywhere is run again from the start.

import { SECRETS, type Role } from '../../config/workers.ts'
import type { Catalog } from '../../catalog/define.ts'
import { Stop, type Answer } from '../answer.ts'
import { checkLogin } from './account.ts'
import { LOCATIONS, type Location } from './commands.ts'
import {
  databaseName,
  ensureBuckets,
  ensureDatabase,
  ensureNamespace,
  ensureQueues,
  ownNamespaces,
} from './resources.ts'
import { ensureOwners } from './owners.ts'
import { ensureSchema, hasKeys } from './schema.ts'
import {
  decide,
  keep,
  makeSecrets,
  readDeployed,
  refuseToEndKeys,
  withFile,
  type Secrets,
} from './secrets.ts'
import { requireEnvironment, settleSettings } from './settle.ts'
import { readWorkers } from './workers.ts'
import { must, type Ask, type Deployment } from './wrangler.ts'

/** Each binds those before it; a rollback goes the other way. */
export const ORDER: readonly Role[] = ['guard', 'control', 'gate']

/** What the operator brings. */
export interface Given {
  readonly catalog: Catalog
  readonly secrets: Secrets
  /** Where secrets that are made are kept. */
  readonly secretsFile: string
  readonly location: Location | undefined
  /** `CLOUDFLARE_ACCOUNT_ID` */
  readonly accountId: string | undefined
}

/** @throws Stop with what is wrong and what would be right; what was made by then is found again. */
export async function deploy(deployment: Deployment, given: Given): Promise<Answer> {
  const { root, env, ask, say } = deployment
  requireEnvironment(deployment, true)
  const fresh = await makeSecrets()
  const secrets = { given: given.secrets, valid: fresh }
  const settled = await settleSettings(deployment, given.catalog, secrets, ask)
  const account = await checkLogin(deployment, settled.workers, given.accountId)
  say(`account ${account.name} (${account.id})`)

  ownNamespaces(deployment, settled.workers)
  const database = await ensureDatabase(
    deployment,
    settled.workers,
    async () => given.location ?? (await askLocation(ask)),
  )
  await ensureNamespace(deployment, settled.workers)
  await ensureQueues(deployment, settled.workers)
  await ensureBuckets(deployment, settled.workers)
  await ensureSchema(deployment, database)
  await ensureOwners(deployment, database)

  const workers = await readWorkers(root, env)
  const { send, make } = decide(await readDeployed(deployment, workers), given.secrets)
  if (make.length > 0) {
    if (await hasKeys(deployment, database)) refuseToEndKeys(make, databaseName(workers))
    keep(given.secretsFile, pick(fresh, make))
    say(`secrets made: ${make.join(', ')}`)
  }
  const values = { ...fresh, ...given.secrets }
  const deployed: { worker: string; version: string | null }[] = []
  for (const role of ORDER) {
    const version = await deployOne(deployment, role, pick(values, send[role]))
    const worker = workers[role].name
    deployed.push({ worker, version })
    say(
      `${worker}: deployed${SECRETS[role].length > send[role].length ? ', its secrets kept' : ''}`,
    )
  }
  return {
    json: {
      account: account.id,
      env: env ?? null,
      deployed,
      secrets_made: make,
      warnings: settled.warnings,
    },
    lines: [
      ...settled.warnings.map((warning) => `warning: ${warning}`),
      ...(make.length === 0
        ? []
        : [
            `${make.join(', ')}: made, and kept in ${given.secretsFile}, which only you can read. Put a copy where only operators`,
            '  can read it: Cloudflare gives none back, and without KEY_PEPPER every key is lost.',
          ]),
      ...(isAddressed(workers.gate)
        ? []
        : [
            `${workers.gate.name} has no address yet: routes = [{ pattern = "${hostOf(workers.gate.vars)}", custom_domain = true }] in wrangler.toml, and deploy again`,
          ]),
      `in force: ${deployed.map(({ worker }) => worker).join(', ')}. Next: npm run ops -- doctor --remote`,
    ],
  }
}

/** @returns The id of the version, by which it can be rolled back to. */
async function deployOne(
  deployment: Deployment,
  role: Role,
  secrets: Secrets,
): Promise<string | null> {
  const { commands } = deployment
  const stdout =
    Object.keys(secrets).length === 0
      ? await must(deployment, commands.deploy(role))
      : await withFile(secrets, (file) => must(deployment, commands.deploy(role, file)))
  return /Current Version ID: (\S+)/.exec(stdout)?.[1] ?? null
}

async function askLocation(ask: Ask): Promise<Location> {
  const choices = LOCATIONS.join(', ')
  const answer = await ask(
    `Where D1 keeps the database, near your upstreams; it cannot be moved (${choices}): `,
  )
  const location = LOCATIONS.find((one) => one === answer?.trim())
  if (location !== undefined) return location
  throw new Stop(
    `say where D1 is to keep the database, near your upstreams: --location, one of ${choices}`,
  )
}

function isAddressed(gate: {
  routes?: readonly unknown[]
  route?: unknown
  workers_dev?: boolean
}): boolean {
  return (gate.routes ?? []).length > 0 || gate.route !== undefined || gate.workers_dev === true
}

function hostOf(vars: Readonly<Record<string, unknown>>): string {
  return URL.parse(String(vars['ISSUER']))?.hostname ?? ''
}

function pick(secrets: Secrets, names: readonly string[]): Secrets {
  return Object.fromEntries(Object.entries(secrets).filter(([name]) => names.includes(name)))
}
