// How long the gate takes to start: from a workerd process that is started to its first answer,
// beside the Worker that only forwards.

import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { shipped } from '../../../src/catalog.ts'
import { generateSigningKey } from '../../../src/credentials/signing-keys.ts'
import { bundle } from '../../harness/bundle.ts'
import { PEPPER } from '../../harness/edge.ts'
import { freePort } from '../../harness/free-port.ts'
import { PASS_THROUGH } from '../bare-workers.ts'
import { threadMicroseconds } from '../child.ts'
import { deployment } from '../edge.ts'
import { median, round } from '../statistics.ts'
import { bundleParts, type Part } from './parts.ts'
import type { ScalePlan } from './plan.ts'

const START_DEADLINE_MS = 600_000
const POLL_MS = 1

export interface Start {
  readonly worker: string
  /** From the start of the process to the first answer. */
  readonly first_answer_ms: number
  readonly cpu_ms: number | null
  readonly rounds_ms: readonly number[]
}

export interface StartReport {
  readonly parts: readonly Part[]
  readonly starts: readonly Start[]
}

export async function start(
  plan: ScalePlan,
  progress: (text: string) => void,
): Promise<StartReport> {
  progress('bundling')
  const parts = await bundleParts()
  const workers = await startable()
  const rounds = new Map(workers.map((worker) => [worker.name, [] as Started[]]))
  for (let nth = 1; nth <= plan.starts; nth++) {
    progress(`start ${nth} of ${plan.starts}`)
    for (const worker of nth % 2 === 1 ? workers : workers.toReversed()) {
      rounds.get(worker.name)?.push(await startOnce(worker))
    }
  }
  const starts = workers.map(({ name }) => {
    const of = rounds.get(name) ?? []
    const cpu = of.flatMap(({ cpuMs }) => cpuMs ?? [])
    return {
      worker: name,
      first_answer_ms: round(median(of.map(({ ms }) => ms))),
      cpu_ms: cpu.length === 0 ? null : round(median(cpu)),
      rounds_ms: of.map(({ ms }) => round(ms)),
    }
  })
  return { parts, starts }
}

interface Startable {
  readonly name: string
  readonly text: string
  readonly bindings: Readonly<Record<string, unknown>>
  /** Of its first answer. */
  readonly status: number
}

interface Started {
  readonly ms: number
  readonly cpuMs: number | null
}

async function startable(): Promise<Startable[]> {
  const base = { live: 'http://127.0.0.1:9', sandbox: 'http://127.0.0.1:9' }
  const { d1Databases, kvNamespaces, durableObjects, ratelimits, queueProducers, serviceBindings } =
    deployment('gate')
  const bound = [
    d1Databases,
    kvNamespaces,
    durableObjects,
    ratelimits,
    queueProducers,
    serviceBindings,
  ]
  const stores = bound.flatMap((named) => Object.keys(named ?? {}))
  const gate = {
    // What is bound is never called: the first answer is that of its own health.
    ...Object.fromEntries(stores.map((name) => [name, {}])),
    ISSUER: 'http://localhost',
    KEY_PEPPER: PEPPER,
    SIGNING_KEYS: JSON.stringify({ keys: [await generateSigningKey()] }),
    UPSTREAMS: Object.fromEntries(shipped.products.map(({ id }) => [id, base])),
  }
  return [
    // It has no upstream: it was evaluated, and it ran.
    {
      name: 'pass_through',
      text: PASS_THROUGH,
      bindings: { UPSTREAM: '127.0.0.1:9' },
      status: 500,
    },
    { name: 'gate', text: await bundle('gate'), bindings: gate, status: 200 },
  ]
}

/** A workerd of its own, with nothing but this Worker, up to its first answer. */
async function startOnce({ name, text, bindings, status }: Startable): Promise<Started> {
  const folder = await mkdtemp(join(tmpdir(), 'portcullis-start-'))
  const port = await freePort()
  const { compatibilityDate } = deployment('gate')
  const spelled = Object.entries(bindings).map(([binding, value]) =>
    typeof value === 'string'
      ? `(name = ${JSON.stringify(binding)}, text = ${JSON.stringify(value)})`
      : `(name = ${JSON.stringify(binding)}, json = ${JSON.stringify(JSON.stringify(value))})`,
  )
  await writeFile(join(folder, 'worker.js'), text)
  await writeFile(
    join(folder, 'config.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "index.js", esModule = embed "worker.js")],
    compatibilityDate = ${JSON.stringify(compatibilityDate)},
    bindings = [${spelled.join(', ')}]
  ))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
);
`,
  )
  const startedAt = performance.now()
  const child = spawn(workerdPath(), ['serve', 'config.capnp'], { cwd: folder, stdio: 'ignore' })
  const gone = new Promise((resolve) => child.once('exit', resolve))
  try {
    const answered = await firstAnswer(port, startedAt + START_DEADLINE_MS)
    const ms = performance.now() - startedAt
    if (answered !== status) throw new Error(`${name} started and answered ${answered}`)
    const us = child.pid === undefined ? undefined : threadMicroseconds(child.pid)
    return { ms, cpuMs: us === undefined ? null : us / 1000 }
  } finally {
    child.kill()
    await gone
    await rm(folder, { recursive: true })
  }
}

/** Its status. */
async function firstAnswer(port: number, until: number): Promise<number> {
  for (;;) {
    try {
      const answer = await fetch(`http://127.0.0.1:${port}/edge/health`)
      await answer.arrayBuffer()
      return answer.status
    } catch (error) {
      if (performance.now() > until) throw error
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
  }
}

function workerdPath(): string {
  const require = createRequire(import.meta.url)
  const fromMiniflare = createRequire(require.resolve('miniflare'))
  return (fromMiniflare('workerd') as { default: string }).default
}
