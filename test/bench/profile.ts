// node test/bench/profile.ts [variant] [file.cpuprofile]: where a variant's time in script goes, by
// workerd's inspector. The file opens in a browser's developer tools as a flame graph.

import { writeFile } from 'node:fs/promises'

import { attach } from './inspector.ts'
import { startBench, type Plan } from './run.ts'
import { chooseVariants } from './variants.ts'

const PLAN: Plan = {
  rounds: 1,
  connections: 16,
  until: { seconds: 6 },
  warmUp: { seconds: 3 },
  count: { answers: 1 },
  settleSeconds: 0,
  coldKeys: 400,
}
const SAMPLING_INTERVAL_US = 200
const SHOWN = 40

interface Node {
  readonly id: number
  readonly callFrame: { readonly functionName: string; readonly url: string; lineNumber: number }
}

interface Profile {
  readonly nodes: readonly Node[]
  readonly samples: readonly number[]
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[]
}

const [name = 'gate_secret', file] = process.argv.slice(2)
const variant = chooseVariants([name]).find((one) => one.name === name)
if (!variant || variant.target === 'upstream') throw new Error(`${name} runs in no Worker`)

const bench = await startBench(PLAN, true)
try {
  await bench.pass(variant, 0, PLAN.warmUp)
  const inspector = await attach(await bench.edge.inspectorUrl(), variant.target)
  await inspector.send('Profiler.enable')
  await inspector.send('Profiler.setSamplingInterval', { interval: SAMPLING_INTERVAL_US })
  await inspector.send('Profiler.start')
  const round = await bench.pass(variant, 1, PLAN.until)
  const { profile } = await inspector.send<{ profile: Profile }>('Profiler.stop')
  inspector.close()
  if (file) await writeFile(file, JSON.stringify(profile))
  const cpu = round.cpuUsPerRequest?.toFixed(0) ?? '?'
  console.log(
    `${name}: ${round.rps.toFixed(0)} requests/s, ${cpu} µs of CPU each; by function, itself:`,
  )
  for (const [where, us] of selfTimes(profile).slice(0, SHOWN)) {
    console.log(`${(us / round.answers).toFixed(2).padStart(9)} µs  ${where}`)
  }
} finally {
  await bench.stop()
}

/** Microseconds by function, without what it called, the most first. */
function selfTimes({ nodes, samples, timeDeltas }: Profile): [string, number][] {
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => [
      id,
      `${functionName || '(anonymous)'} ${url.split('/').at(-1) ?? ''}:${lineNumber + 1}`,
    ]),
  )
  const times = new Map<string, number>()
  samples.forEach((id, i) => {
    const where = names.get(id) ?? '?'
    times.set(where, (times.get(where) ?? 0) + (timeDeltas[i] ?? 0))
  })
  return [...times].toSorted(([, a], [, b]) => b - a)
}
