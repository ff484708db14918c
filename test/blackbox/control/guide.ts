// docs/api.md as a test reads it: commands, and the answers shown below them.

import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'

import { ROOT } from '../../harness/bundle.ts'

export const TEXT = readFileSync(`${ROOT}docs/api.md`, 'utf8')

export interface Example {
  /** Its first line, as the test's name. */
  readonly name: string
  readonly script: string
  /** The answer shown below it; undefined where none is. */
  readonly shown: unknown
}

const BLOCK = /^```sh\n(curl [\s\S]*?)^```\n+(?:```json\n([\s\S]*?)^```)?/gm

/** Every block of curl calls, in the guide's order. */
export const EXAMPLES: readonly Example[] = [...TEXT.matchAll(BLOCK)].map(
  ([, script = '', answer]) => ({
    name: script.split('\n')[0]?.replaceAll('"', '') ?? '',
    script,
    shown: answer === undefined ? undefined : (JSON.parse(answer) as unknown),
  }),
)

/** The receiver of webhooks. */
export const RECEIVER = /^```js\n([\s\S]*?)^```/m.exec(TEXT)?.[1] ?? ''

export interface Ran {
  readonly status: number
  /** Read as JSON where it is; else the text. */
  readonly body: unknown
}

const MARK = '\u0001'
/** After each answer its status, which the guide has no need to show. */
const PRELUDE = `set -eu; curl() { command curl -sS -w '${MARK}%{http_code}${MARK}' "$@"; }\n`

/** Runs a block as a shell does, in a folder, and gives its answers. */
export async function run(
  script: string,
  env: Record<string, string>,
  cwd: string,
): Promise<Ran[]> {
  const { stdout } = await promisify(execFile)('bash', ['-c', PRELUDE + script], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', ...env },
  })
  const parts = stdout.split(MARK)
  return Array.from({ length: (parts.length - 1) / 2 }, (_, i) => ({
    status: Number(parts[2 * i + 1]),
    body: parse(parts[2 * i] ?? ''),
  }))
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Members that the guide shows and the answer does not have, or has of another type. */
export function missing(shown: unknown, answer: unknown, path = ''): string[] {
  if (Array.isArray(shown)) {
    const [first] = shown as unknown[]
    if (!Array.isArray(answer)) return [path]
    return first === undefined || answer.length === 0 ? [] : missing(first, answer[0], `${path}[0]`)
  }
  if (typeof shown !== 'object' || shown === null) {
    return shown === null || typeof shown === typeof answer ? [] : [path]
  }
  if (typeof answer !== 'object' || answer === null) return [path]
  return Object.entries(shown).flatMap(([name, value]) =>
    name in answer
      ? missing(value, (answer as Record<string, unknown>)[name], `${path}.${name}`)
      : [`${path}.${name}`],
  )
}
