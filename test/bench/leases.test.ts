// What docs/design.md says of how often a key asks its guard with the shipped plans: counted over the real
// meters and the real ledger in virtual time, so no slow machine changes it.

import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'

import { expect, it } from 'vitest'

interface Report {
  readonly [rate: string]: {
    readonly guard_calls_per_request: number
    readonly isolates: Readonly<Record<string, number>>
    readonly lease_2_s: number
  }
}
type Usable = { readonly usable_quota: { readonly steady: number; readonly slow: number } }

it('a key asks for few of its requests, and can use its quota', async () => {
  const script = resolve('test/bench/leases.ts')
  const run = promisify(execFile)
  const { stdout } = await run(process.execPath, [script, '--json', '--minutes', '2'])
  const { usable_quota, ...rates } = JSON.parse(stdout) as Report & Usable
  const most: Record<string, [one: number, ofTwoSeconds: number]> = {
    shipped_1: [1, 0.6],
    shipped_5: [0.27, 0.16],
    shipped_16: [0.13, 0.1],
    shipped_50_bursts: [0.05, 0.05],
  }
  expect(Object.keys(rates)).toStrictEqual(Object.keys(most))
  for (const [name, [one, ofTwoSeconds]] of Object.entries(most)) {
    const counted = rates[name]
    expect(counted?.guard_calls_per_request, name).toBeLessThanOrEqual(one)
    expect(counted?.lease_2_s, name).toBeLessThanOrEqual(ofTwoSeconds)
    // Spread over many isolates hardly any is of use, and none costs.
    for (const calls of Object.values(counted?.isolates ?? {})) {
      expect(calls, name).toBeLessThanOrEqual(1.04)
    }
  }
  expect(usable_quota.steady).toBeGreaterThanOrEqual(0.98)
  expect(usable_quota.slow).toBe(1)
})
