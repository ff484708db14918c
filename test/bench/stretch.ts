// node test/bench/stretch.ts: how long a cold control holds up the gate beside it. workerd runs both on one
// thread, so while control works without a pause, `/edge/health` is not answered: it is asked every 4 ms,
// and the longest answer tells the longest stretch. The first edition, one script, runs beside it where git
// has it: its first console page is the measure.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { build } from 'esbuild'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import { unstable_getMiniflareWorkerOptions, unstable_splitSqlQuery } from 'wrangler'

import { shipped } from '../../src/catalog.ts'
import { CONFIGS, ROLES, type Role } from '../../src/config/workers.ts'
import { generateSigningKey } from '../../src/credentials/signing-keys.ts'
import { insertOrganization } from '../../src/dev/statements.ts'
import { varsOf } from '../../src/dev/worker-options.ts'
import { bundle, ROOT } from '../harness/bundle.ts'
import { ADMIN_TOKEN, PEPPER } from '../harness/edge.ts'

const FIRST_EDITION = '66ea86f'
const ASK_EVERY_MS = 4
const ROUNDS = 5
/** Of the first edition's first page, a stretch may take so much. */
const MAY_TAKE = 1 / 3

interface Edition {
  readonly name: string
  readonly schema: string
  /** As Miniflare takes them; the first has the door. */
  readonly workers: readonly Record<string, unknown>[]
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

interface Stretch {
  readonly step: string
  readonly tookMs: number
  /** The longest that `/edge/health` took meanwhile. */
  readonly healthMs: number
}

const agent = new Agent({ keepAlive: true })

async function ask(
  port: number,
  path: string,
  {
    method = 'GET',
    headers = {},
    body = '',
  }: Partial<Record<'method' | 'body', string>> & {
    readonly headers?: Readonly<Record<string, string>>
  } = {},
): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, agent, headers }, (answer) => {
      answer.resume()
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers }))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Runs a step; health is asked before, meanwhile and after. */
async function stretchOf(
  port: number,
  step: string,
  statuses: readonly number[],
  run: () => Promise<Answer>,
): Promise<Stretch & { readonly answer: Answer }> {
  const state = { over: false }
  let healthMs = 0
  const asking = (async () => {
    while (!state.over) {
      const began = performance.now()
      await ask(port, '/edge/health', { headers: { host: 'localhost' } })
      healthMs = Math.max(healthMs, performance.now() - began)
      await sleep(ASK_EVERY_MS)
    }
  })()
  await sleep(ASK_EVERY_MS * 5)
  healthMs = 0
  const began = performance.now()
  const answer = await run()
  const tookMs = performance.now() - began
  await sleep(ASK_EVERY_MS * 5)
  state.over = true
  await asking
  if (!statuses.includes(answer.status)) throw new Error(`${step}: ${answer.status}`)
  return { step, tookMs, healthMs, answer }
}

/** One cold start: the console's first pages, then the first call of each part of the API. */
async function runCold({ schema, workers }: Edition): Promise<Stretch[]> {
  const [door, ...behind] = workers
  const mf = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      log: new Log(LogLevel.ERROR),
      workers: [{ ...door, unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }] }, ...behind],
    } as never),
  )
  try {
    const port = Number((await mf.unsafeGetDirectURL(String(door?.['name']))).port)
    const db = await mf.getD1Database('DB', String(door?.['name']))
    await db.batch(unstable_splitSqlQuery(schema).map((one) => db.prepare(one)))
    const products = shipped.products.map(({ id }) => id)
    const organization = { id: 'org_bench', name: 'Bench', plan: 'enterprise', products }
    await db.prepare(insertOrganization(organization)).run()
    const host = { host: 'localhost' }
    for (let i = 0; i < 50; i++) await ask(port, '/edge/health', { headers: host })

    const stretches: Stretch[] = []
    const step = async (
      name: string,
      path: string,
      asked: Parameters<typeof ask>[2] = {},
      statuses: readonly number[] = [200],
    ): Promise<Answer> => {
      const headers = { ...host, ...asked.headers }
      const run = (): Promise<Answer> => ask(port, path, { ...asked, headers })
      const { answer, ...stretch } = await stretchOf(port, name, statuses, run)
      stretches.push(stretch)
      return answer
    }
    await step('nothing', '/edge/health')
    await step('first console page', '/edge/console/sign-in')
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const origin = { origin: 'http://localhost' }
    const signIn = { method: 'POST', headers: { ...form, ...origin }, body: `token=${ADMIN_TOKEN}` }
    const { headers } = await step('sign in', '/edge/console/sign-in', signIn, [303])
    const [cookie = ''] = String(headers['set-cookie']).split(';')
    const page = { headers: { cookie } }
    await step('organizations', '/edge/console/', page, [200, 303])
    await step('overview', '/edge/console/o/org_bench', page)
    await step('keys, page', '/edge/console/o/org_bench/keys', page)
    const operator = { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } }
    for (const part of ['keys', 'service-users', 'organization', 'webhooks', 'audit', 'usage']) {
      await step(`${part}, API`, `/edge/v1/${part}?organization=org_bench`, operator)
    }
    await step('members, API', '/edge/v1/members?organization=org_bench', operator)
    await step('OpenAPI', '/edge/openapi.json')
    return stretches
  } finally {
    await mf.dispose()
  }
}

