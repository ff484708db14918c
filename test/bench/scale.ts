// npm run bench:scale: how the cost of a request grows with what there is, what memory does, how large
// the Worker is, what traffic costs by counted operations, and which limit comes first.

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { FULL, QUICK, type ScalePlan } from './scale/plan.ts'
import { printScale } from './scale/print.ts'
import { plotsOf, runScale, SERIES } from './scale/report.ts'

const USAGE = `npm run bench:scale -- [--series name,...] [--json] [--quick] [--rounds N] [--minutes N] [--plots FOLDER]

  --series   keys        a busy and a cold key over the keys in D1
             addresses   over the CIDRs on the key
             origins     over the origins on the key
             routes      over the routes in the catalog
             concurrent  over the keys used in turn
             memory      heap and resident set over the distinct keys used
             soak        the same over minutes of mixed load
             start       bytes by part, and the time to the first answer
             cost        operations and dollars per million requests, by mix
             limits      which limit comes first as load grows
             (default: all of them)
  --json     print one JSON object and nothing else
  --quick    small sizes, a run of a minute: for trying it out, not for numbers
  --rounds   how often each point is measured, 1 to 100 (default ${FULL.rounds})
  --minutes  of the soak, up to 600 (default ${FULL.soak.minutes})
  --plots    write an SVG of each series into this folder, such as docs/scale`

interface Options {
  readonly series: readonly string[]
  readonly json: boolean
  readonly plan: ScalePlan
  readonly plots: string
}

/** @throws Error saying what is wrong with the arguments. */
function readOptions(): Options | undefined {
  const { values } = parseArgs({
    options: {
      series: { type: 'string', default: SERIES.join(',') },
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      minutes: { type: 'string' },
      plots: { type: 'string', default: '' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const series = values.series.split(',').filter((name) => name !== '')
  const wrong = series.filter((name) => !SERIES.includes(name))
  if (wrong.length > 0) {
    throw new Error(`there is no series ${wrong.join(', ')}; there are ${SERIES.join(', ')}`)
  }
  const plan = values.quick ? QUICK : FULL
  const rounds = values.rounds === undefined ? plan.rounds : Number(values.rounds)
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100) {
    throw new Error('--rounds must be a whole number from 1 to 100, such as --rounds 7')
  }
  const minutes = values.minutes === undefined ? plan.soak.minutes : Number(values.minutes)
  if (!(minutes > 0 && minutes <= 600)) {
    throw new Error('--minutes must be above 0 and at most 600, such as --minutes 10')
  }
  const soak = { ...plan.soak, minutes }
  return { series, json: values.json, plan: { ...plan, rounds, soak }, plots: values.plots }
}

async function main(): Promise<void> {
  const options = readOptions()
  if (!options) {
    console.log(USAGE)
    return
  }
  const report = await runScale(options.series, options.plan, (text) => console.error(text))
  console.log(options.json ? JSON.stringify(report) : printScale(report))
  if (options.plots === '') return
  await mkdir(options.plots, { recursive: true })
  for (const [name, svg] of plotsOf(report)) {
    await writeFile(join(options.plots, `${name}.svg`), svg)
  }
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? `bench: ${error.message}` : error)
  process.exitCode = 1
}
