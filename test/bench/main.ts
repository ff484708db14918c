// npm run bench: the gate beside Workers that do less, on one machine in one run.

import { parseArgs } from 'node:util'

import { machineFacts } from './machine.ts'
import { printReport } from './print.ts'
import { reportOf } from './report.ts'
import { measure, startBench, type Plan } from './run.ts'
import { chooseVariants } from './variants.ts'

const FULL: Plan = {
  rounds: 5,
  connections: 16,
  until: { seconds: 3 },
  warmUp: { seconds: 1 },
  count: { seconds: 0.5 },
  settleSeconds: 4,
  coldKeys: 400,
}
/** Shows that everything runs and answers as it should; its times say nothing. */
const QUICK: Plan = {
  rounds: 2,
  connections: 8,
  until: { answers: 64 },
  warmUp: { answers: 32 },
  count: { answers: 32 },
  settleSeconds: 0,
  coldKeys: 32,
}

const USAGE = `npm run bench -- [--json] [--quick] [--rounds N] [--only name,...]

  --json     print one JSON object and nothing else
  --quick    a run of seconds: for trying it out, not for numbers
  --rounds   how often each variant is measured, 1 to 100 (default ${FULL.rounds})
  --only     these variants and the ones they are set in proportion to`

interface Options {
  readonly json: boolean
  readonly plan: Plan
  readonly only: readonly string[]
}

/** @throws Error saying what is wrong with the arguments. */
function readOptions(): Options | undefined {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      only: { type: 'string', default: '' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const plan = values.quick ? QUICK : FULL
  const rounds = values.rounds === undefined ? plan.rounds : Number(values.rounds)
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100) {
    throw new Error('--rounds must be a whole number from 1 to 100, such as --rounds 7')
  }
  const only = values.only.split(',').filter((name) => name !== '')
  return { json: values.json, plan: { ...plan, rounds }, only }
}

async function main(): Promise<void> {
  const options = readOptions()
  if (!options) {
    console.log(USAGE)
    return
  }
  const { json, plan, only } = options
  const variants = chooseVariants(only)
  const machine = machineFacts()
  const bench = await startBench(plan)
  try {
    const measured = await measure(bench, variants, plan, (text) => console.error(text))
    const report = reportOf(measured, plan, machine)
    console.log(json ? JSON.stringify(report) : printReport(report))
  } finally {
    await bench.stop()
  }
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? `bench: ${error.message}` : error)
  process.exitCode = 1
}
