// A stand-in for Cloudflare behind wrangler: the one place where the real part cannot run, since there is no
// account here. It answers in the words of wrangler 4.156 (wrangler.test.ts runs that one over the same
// code) and refuses what Cloudflare refuses: a second thing of the same name, a Worker whose secrets, bindings
// or queues are not there.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { commandsOf, type Args } from '../../../src/cli/deploy/commands.ts'
import { deploy } from '../../../src/cli/deploy/deploy.ts'
import { readGiven, secretsFile } from '../../../src/cli/deploy/secrets.ts'
import { NO_DATABASE, NO_NAMESPACE } from '../../../src/cli/deploy/environment.ts'
import { readWorkers, writeShared, type Workers } from '../../../src/cli/deploy/workers.ts'
import type { Deployment } from '../../../src/cli/deploy/wrangler.ts'
import { SELECT_SCHEMA } from '../../../src/cli/doctor/schema.ts'
import { PROJECT } from '../../../src/cli/project.ts'
import type { Finished } from '../../../src/cli/direct/wrangler.ts'
import { Stop, type Answer } from '../../../src/cli/answer.ts'
import { CONFIGS, ROLES, type Role } from '../../../src/config/workers.ts'
import { shipped } from '../../../src/catalog.ts'
import { database } from '../harness.ts'

export const ACCOUNT = { id: 'a'.repeat(32), name: 'Acme' }

/** What an account holds. */
export class Account {
  accounts: { readonly id: string; readonly name: string }[] = [ACCOUNT]
  loggedIn = true
  readonly databases = new Map<string, { readonly uuid: string; readonly location: string }>()
  readonly namespaces = new Map<string, string>()
  /** Seconds that each keeps a message. */
  readonly queues = new Map<string, number>()
  readonly buckets = new Set<string>()
  /** The secrets of each Worker. */
  readonly workers = new Map<string, Map<string, string>>()
  readonly applied = new Set<string>()
  keys = false
}

/** A project of its own, with the files of this one, and an account; nothing is deployed yet. */
export class World {
  readonly account = new Account()
  readonly root = `${mkdtempSync(join(tmpdir(), 'portcullis-deploy-test-'))}/`
  /** Every command that was run, the file of secrets by a fixed name. */
  ran: Args[] = []
  readonly said: string[] = []
  /** What the deployed database holds of wildcard origins. */
  readonly rows = database()
  readonly files: string[] = []
  /** Fails the command before it does anything. */
  stopAt: (args: Args) => boolean = () => false
  /** Does the command and says that it failed, as where the connection is lost. */
  loseAt: (args: Args) => boolean = () => false
  answers: string[] = []
  readonly #ids = new Set<string>()

  constructor() {
    for (const file of [...ROLES.map((role) => CONFIGS[role]), 'schema.sql']) this.#copy(file)
    // As they are shipped, whatever this project has been deployed as.
    const blank = (table: string, field: string, by: string, is: string, text: string): void =>
      writeShared(this.root, undefined, { table, field, entry: { by, is } }, text)
    blank('d1_databases', 'database_id', 'binding', 'DB', NO_DATABASE)
    blank('kv_namespaces', 'id', 'binding', 'RECORDS', NO_NAMESPACE)
    blank('ratelimits', 'namespace_id', 'name', 'AUTH_FAILURES', '1734928051')
    blank('ratelimits', 'namespace_id', 'name', 'LOOKUP_FAILURES', '1734928052')
    writeShared(
      this.root,
      undefined,
      { table: 'vars', field: 'ISSUER' },
      'https://edge.example.com',
    )
  }

