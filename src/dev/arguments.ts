// The arguments of `npm run dev`.

import { isAbsolute, join } from 'node:path'
import { parseArgs } from 'node:util'

import { PROJECT } from './layout.ts'
import { Problem } from './problem.ts'

export interface Arguments {
  readonly reset: boolean
  readonly stateDir: string
  readonly watch: boolean
  readonly help: boolean
}

export const USAGE = `npm run dev [-- options]

Starts the edge in front of demo products on http://localhost:8787 (set PORT for another port).

  --reset        begin anew: delete .wrangler/state and .portcullis (.dev.vars stays)
  --state DIR    keep .dev.vars, .wrangler/state and .portcullis in DIR, not in the project
  --no-watch     do not build again when the source changes

Example: PORT=9000 npm run dev -- --reset`

/** @throws Problem on an option that there is not. */
export function readArguments(args: readonly string[]): Arguments {
  try {
    const { values } = parseArgs({
      args: [...args],
      allowNegative: true,
      options: {
        reset: { type: 'boolean', default: false },
        state: { type: 'string', default: PROJECT },
        watch: { type: 'boolean', default: true },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    const { reset, state, watch, help } = values
    return { reset, watch, help, stateDir: isAbsolute(state) ? state : join(process.cwd(), state) }
  } catch (error) {
    throw new Problem(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
  }
}
