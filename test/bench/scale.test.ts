// The series run, every answer has the status that it should, and the report has its shape. Times are
// not looked at: they are the machine's affair.

import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { expect, test } from 'vitest'

import { QUICK } from './scale/plan.ts'
import { svgOf } from './scale/plot.ts'
import { SERIES, type ScaleReport } from './scale/report.ts'
import { slope } from './statistics.ts'

const SCALE = new URL('scale.ts', import.meta.url).pathname
const GROWTH = {
  keys: { lines: ['pass_through', 'busy', 'cold'], sizes: QUICK.keys },
  addresses: { lines: ['pass_through', 'busy', 'first request'], sizes: QUICK.addresses },
  origins: { lines: ['pass_through', 'busy', 'first request'], sizes: QUICK.origins },
  routes: { lines: ['pass_through', 'busy'], sizes: QUICK.routes },
  concurrent: { lines: ['pass_through', 'in turn'], sizes: QUICK.concurrent },
}

function scale(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, [SCALE, ...args])
}

test('--quick --json prints one object with every series, and its plots are written', async () => {
  const plots = await mkdtemp(join(tmpdir(), 'portcullis-plots-'))
  try {
    const { stdout } = await scale('--quick', '--json', '--plots', plots)
    const report = JSON.parse(stdout) as ScaleReport
    expect(report.series.map(({ name }) => name)).toEqual(Object.keys(GROWTH))
    for (const { name, points } of report.series) {
      const { lines, sizes } = GROWTH[name as keyof typeof GROWTH]
      expect(new Set(points.map(({ line }) => line))).toEqual(new Set(lines))
      expect(new Set(points.map(({ size }) => size))).toEqual(new Set(sizes))
      for (const point of points) expect(point.p50_ms).toBeGreaterThan(0)
    }
    expect(report.memory?.plain.map(({ keys }) => keys)).toEqual(QUICK.memory)
    expect(report.memory?.with_lists.map(({ keys }) => keys)).toEqual(QUICK.memoryWithLists)
    for (const sample of report.memory?.plain ?? []) expect(sample.heap_bytes).toBeGreaterThan(0)
    expect(report.soak?.samples.at(-1)?.requests).toBeGreaterThan(0)
    const [deployed, gate] = report.start?.parts ?? []
    expect(deployed?.gzip).toBeGreaterThan(gate?.gzip ?? 0)
    expect(report.start?.starts.map(({ worker }) => worker)).toEqual(['pass_through', 'gate'])
    expectCosts(report)
    expect(report.limits?.consumer.events_per_second).toBeGreaterThan(0)
    expect(report.limits?.loads).toHaveLength(3)
    expect((await readdir(plots)).toSorted()).toEqual(
      [...Object.keys(GROWTH), 'memory', 'soak'].map((name) => `${name}.svg`).toSorted(),
    )
    for (const name of await readdir(plots)) {
      expect(await readFile(join(plots, name), 'utf8')).not.toContain('NaN')
    }
  } finally {
    await rm(plots, { recursive: true })
  }
})

/** Every mix is counted of every Worker; a decision is one event, and each event is in D1. */
function expectCosts({ cost }: ScaleReport): void {
  const named = cost?.mixes.map(({ mix, worker }) => `${mix} ${worker}`)
  const expected = ['busy', 'slow', 'page', 'flood'].flatMap((mix) =>
    ['gate', 'naive', 'kv_read'].map((worker) => `${mix} ${worker}`),
  )
  expect(named).toEqual(expected)
  for (const { worker, operations, counted, cost: dollars } of cost?.mixes ?? []) {
    expect(dollars.total).toBeGreaterThan(0)
    if (worker === 'kv_read') expect(operations.kvReads).toBe(1)
    if (worker === 'gate') {
      expect(counted.queue['messages']).toBe(counted.queue['sent'])
      expect(counted.rows['consumer.DB.written']).toBeGreaterThan(counted.queue['events'] ?? 0)
    }
  }
}

test('an unknown series is refused by name, before anything starts', async () => {
  await expect(scale('--series', 'keyz')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`there are ${SERIES.join(', ')}`) as string,
  })
})

test('the slope is that of the line of least squares', () => {
  expect(
    slope([
      [0, 1],
      [1, 3],
      [2, 5],
    ]),
  ).toBe(2)
  expect(
    slope([
      [0, 1],
      [1, 0],
      [2, 1],
    ]),
  ).toBe(0)
})

test('a plot reads on a light and a dark page and names its lines', () => {
  const lines = [
    {
      name: 'a < b',
      points: [
        [1, 2],
        [1_000, 3],
      ] as const,
    },
  ]
  const svg = svgOf({ title: 'T', axis: 'n', scale: 'log', panels: [{ title: 'P', lines }] })
  expect(svg).toContain('prefers-color-scheme: dark')
  expect(svg).toContain('a &lt; b')
  expect(svg).not.toContain('NaN')
})
