// What a deployment would do: each step with its wrangler commands, secrets by name. Nothing is asked of
// Cloudflare, so it runs anywhere; the three Workers are bundled by wrangler's own dry run.

import { CONFIGS, SECRETS } from '../../config/workers.ts'
import type { Catalog } from '../../catalog/define.ts'
import type { Answer } from '../answer.ts'
import { typed, type Args, type Location } from './commands.ts'
import { ORDER } from './deploy.ts'
import { bucketsOf, databaseName, namespaceTitle, queuesOf } from './resources.ts'
import { makeSecrets, type Secrets } from './secrets.ts'
import { requireEnvironment, settleSettings } from './settle.ts'
import type { Workers } from './workers.ts'
import { must, type Deployment } from './wrangler.ts'

/** When a command is run: `new` where the step finds nothing, `there` where it finds something. */
export type When = 'always' | 'new' | 'there' | 'older' | 'made'

const WHEN: Readonly<Record<When, string>> = {
  always: '',
  new: '   # where it is missing',
  there: '   # where it is there',
  older: '   # where it is there, and not of this release',
  made: '   # where KEY_PEPPER or SIGNING_KEYS would be made, and the database is there',
}

export interface Planned {
  readonly when: When
  readonly args: Args
}

export interface Step {
  readonly title: string
  readonly commands: readonly Planned[]
}

/** In the order of `deploy`. Pure. */
export function planOf(
  { commands }: Pick<Deployment, 'commands'>,
  workers: Workers,
  location: Location | undefined,
): Step[] {
  const database = databaseName(workers)
  const title = namespaceTitle(workers)
  return [
    step('login', ['always', commands.whoami]),
    step(
      `database ${database}, its id written into the files`,
      ['always', commands.listDatabases],
      ['new', commands.createDatabase(database, location ?? '<asked for>')],
    ),
    step(
      `namespace ${title}, its id written into those of gate and control`,
      ['always', commands.listNamespaces],
      ['new', commands.createNamespace(title)],
    ),
    ...queuesOf(workers).map((name) =>
      step(
        `queue ${name}`,
        ['always', commands.showQueue(name)],
        ['there', commands.keepMessages(name)],
        ['new', commands.createQueue(name)],
      ),
    ),
    ...bucketsOf(workers).map((name) =>
      step(
        `bucket ${name}`,
        ['always', commands.showBucket(name)],
        ['new', commands.createBucket(name)],
      ),
    ),
    step(
      'schema',
      ['there', commands.readSchema(database)],
      ['older', commands.applySchema(database)],
      ['new', commands.applySchema(database)],
    ),
    step('owners of wildcard origins', ['there', commands.readOwners(database)]),
    step(
      'secrets: what a Worker has is kept, what is missing is taken from you or made',
      ['always', commands.listSecrets('control')],
      ['always', commands.listSecrets('gate')],
      ['made', commands.anyKeys(database)],
    ),
    ...ORDER.map((role) =>
      SECRETS[role].length === 0
        ? step(`${role}: ${workers[role].name}`, ['always', commands.deploy(role)])
        : step(
            `${role}: ${workers[role].name}, with what it lacks of ${SECRETS[role].join(', ')} in a temporary file`,
            ['there', commands.deploy(role)],
            ['new', commands.deploy(role, SECRETS_FILE)],
          ),
    ),
  ]
}

/** Stands for the file that is removed when the command has ended. */
export const SECRETS_FILE = '<temporary file>'

/** @throws Stop where a file is wrong, or one of the Workers cannot be bundled. */
export async function dryRun(
  deployment: Deployment,
  given: {
    readonly catalog: Catalog
    readonly secrets: Secrets
    readonly location: Location | undefined
  },
): Promise<Answer> {
  const { commands, say } = deployment
  requireEnvironment(deployment, false)
  const secrets = { given: given.secrets, valid: await makeSecrets() }
  // Nothing is asked for: the files as they are shipped have a plan too.
  const settled = await settleSettings(deployment, given.catalog, secrets, undefined)
  const { workers, warnings } = settled
  const plan = planOf(deployment, workers, given.location)
  const bundles: { worker: string; upload: string }[] = []
  for (const role of ORDER) {
    const stdout = await must(deployment, commands.bundle(role))
    const upload = /Total Upload: (.*)/.exec(stdout)?.[1] ?? ''
    bundles.push({ worker: workers[role].name, upload })
    say(`${workers[role].name}: bundled`)
  }
  const steps = plan.map(({ title, commands: planned }) => ({
    title,
    commands: planned.map(({ when, args }) => ({ when, command: typed(args) })),
  }))
  return {
    json: { env: deployment.env ?? null, steps, bundles, warnings },
    lines: [
      ...steps.flatMap(({ title, commands: planned }, i) => [
        `${i + 1}. ${title}`,
        ...planned.map(({ when, command }) => `     ${command}${WHEN[when]}`),
      ]),
      '',
      ...bundles.map(({ worker, upload }) => `${worker}: ${upload}`),
      `${CONFIGS.gate}, ${CONFIGS.guard} and ${CONFIGS.control} agree`,
      ...warnings.map((warning) => `warning: ${warning}`),
    ],
  }
}

function step(title: string, ...planned: readonly (readonly [When, Args])[]): Step {
  return { title, commands: planned.map(([when, args]) => ({ when, args })) }
}
