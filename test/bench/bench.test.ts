// The bench runs, every answer has the status that it should, and the report has its shape. Times are
// not looked at: they are the machine's affair.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

import { expect, test } from 'vitest'

import type { Report } from './report.ts'
import { VARIANTS } from './variants.ts'

const MAIN = new URL('main.ts', import.meta.url).pathname
/** What a refusal that rests on nothing must not ask. */
const STORAGE = /^(?:RECORDS|DB|KEY_GUARD)\./

function bench(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, [MAIN, ...args])
}

test('--quick --json prints one object with every variant measured', async () => {
  const { stdout } = await bench('--quick', '--json')
  const report = JSON.parse(stdout) as Report
  expect(Object.keys(report.variants)).toEqual(VARIANTS.map(({ name }) => name))
  for (const variant of VARIANTS) {
    const measured = report.variants[variant.name]
    expect(measured?.status).toBe(variant.status)
    expect(measured?.rps).toBeGreaterThan(0)
    expect(measured?.p50_ms).toBeGreaterThan(0)
    expect(measured?.p99_ms).toBeGreaterThan(0)
    expect(measured?.rounds).toHaveLength(report.plan.rounds)
    for (const round of measured?.rounds ?? []) expect(round.answers).toBeGreaterThan(0)
  }
  for (const name of ['forged', 'unknown']) {
    const calls = Object.keys(report.variants[name]?.operations_per_request ?? { missing: 1 })
    expect(calls.filter((call) => call === 'missing' || STORAGE.test(call))).toEqual([])
  }
  expect(report.ratios['gate_secret/pass_through']?.rps).toBeGreaterThan(0)
  expect(report.ratios['gate_secret/pass_through']?.rps_rounds).toHaveLength(report.plan.rounds)
  expect(report.machine.cores).toBeGreaterThan(0)
  expect(report.machine.workerd).toMatch(/^1\.\d/)
  expect(report.noise.rps_spread_max).toBeGreaterThanOrEqual(report.noise.rps_spread_median)
})

test('an unknown variant is refused by name, before anything starts', async () => {
  await expect(bench('--only', 'gate_secrets')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('there is no variant gate_secrets; there are') as string,
  })
})
