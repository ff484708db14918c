// What every command shares: where it runs, what it answers, and how it stops. A command gets its
// target and options and returns an answer; only this file prints.

import type { Command } from 'commander'

/** The process around a command, so that tests can stand in for it. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  readonly now: () => number
  /** All of standard input. */
  readonly input: () => Promise<string>
}

/** The options that every command has. */
export interface GlobalOptions {
  readonly local?: true
  readonly remote?: true
  readonly json?: true
  readonly persistTo?: string
  readonly url?: string
  readonly vars?: string
  /** Who runs the command, for the audit. */
  readonly as?: string
  /** false with --no-sync. */
  readonly sync: boolean
}

/** One run of a command. */
export interface Ops extends GlobalOptions {
  readonly io: Io
}

export interface Answer {
  /** Printed alone with --json, as the API answers it. Times are Unix milliseconds. */
  readonly json: unknown
  readonly lines: readonly string[]
  /** 1 when what was asked for found something wrong. */
  readonly exitCode?: 0 | 1
}

/**
 * Ends a command with a sentence for the operator: 1 it could not be done, 2 it was asked wrongly.
 * What it says must not hold a secret.
 */
export class Stop extends Error {
  readonly exitCode: 1 | 2

  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message)
    this.name = 'Stop'
    this.exitCode = exitCode
  }
}

/** A command that was asked for something that cannot be right, whatever the database holds. */
export function usage(message: string): Stop {
  return new Stop(message, 2)
}

/** Of the option `--direct`, wherever there is one. */
export const DIRECT_HELP = 'past the API, into the database by wrangler; then --as says who it was'

/** What a command does: its options and operands in, an answer out. */
export type Work<O> = (ops: Ops, options: O, operands: readonly string[]) => Promise<Answer>

/** How a command gets its work. */
export type Attach = <O extends object>(command: Command, work: Work<O>) => void

/** Makes the `Attach` of one run; `settle` receives the exit code. */
export function attacher(io: Io, settle: (exitCode: number) => void): Attach {
  return (command, work) => {
    command.action(async () => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const ops = { ...options, io }
      const answer = await work(ops, command.opts(), command.args)
      io.out(ops.json ? JSON.stringify(answer.json, null, 2) : answer.lines.join('\n'))
      settle(answer.exitCode ?? 0)
    })
  }
}
