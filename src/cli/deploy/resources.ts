// What the Workers are bound to. Whatever is there is taken as it is; what is missing is made, and its id
// written into the files at once, so that a run that is stopped anywhere can be run again.

import { randomInt } from 'node:crypto'

import { CONFIGS, ROLES } from '../../config/workers.ts'
import { Stop } from '../answer.ts'
import type { Location } from './commands.ts'
import { NO_DATABASE, NO_NAMESPACE } from './environment.ts'
import { writeShared, type Workers } from './workers.ts'
import { failed, must, mustList, reasonOf, type Deployment } from './wrangler.ts'

/** The numbers that this repository ships: two deployments that kept them would share their counts. */
const SHIPPED_NAMESPACES: ReadonlySet<string> = new Set(['1734928051', '1734928052'])

export interface Found {
  readonly name: string
  /** Made by this run. */
  readonly made: boolean
}

/** The name of the database, as the files have it. */
export function databaseName({ gate }: Workers): string {
  return gate.d1_databases.find(({ binding }) => binding === 'DB')?.database_name ?? ''
}

/** The database of the files, made where there is none; `place` is asked only then. */
export async function ensureDatabase(
  deployment: Deployment,
  workers: Workers,
  place: () => Promise<Location>,
): Promise<Found> {
  const { commands, root, env, say } = deployment
  const name = databaseName(workers)
  const set = workers.gate.d1_databases.find(({ binding }) => binding === 'DB')?.database_id
  interface Row {
    readonly uuid: string
    readonly name: string
  }
  const rows = await mustList<Row>(deployment, commands.listDatabases)
  const there = rows.find((row) => row.name === name)
  if (set !== NO_DATABASE && set !== undefined) {
    if (there?.uuid === set) return found(say, `database ${name}`, name)
    const has =
      there === undefined ? 'no database of that name' : `${name} with the id ${there.uuid}`
    throw new Stop(
      `DB is ${name} with the id ${set} in the files, and this account has ${has}: log in to the right account, or set database_id to ${NO_DATABASE} to have ${there === undefined ? 'one made' : 'that one taken'}`,
    )
  }
  const shared = { table: 'd1_databases', entry: { by: 'binding', is: 'DB' }, field: 'database_id' }
  if (there !== undefined) {
    writeShared(root, env, shared, there.uuid)
    return found(say, `database ${name}`, name)
  }
  const made = await must(deployment, commands.createDatabase(name, await place()))
  const id = /database_id\W+([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/.exec(made)?.[1]
  if (id === undefined) throw unnamed(`the database ${name}`)
  writeShared(root, env, shared, id)
  say(`database ${name}: made`)
  return { name, made: true }
}

/** The title of the namespace that a deployment makes for itself. */
export function namespaceTitle({ gate }: Workers): string {
  return `${gate.name}-records`
}

/** The namespace of the records, with one id in gate and control. */
export async function ensureNamespace(deployment: Deployment, workers: Workers): Promise<void> {
  const { commands, root, env, say } = deployment
  const set = workers.gate.kv_namespaces.find(({ binding }) => binding === 'RECORDS')?.id
  const title = namespaceTitle(workers)
  interface Row {
    readonly id: string
    readonly title: string
  }
  const rows = await mustList<Row>(deployment, commands.listNamespaces)
  if (set !== NO_NAMESPACE && set !== undefined) {
    if (rows.some(({ id }) => id === set)) return say(`namespace RECORDS (${set}): there`)
    throw new Stop(
      `RECORDS has the id ${set} in the files, and this account has no such namespace: log in to the right account, or set id to ${NO_NAMESPACE} in ${CONFIGS.gate} and ${CONFIGS.control} to have one made`,
    )
  }
  const shared = { table: 'kv_namespaces', entry: { by: 'binding', is: 'RECORDS' }, field: 'id' }
  const there = rows.find((row) => row.title === title)
  if (there !== undefined) {
    writeShared(root, env, shared, there.id)
    return say(`namespace ${title}: there`)
  }
  const made = await must(deployment, commands.createNamespace(title))
  const id = /\bid\W+([0-9a-f]{32})/.exec(made)?.[1]
  if (id === undefined) throw unnamed(`the namespace ${title}`)
  writeShared(root, env, shared, id)
  say(`namespace ${title}: made`)
}

/** Each queue that the files name, dead-letter queues included, in their order. */
export function queuesOf({ gate, control }: Workers): string[] {
  const consumers = control.queues.consumers ?? []
  return [
    ...new Set([
      ...[gate, control].flatMap(({ queues }) =>
        (queues.producers ?? []).map(({ queue }) => queue),
      ),
      ...consumers.map(({ queue }) => queue),
      ...consumers.flatMap(({ dead_letter_queue }) => dead_letter_queue ?? []),
    ]),
  ]
}

/** Every queue, each keeping messages for fourteen days: what is not consumed by then is lost. */
export async function ensureQueues(deployment: Deployment, workers: Workers): Promise<void> {
  const { commands, wrangler, say } = deployment
  for (const name of queuesOf(workers)) {
    const shown = await wrangler(commands.showQueue(name))
    // Looked up by name on the other side, and not said how exactly.
    const there = shown.stdout.split('\n').includes(`Queue Name: ${name}`)
    const absent = reasonOf(shown).includes(`Queue "${name}" does not exist`)
    if (shown.exitCode !== 0 && !absent) {
      throw failed(commands.showQueue(name), shown)
    }
    const args = there ? commands.keepMessages(name) : commands.createQueue(name)
    const done = await wrangler(args)
    if (done.exitCode !== 0) {
      throw new Stop(
        `${failed(args, done).message}\n(Messages are kept for fourteen days, which needs Workers Paid.)`,
      )
    }
    say(`queue ${name}: ${there ? 'there' : 'made'}`)
  }
}

/** The buckets that the files name; there may be none. */
export function bucketsOf(workers: Workers): string[] {
  return [
    ...new Set(
      ROLES.flatMap((role) =>
        workers[role].r2_buckets.flatMap(({ bucket_name }) => bucket_name ?? []),
      ),
    ),
  ]
}

/** R2 says of a bucket that is not there: 10006 (NoSuchBucket). */
const NO_BUCKET = /\[code: 10006\]/

export async function ensureBuckets(deployment: Deployment, workers: Workers): Promise<void> {
  const { commands, wrangler, say } = deployment
  for (const name of bucketsOf(workers)) {
    const shown = await wrangler(commands.showBucket(name))
    if (shown.exitCode !== 0) {
      if (!NO_BUCKET.test(reasonOf(shown))) throw failed(commands.showBucket(name), shown)
      await must(deployment, commands.createBucket(name))
    }
    say(`bucket ${name}: ${shown.exitCode === 0 ? 'there' : 'made'}`)
  }
}

/** A number for rate limits that no other Worker of the account has, but by chance. */
export function randomNamespace(): string {
  return String(randomInt(100_000_000, 2_147_483_647))
}

/** Gives the rate limits numbers of their own in place of those that everybody has. */
export function ownNamespaces({ root, env, say }: Deployment, { gate }: Workers): void {
  for (const { name, namespace_id } of gate.ratelimits) {
    if (!SHIPPED_NAMESPACES.has(namespace_id)) continue
    const entry = { by: 'name', is: name }
    writeShared(root, env, { table: 'ratelimits', entry, field: 'namespace_id' }, randomNamespace())
    say(`rate limit ${name}: a namespace of its own`)
  }
}

function found(say: Deployment['say'], what: string, name: string): Found {
  say(`${what}: there`)
  return { name, made: false }
}

function unnamed(what: string): Stop {
  return new Stop(`${what} was made, and wrangler did not say its id: run this again`)
}
