// The series as tables, in the form that docs/scale.md takes them in.

import { PRICES, type Cost, type Item } from '../cost.ts'
import { RESOURCES } from '../limits.ts'
import { table } from '../print.ts'
import type { Series } from './growth.ts'
import type { CostReport, LimitsReport, ScaleReport } from './report.ts'
import type { MemoryReport, MemorySample } from './memory.ts'
import type { SoakReport } from './soak.ts'
import type { StartReport } from './start.ts'

/** The columns of the cost table, and the items that each sums up. */
const COLUMNS: Readonly<Record<string, readonly Item[]>> = {
  requests: ['requests'],
  CPU: ['cpuMs'],
  KV: ['kvReads', 'kvWrites'],
  'D1 rows': ['d1RowsRead', 'd1RowsWritten'],
  objects: ['objectCalls', 'objectDuration', 'objectRowsRead', 'objectRowsWritten'],
  queue: ['queueOperations'],
  logs: ['logEvents'],
}

export function printScale(report: ScaleReport): string {
  const { machine, series, memory, soak, start, cost, limits } = report
  return [
    `${machine.date}, ${machine.cores} cores (${machine.cpu}), ${machine.system}, load ${machine.load.toFixed(2)}`,
    `node ${machine.node}, workerd ${machine.workerd}, miniflare ${machine.miniflare}, storage in ${machine.storage}`,
    ...series.map(printSeries),
    ...(memory ? [printMemory(memory)] : []),
    ...(soak ? [printSoak(soak)] : []),
    ...(start ? [printStart(start)] : []),
    ...(cost ? [printCost(cost)] : []),
    ...(limits ? [printLimits(limits)] : []),
  ].join('\n\n')
}

function printSeries({ name, what, axis, points }: Series): string {
  const rows = points.map((point) => [
    point.line,
    count(point.size),
    point.rps.toFixed(0),
    point.p50_ms.toFixed(2),
    point.p99_ms.toFixed(2),
    point.cpu_us?.toFixed(0) ?? '–',
    point.p50_ratio.toFixed(2),
    point.cpu_ratio?.toFixed(2) ?? '–',
  ])
  const head = ['line', axis, 'req/s', 'p50 ms', 'p99 ms', 'CPU µs/req', 'p50 ×', 'CPU ×']
  return `${name}: ${what}\n\n${table([head, ...rows])}`
}

function printMemory({ plain, with_lists: lists, list_entries: entries }: MemoryReport): string {
  const head = ['keys used once each', 'heap MB', 'RSS MB']
  const all = [...memoryRows(plain, ''), ...memoryRows(lists, `, ${entries} CIDRs on each`)]
  return `memory: the gate's isolate after a collection, and all of workerd\n\n${table([head, ...all])}`
}

function memoryRows(samples: readonly MemorySample[], what: string): string[][] {
  return samples.map(({ keys, heap_bytes: heap, rss_bytes: rss }) => [
    `${count(keys)}${what}`,
    megabytes(heap),
    rss === null ? '–' : megabytes(rss),
  ])
}

function printSoak({ minutes, samples, heap_slope: heap, rss_slope: rss }: SoakReport): string {
  const rows = samples.map((sample) => [
    String(sample.seconds),
    count(sample.requests),
    sample.rps.toFixed(0),
    sample.p50_ms.toFixed(2),
    megabytes(sample.heap_bytes),
    sample.rss_bytes === null ? '–' : megabytes(sample.rss_bytes),
  ])
  const head = ['s', 'requests', 'req/s', 'p50 ms', 'heap MB', 'RSS MB']
  const slopes = `${megabytes(heap)} MB of heap and ${rss === null ? '–' : megabytes(rss)} MB of RSS per million requests`
  return `soak: ${minutes} minutes; the last two thirds grow by ${slopes}\n\n${table([head, ...rows])}`
}

function printStart({ parts, starts }: StartReport): string {
  const sizes = parts.map(({ part, bytes, gzip }) => [part, count(bytes), count(gzip)])
  const times = starts.map(({ worker, first_answer_ms: ms, cpu_ms: cpu }) => [
    worker,
    ms.toFixed(0),
    cpu?.toFixed(0) ?? '–',
  ])
  return [
    'start: bytes by part, and from a new process to its first answer',
    table([['part', 'bytes', 'gzip'], ...sizes]),
    table([['Worker', 'first answer ms', 'CPU ms'], ...times]),
  ].join('\n\n')
}

function printCost({ mixes }: CostReport): string {
  const counts = mixes.map(({ mix, worker, operations }) => [
    mix,
    worker,
    ...(Object.keys(PRICES) as Item[])
      .filter((item) => item !== 'logEvents' && item !== 'objectDuration')
      .map((item) => count(operations[item] * 1e6)),
  ])
  const dollars = mixes.map(({ mix, worker, cost }) => [
    mix,
    worker,
    ...Object.values(COLUMNS).map((items) => dollarsOf(cost, items)),
    cost.total.toFixed(2),
  ])
  return [
    'cost: operations per million requests, and what they cost',
    table([
      [
        'mix',
        'Worker',
        'requests',
        'CPU ms',
        'KV reads',
        'KV writes',
        'D1 read',
        'D1 written',
        'object calls',
        'object read',
        'object written',
        'queue',
      ],
      ...counts,
    ]),
    table([['mix', 'Worker', ...Object.keys(COLUMNS), 'total $'], ...dollars]),
  ].join('\n\n')
}

const dollarsOf = ({ items }: Cost, of: readonly Item[]): string =>
  of.reduce((sum, item) => sum + items[item], 0).toFixed(2)

function printLimits({ consumer, measured, loads, ceilings }: LimitsReport): string {
  const rows = loads.map((load) => [
    count(load.requestsPerSecond),
    count(load.busiestKeyRequestsPerSecond),
    count(load.guardCallsPerSecond),
    count(load.messagesPerSecond),
    `${count(load.rowsPerSecond)} of ${count(load.rowsPerSecondAvailable)}`,
    count(load.backlogAfterHour),
    ...RESOURCES.map((resource) => duration(load.reachedAfter[resource])),
    load.first,
  ])
  const head = [
    'requests/s',
    'busiest key/s',
    'its guard/s',
    'messages/s',
    'D1 rows/s',
    'waiting after 1 h',
    ...RESOURCES,
    'first',
  ]
  const per = measured.guardCallsPerIsolateSecond
  return [
    `limits: the consumer takes ${count(consumer.events_per_second)} events/s (${consumer.ms_per_batch} ms for ${count(consumer.events_per_batch)}), ${consumer.database_bytes_per_event} bytes of D1 each; a busy key's isolate asks its guard ${Number.isFinite(per) ? `${per.toFixed(2)} times a second` : 'with each request'}`,
    table([head, ...rows]),
    table([
      ['limit', 'reached at requests/s'],
      ...RESOURCES.map((resource) => [resource, count(ceilings[resource])]),
    ]),
  ].join('\n\n')
}

function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'not in 30 days'
  if (seconds === 0) return 'at once'
  return seconds < 7200 ? `${count(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`
}

const count = (value: number): string =>
  value >= 10 || Number.isInteger(value)
    ? Math.round(value).toLocaleString('en')
    : Number(value.toPrecision(2)).toString()

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1)