/** The Workers as they are here. */
async function today(): Promise<Edition> {
  const texts = await Promise.all(ROLES.map((role) => bundle(role)))
  const signingKey = JSON.stringify({ keys: [await generateSigningKey()] })
  const workers = ROLES.map((role, i) => ({
    ...optionsOf(join(ROOT, CONFIGS[role])),
    name: `portcullis${role === 'gate' ? '' : `-${role}`}`,
    modules: [{ type: 'ESModule', path: 'index.js', contents: texts[i] }],
    bindings: bindings(role, signingKey),
  }))
  return { name: 'this', schema: await readFile(join(ROOT, 'schema.sql'), 'utf8'), workers }
}

/** The first edition, from git; undefined: git has not got it here, or a package that it needs is gone. */
async function firstEdition(): Promise<Edition | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-first-'))
  try {
    const args = ['archive', FIRST_EDITION]
    const stdio = ['ignore', 'pipe', 'ignore'] as const
    const archive = execFileSync('git', args, { cwd: ROOT, maxBuffer: 2 ** 28, stdio: [...stdio] })
    execFileSync('tar', ['-x', '-C', folder], { input: archive })
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    const { outputFiles } = await build({
      absWorkingDir: folder,
      entryPoints: ['src/index.ts'],
      bundle: true,
      format: 'esm',
      target: 'es2024',
      conditions: ['workerd', 'worker', 'browser'],
      external: ['cloudflare:*', 'node:*'],
      write: false,
      logLevel: 'silent',
    })
    const signingKey = JSON.stringify({ keys: [await generateSigningKey()] })
    const worker = {
      ...optionsOf(join(folder, 'wrangler.toml')),
      name: 'portcullis',
      modules: [{ type: 'ESModule', path: 'index.js', contents: outputFiles[0]?.text }],
      bindings: bindings('control', signingKey),
    }
    const schema = await readFile(join(folder, 'schema.sql'), 'utf8')
    return { name: FIRST_EDITION, schema, workers: [worker] }
  } catch (error) {
    console.error(`${FIRST_EDITION} cannot be built here: ${String(error).slice(0, 300)}`)
    return undefined
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function optionsOf(config: string): Record<string, unknown> {
  process.env['WRANGLER_LOG'] ??= 'error'
  return unstable_getMiniflareWorkerOptions(config).workerOptions
}

function bindings(role: Role, signingKeys: string): Record<string, unknown> {
  const base = 'http://127.0.0.1:9'
  return varsOf<unknown>(role, {
    ISSUER: 'http://localhost',
    KEY_PEPPER: PEPPER,
    SIGNING_KEYS: signingKeys,
    ADMIN_TOKEN,
    CONSOLE: 'token',
    UPSTREAMS: Object.fromEntries(
      shipped.products.map(({ id }) => [id, { live: base, sandbox: base }]),
    ),
  })
}

/** By step, the least of all rounds: what else the machine does only adds to a stretch. */
function printEdition(name: string, rounds: readonly (readonly Stretch[])[]): void {
  console.log(`\n${name}`)
  console.log(`${'step'.padEnd(22)}${'took, ms'.padStart(10)}${'health, ms'.padStart(12)}`)
  for (const [i, { step }] of (rounds[0] ?? []).entries()) {
    const took = Math.min(...rounds.map((round) => round[i]?.tookMs ?? 0))
    const health = Math.min(...rounds.map((round) => round[i]?.healthMs ?? 0))
    console.log(step.padEnd(22) + took.toFixed(0).padStart(10) + health.toFixed(0).padStart(12))
  }
}

const editions = [await firstEdition(), await today()].filter((one) => one !== undefined)
const measured = new Map<string, Stretch[][]>()
// In turn, so that the machine's noise is all editions'.
for (let round = 0; round < ROUNDS; round++) {
  for (const edition of editions) {
    const rounds = measured.get(edition.name) ?? []
    rounds.push(await runCold(edition))
    measured.set(edition.name, rounds)
  }
}
for (const [name, rounds] of measured) printEdition(name, rounds)
/** The longest of the steps, each by its least round. */
const longestOf = (name: string, step?: string): number => {
  const rounds = measured.get(name) ?? []
  const steps = [...(rounds[0] ?? []).entries()].filter(([, one]) => !step || one.step === step)
  return Math.max(...steps.map(([i]) => Math.min(...rounds.map((one) => one[i]?.healthMs ?? 0))))
}
const own = longestOf('this')
console.log(`\nlongest stretch of a cold control: ${own.toFixed(0)} ms`)
if (measured.has(FIRST_EDITION)) {
  const first = longestOf(FIRST_EDITION, 'first console page')
  const part = `${(own / first).toFixed(2)} of the first edition's first page (${first.toFixed(0)} ms)`
  console.log(`${part}; it may be ${MAY_TAKE.toFixed(2)}`)
  if (own > first * MAY_TAKE) process.exitCode = 1
} else {
  console.log(`no ${FIRST_EDITION} here: nothing to compare with`)
}
agent.destroy()
