// A report as text: tables in the form that docs/benchmarks.md takes them in.

import type { Until } from './load.ts'
import type { Ratio, Report, VariantReport } from './report.ts'
import { BESIDE_CEILING } from './variants.ts'

export function printReport(report: Report): string {
  const { machine, plan, noise } = report
  const shown = ['gate_secret/pass_through', BESIDE_CEILING.join('/')]
  return [
    `${machine.date}, ${machine.cores} cores (${machine.cpu}), ${machine.system}, load ${machine.load.toFixed(2)}`,
    `node ${machine.node}, workerd ${machine.workerd}, miniflare ${machine.miniflare}, storage in ${machine.storage}`,
    `${plan.rounds} rounds of ${spell(plan.until)} a variant, ${plan.connections} connections; medians over the rounds`,
    '',
    figuresTable(report),
    '',
    operationsTable(report),
    '',
    `noise: requests/s differ by ${percent(noise.rps_spread_median)} between the rounds of a variant (median), by ${percent(noise.rps_spread_max)} at most`,
    ...shown.flatMap((pair) => {
      const ratio = report.ratios[pair]
      return ratio ? [ratioLine(pair, ratio)] : []
    }),
  ].join('\n')
}

function ratioLine(pair: string, { rps, rps_rounds: rounds, p99, cpu }: Ratio): string {
  const each = rounds.map((one) => one.toFixed(3)).join(' ')
  const inCpu = cpu === null ? '' : `, ${cpu.toFixed(2)} in CPU`
  return `${pair.replace('/', ' / ')}: ${rps.toFixed(3)} in requests/s (rounds: ${each}), ${p99.toFixed(2)} in p99${inCpu}`
}

function figuresTable({ variants, ratios }: Report): string {
  const head = [
    'variant',
    'status',
    'req/s',
    '±',
    'p50 ms',
    'p99 ms',
    'CPU µs/req',
    'req/s ×',
    'CPU ×',
  ]
  const rows = Object.entries(variants).map(([name, one]) => {
    const ratio = Object.entries(ratios).find(([key]) => key.startsWith(`${name}/`))?.[1]
    return [
      name,
      String(one.status),
      one.rps.toFixed(0),
      percent(one.rps_spread / 2),
      one.p50_ms.toFixed(2),
      one.p99_ms.toFixed(2),
      one.cpu_us_per_request?.toFixed(0) ?? '–',
      ratio?.rps.toFixed(3) ?? '–',
      ratio?.cpu?.toFixed(2) ?? '–',
    ]
  })
  return table([head, ...rows])
}

function operationsTable({ variants }: Report): string {
  const rows = Object.entries(variants).flatMap(([name, one]) => {
    const operations = operationsOf(one)
    return operations === undefined ? [] : [[name, operations]]
  })
  return table([['variant', 'calls of bindings per request'], ...rows])
}

function operationsOf({ operations_per_request: operations }: VariantReport): string | undefined {
  if (!operations) return undefined
  const calls = Object.entries(operations).map(([call, n]) => `${call} ${Number(n.toPrecision(2))}`)
  return calls.length === 0 ? 'none' : calls.join(', ')
}

const spell = (until: Until): string =>
  'seconds' in until ? `${until.seconds} s` : `${until.answers} answers`

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`

/** A Markdown table; every column but the first and the last wordy one is numbers. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
  const numeric = widths.length > 2
  const line = (row: readonly string[]): string => {
    const cells = row.map((cell, i) =>
      numeric && i > 0 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0),
    )
    return `| ${cells.join(' | ')} |`
  }
  const rule = widths.map((w, i) => (numeric && i > 0 ? `${'-'.repeat(w - 1)}:` : '-'.repeat(w)))
  return [line(rows[0] ?? []), line(rule), ...rows.slice(1).map(line)].join('\n')
}