  #copy(file: string): void {
    mkdirSync(dirname(this.root + file), { recursive: true })
    writeFileSync(this.root + file, readFileSync(PROJECT + file))
  }

  read(role: Role): string {
    return readFileSync(this.root + CONFIGS[role], 'utf8')
  }

  edit(role: Role, change: (source: string) => string): void {
    writeFileSync(this.root + CONFIGS[role], change(this.read(role)))
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true })
  }

  deployment(env?: string): Deployment {
    return {
      root: this.root,
      env,
      commands: commandsOf(env),
      wrangler: async (args) => {
        const lost = this.loseAt(args)
        const finished = await this.#run(args)
        return lost ? failed('fetch failed') : finished
      },
      ask: (question) => {
        this.said.push(question)
        return Promise.resolve(this.answers.shift())
      },
      say: (line) => this.said.push(line),
    }
  }

  /** One `npm run ops -- deploy`; what it says when it stops is in `stopped`. */
  async deploy(
    options: { readonly env?: string; readonly secrets?: Readonly<Record<string, string>> } = {},
  ): Promise<{ readonly answer?: Answer; readonly stopped: string }> {
    this.ran = []
    const file = secretsFile(this.root, options.env)
    try {
      const answer = await deploy(this.deployment(options.env), {
        catalog: shipped,
        secrets: readGiven(file, options.secrets ?? {}),
        secretsFile: file,
        location: undefined,
        accountId: undefined,
      })
      return { answer, stopped: '' }
    } catch (error) {
      if (!(error instanceof Stop)) throw error
      return { stopped: error.message }
    }
  }

  /** The commands of the last run that made or changed something. */
  changes(): string[] {
    const reads =
      /^(?:whoami|d1 list|kv namespace list|queues info|r2 bucket info|secret list)|SELECT/
    return this.ran.map((args) => args.join(' ')).filter((line) => !reads.test(line))
  }

  async #run(args: Args): Promise<Finished> {
    const at = args.indexOf('--secrets-file')
    this.ran.push(at < 0 ? args : args.with(at + 1, '<temporary file>'))
    if (this.stopAt(args)) return failed('A request to the Cloudflare API failed.')
    if (!this.account.loggedIn) {
      if (args[0] === 'whoami') return { exitCode: 1, stdout: '{"loggedIn":false}\n', stderr: '' }
      return failed('In a non-interactive environment, it’s necessary to set CLOUDFLARE_API_TOKEN')
    }
    const env = args.includes('--env') ? args[args.indexOf('--env') + 1] : undefined
    const workers = await readWorkers(this.root, env)
    const group = args[0] === 'kv' || args[0] === 'r2' ? args.slice(0, 3) : args.slice(0, 2)
    const name = args[group.length] ?? ''
    switch (args[0] === 'whoami' || args[0] === 'deploy' ? args[0] : group.join(' ')) {
      case 'whoami':
        return done(JSON.stringify({ loggedIn: true, accounts: this.account.accounts }, null, 4))
      case 'd1 list':
        return done(json([...this.account.databases].map(([is, { uuid }]) => ({ uuid, name: is }))))
      case 'd1 create':
        return this.#createDatabase(name, args)
      case 'd1 execute':
        return this.#execute(name, args, workers)
      case 'kv namespace list':
        return done(json([...this.account.namespaces].map(([title, id]) => ({ id, title }))))
      case 'kv namespace create':
        return this.#createNamespace(name)
      case 'queues info':
        if (this.account.queues.has(name)) return done(`Queue Name: ${name}\nQueue ID: 1\n`)
        return failed(
          `Queue "${name}" does not exist. To create it, run: wrangler queues create ${name}`,
        )
      case 'queues create':
      case 'queues update':
        if (this.account.queues.has(name) !== (args[1] === 'update'))
          return failed(`${name}: 11009`)
        this.account.queues.set(
          name,
          Number(args[args.indexOf('--message-retention-period-secs') + 1]),
        )
        return done('')
      case 'r2 bucket info':
        if (this.account.buckets.has(name)) return done(json({ name }))
        return failed('The specified bucket does not exist. [code: 10006]')
      case 'r2 bucket create':
        if (this.account.buckets.has(name)) return failed('The bucket exists. [code: 10004]')
        this.account.buckets.add(name)
        return done('')
      case 'secret list':
        return this.#secrets(this.#role(args), workers)
      case 'deploy':
        return this.#deploy(this.#role(args), args, workers)
      default:
        throw new Error(`the stand-in does not know: ${args.join(' ')}`)
    }
  }

  #role(args: Args): Role {
    const config = args[args.indexOf('--config') + 1]
    const role = ROLES.find((one) => CONFIGS[one] === config)
    if (role === undefined) throw new Error(`no Worker is configured in ${config ?? 'nothing'}`)
    return role
  }

  #id(length: number): string {
    const id = String(this.#ids.size + 1).padStart(length, '0')
    this.#ids.add(id)
    return id
  }

  #createDatabase(name: string, args: Args): Finished {
    if (this.account.databases.has(name)) return failed(`A database with that name already exists`)
    const uuid = `11111111-2222-4333-8444-${this.#id(12)}`
    const location = args[args.indexOf('--location') + 1] ?? ''
    this.account.databases.set(name, { uuid, location })
    return done(`✅ Successfully created DB '${name}'\n\n[[d1_databases]]
binding = "${name}"\ndatabase_name = "${name}"\ndatabase_id = "${uuid}"\n`)
  }

  #createNamespace(title: string): Finished {
    if (this.account.namespaces.has(title)) return failed(`"${title}" already exists.`)
    const id = `abcdef${this.#id(26)}`
    this.account.namespaces.set(title, id)
    return done(`🌀 Creating namespace with title "${title}"\n✨ Success!
[[kv_namespaces]]\nbinding = "${title.replaceAll('-', '_')}"\nid = "${id}"\n`)
  }

  #execute(name: string, args: Args, { gate }: Workers): Finished {
    const { uuid } = this.account.databases.get(name) ?? {}
    if (uuid === undefined || gate.d1_databases[0]?.database_id !== uuid) {
      return failed(`Couldn't find DB ${name} [code: 7404]`)
    }
    if (args.includes('--file')) {
      this.account.applied.add(name)
      return done('')
    }
    const there = this.account.applied.has(name)
    const sql = args.find((arg) => arg.startsWith('--command=')) ?? ''
    if (sql.endsWith(SELECT_SCHEMA)) {
      const results = there ? database().prepare(SELECT_SCHEMA).all() : []
      return done(json([{ results, success: true, meta: {} }]))
    }
    if (there && sql.includes('origin_owners')) return done(this.#owners(sql))
    if (!there) return failed('no such table: credentials: SQLITE_ERROR')
    return done(
      json([{ results: [{ there: this.account.keys ? 1 : 0 }], success: true, meta: {} }]),
    )
  }

  #owners(argument: string): string {
    const sql = argument.slice('--command='.length)
    const results = this.rows.prepare(sql).all()
    return json([{ results, success: true, meta: {} }])
  }

  #secrets(role: Role, workers: Workers): Finished {
    const { name } = workers[role]
    const secrets = this.account.workers.get(name)
    if (secrets === undefined)
      return failed(`Worker "${name}" not found.\n\nIf this is a new Worker, …`)
    return done(json([...secrets.keys()].map((one) => ({ name: one, type: 'secret_text' }))))
  }

  #deploy(role: Role, args: Args, workers: Workers): Finished {
    const worker = workers[role]
    if (args.includes('--dry-run')) return done('Total Upload: 1.00 KiB / gzip: 0.50 KiB\n')
    const at = args.indexOf('--secrets-file')
    const sent = at < 0 ? {} : this.#readSecrets(args[at + 1] ?? '')
    const has = new Map([...(this.account.workers.get(worker.name) ?? []), ...Object.entries(sent)])
    const lacks = (worker.secrets?.required ?? []).filter((name) => !has.has(name))
    if (lacks.length > 0)
      return failed(`The following required secrets have not been set: ${lacks.join(', ')}`)
    const ids = [...this.account.databases.values()].map(({ uuid }) => uuid)
    const bound = [
      ...worker.durable_objects.bindings.flatMap(({ script_name }) => script_name ?? []),
      ...worker.services.map(({ service }) => service),
    ]
    const queues = [
      ...(worker.queues.producers ?? []).map(({ queue }) => queue),
      ...(worker.queues.consumers ?? []).map(({ queue }) => queue),
    ]
    const missing = [
      ...worker.d1_databases.filter(({ database_id }) => !ids.includes(database_id ?? '')),
      ...worker.kv_namespaces.filter(
        ({ id }) => ![...this.account.namespaces.values()].includes(id ?? ''),
      ),
      ...bound.filter((name) => !this.account.workers.has(name)),
      ...queues.filter((name) => !this.account.queues.has(name)),
    ]
    if (missing.length > 0) return failed(`not found: ${JSON.stringify(missing)}`)
    this.account.workers.set(worker.name, has)
    return done(`Uploaded ${worker.name}\nCurrent Version ID: ${this.#id(8)}\n`)
  }

  #readSecrets(path: string): Record<string, string> {
    this.files.push(path)
    if ((statSync(path).mode & 0o777) !== 0o600) throw new Error('others can read the secrets')
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>
  }
}

/** Gives the files an ISSUER that is somebody's, in place of the placeholder. */
export function withIssuer(world: World, issuer = 'https://edge.acme.com'): void {
  for (const role of ['gate', 'control'] as const) {
    world.edit(role, (source) => source.replaceAll('https://edge.example.com', issuer))
  }
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2)
}

function done(stdout: string): Finished {
  return { exitCode: 0, stdout, stderr: '' }
}

function failed(message: string): Finished {
  const stderr = `\u001b[31m✘ \u001b[41;31m[\u001b[41;97mERROR\u001b[41;31m]\u001b[0m \u001b[1m${message}\u001b[0m\n\n\n🪵  Logs were written to "/nowhere"\n`
  return { exitCode: 1, stdout: '', stderr }
}
