// Which series there are, how they are run one after the other, and the plots of them.

import { costPerMillion, type Cost } from '../cost.ts'
import { ceilings, simulate, type Load, type Measured, type Resource } from '../limits.ts'
import { machineFacts, type Machine } from '../machine.ts'
import { measureConsumer, type ConsumerReport } from './consumer.ts'
import type { Series } from './growth.ts'
import { concurrentKeys, keysInD1 } from './keys.ts'
import { addressLists, originLists } from './lists.ts'
import { memory, type MemoryReport } from './memory.ts'
import { countMixes, type MixCount } from './mixes.ts'
import type { ScalePlan } from './plan.ts'
import { svgOf, type Line, type Plot } from './plot.ts'
import { catalogRoutes } from './routes.ts'
import { soak, type SoakReport } from './soak.ts'
import { start, type StartReport } from './start.ts'

type Progress = (text: string) => void

const GROWTH: Readonly<Record<string, (plan: ScalePlan, progress: Progress) => Promise<Series>>> = {
  keys: keysInD1,
  addresses: addressLists,
  origins: originLists,
  routes: catalogRoutes,
  concurrent: concurrentKeys,
}
export const SERIES = [...Object.keys(GROWTH), 'memory', 'soak', 'start', 'cost', 'limits'] as const

const LOADS = [1_000, 100_000, 10_000_000]

export interface CostReport {
  readonly mixes: readonly (MixCount & { readonly cost: Cost })[]
}

export interface LimitsReport {
  readonly consumer: ConsumerReport
  readonly measured: Measured
  readonly loads: readonly Load[]
  /** Requests per second at which each limit is reached. */
  readonly ceilings: Readonly<Record<Resource, number>>
}

export interface ScaleReport {
  readonly machine: Machine
  readonly plan: ScalePlan
  readonly series: readonly Series[]
  readonly memory?: MemoryReport
  readonly soak?: SoakReport
  readonly start?: StartReport
  readonly cost?: CostReport
  readonly limits?: LimitsReport
}

/** Runs the series of these names, in the order of `SERIES`. */
export async function runScale(
  names: readonly string[],
  plan: ScalePlan,
  progress: Progress,
): Promise<ScaleReport> {
  const machine = machineFacts()
  const asked = new Set(names)
  const of =
    (name: string): Progress =>
    (text) =>
      progress(`${name}: ${text}`)
  const series: Series[] = []
  for (const [name, measure] of Object.entries(GROWTH)) {
    if (asked.has(name)) series.push(await measure(plan, of(name)))
  }
  const report = {
    machine,
    plan,
    series,
    ...(asked.has('memory') && { memory: await memory(plan, of('memory')) }),
    ...(asked.has('soak') && { soak: await soak(plan, of('soak')) }),
    ...(asked.has('start') && { start: await start(plan, of('start')) }),
  }
  if (!asked.has('cost') && !asked.has('limits')) return report
  const mixes = await countMixes(plan, of('cost'))
  const priced = mixes.map((mix) => ({ ...mix, cost: costPerMillion(mix.operations) }))
  return {
    ...report,
    ...(asked.has('cost') && { cost: { mixes: priced } }),
    ...(asked.has('limits') && { limits: await limitsOf(plan, mixes, of('limits')) }),
  }
}

async function limitsOf(
  plan: ScalePlan,
  mixes: readonly MixCount[],
  progress: Progress,
): Promise<LimitsReport> {
  const consumer = await measureConsumer(plan, progress)
  const busy = mixes.find(({ mix, worker }) => mix === 'busy' && worker === 'gate')
  if (!busy) throw new Error('nothing was counted of busy keys')
  const { operations, counted, keys = 1, rate } = busy
  const { 'consumer.DB.written': written = 0 } = counted.rows
  const measured: Measured = {
    guardCallsPerIsolateSecond:
      operations.objectCalls > 0.5 ? Infinity : (operations.objectCalls * rate) / keys,
    eventsPerSecond: consumer.events_per_second,
    rowsPerEvent: written / (counted.queue['events'] ?? 1),
    databaseBytesPerEvent: consumer.database_bytes_per_event,
    messageBytesPerEvent: consumer.message_bytes_per_event,
  }
  const loads = LOADS.map((load) => simulate(load, measured))
  return { consumer, measured, loads, ceilings: ceilings(measured) }
}

/** The plots of a report as SVG texts, by name. */
export function plotsOf({
  series,
  memory: remembered,
  soak: soaked,
}: ScaleReport): Map<string, string> {
  const plots = new Map(series.map((one) => [one.name, plotOf(one)]))
  if (remembered) {
    plots.set('memory', {
      title: 'Heap of the isolate after a collection',
      axis: 'distinct keys used',
      scale: 'linear',
      panels: [
        {
          title: 'MB',
          lines: [
            heapLine('keys', remembered.plain),
            heapLine('with lists', remembered.with_lists),
          ],
        },
      ],
    })
  }
  if (soaked) {
    const line = (of: (sample: SoakReport['samples'][number]) => number): Line['points'] =>
      soaked.samples.map((sample) => [sample.requests, of(sample)])
    plots.set('soak', {
      title: `Memory over ${soaked.minutes} minutes of mixed load`,
      axis: 'requests',
      scale: 'linear',
      panels: [
        {
          title: 'heap, MB',
          lines: [{ name: 'heap', points: line((one) => one.heap_bytes / 1e6) }],
        },
        {
          title: 'resident set of workerd, MB',
          lines: [{ name: 'RSS', points: line((one) => (one.rss_bytes ?? 0) / 1e6) }],
        },
      ],
    })
  }
  return new Map([...plots].map(([name, plot]) => [name, svgOf(plot)]))
}

function heapLine(name: string, samples: MemoryReport['plain']): Line {
  return { name, points: samples.map(({ keys, heap_bytes: heap }) => [keys, heap / 1e6]) }
}

function plotOf({ what, axis, points }: Series): Plot {
  const names = [...new Set(points.map(({ line }) => line))]
  const sizes = [...new Set(points.map(({ size }) => size))]
  const lines = (of: (point: Series['points'][number]) => number): Line[] =>
    names.map((name) => {
      const own = points.filter(({ line }) => line === name)
      const [only] = own
      // What was measured once for all sizes is level.
      if (own.length === 1 && only) return { name, points: sizes.map((size) => [size, of(only)]) }
      return { name, points: own.map((point) => [point.size, of(point)]) }
    })
  return {
    title: what,
    axis,
    scale: 'log',
    panels: [
      { title: 'CPU µs per request', lines: lines(({ cpu_us: cpu }) => cpu ?? 0) },
      { title: 'p50 ms', lines: lines(({ p50_ms: p50 }) => p50) },
    ],
  }
}
