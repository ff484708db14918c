// Adding a kind of credential, carried out on a copy of src: whoever forgets to decide something is told
// by the compiler what and where, and what was decided is all that there is to decide.

import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const TABLE = 'src/credentials/kinds.ts'

/** A new kind as its author might first write it, with every decision that the table asks for. */
const DECISIONS: Readonly<Record<string, string>> = {
  proof: `{ by: 'digest', mark: 'tmp' }`,
  scheme: `'Bearer'`,
  earlyDebit: 'true',
  importable: 'false',
  browser: `'allow'`,
  routes: `'all'`,
  limit: 'null',
  owner: `'organization'`,
  manages: 'false',
  holds: `{ scopes: 'used', products: 'accepting' }`,
  noun: `'temporary key'`,
}

const entry = (members: readonly string[]): string =>
  `{ ${members.map((name) => `${name}: ${DECISIONS[name]}`).join(', ')} }`

let copy: string

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'new-kind-'))
  for (const name of ['src', 'tsconfig.json', 'package.json']) {
    cpSync(join(root, name), join(copy, name), { recursive: true })
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
})

afterAll(() => rmSync(copy, { recursive: true, force: true }))

/** What the compiler says of the Worker in the copy, in the files that speak of kinds. */
function errors(): string[] {
  const path = join(copy, 'tsconfig.json')
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => {} }
  const config = ts.getParsedCommandLineOfConfigFile(path, { incremental: false }, host)
  const { fileNames = [], options = {} } = config ?? {}
  const program = ts.createProgram(fileNames, options)
  return program
    .getSourceFiles()
    .filter(
      ({ fileName, text }) => fileName.startsWith(join(copy, 'src')) && /\bkinds?\b/i.test(text),
    )
    .flatMap((file) => program.getSemanticDiagnostics(file))
    .map(({ file, messageText }) => {
      const text = ts.flattenDiagnosticMessageText(messageText, ' ')
      return `${file?.fileName.slice(copy.length + 1)}: ${text}`
    })
}

/** Writes the table with the new kind in it, and any further code behind. */
function write(kind: string, more = ''): void {
  const table = readFileSync(join(root, TABLE), 'utf8')
  const end = '} as const satisfies Record<string, KindRule>'
  expect(table.split(end)).toHaveLength(2)
  const added = table.replace(end, `  temporary: ${kind},\n${end}`)
  writeFileSync(join(copy, TABLE), `${added}\n${more}`)
}

describe('a new kind', () => {
  const members = Object.keys(DECISIONS)

  it('is named by the compiler wherever something is still to be decided', () => {
    // One more constant for each decision, in which that one is forgotten.
    const forgotten = members.map(
      (name) =>
        `export const without_${name} = ${entry(members.filter((one) => one !== name))} as const satisfies KindRule`,
    )
    write(entry(members), forgotten.join('\n'))
    const found = errors()
    const inTable = found.filter((text) => text.startsWith(`${TABLE}: `))
    const missing = inTable.map((text) => /Property '(\w+)' is missing in type/.exec(text)?.[1])
    expect([...new Set(missing)].toSorted()).toStrictEqual(members.toSorted())
    // Beyond the table: the console's two sentences about it, and nothing else.
    const elsewhere = found.filter((text) => !text.startsWith(`${TABLE}: `))
    expect(elsewhere).toStrictEqual([
      expect.stringMatching(
        /^src\/control\/console\/keys\/kinds\.ts: Property 'temporary' is missing/,
      ),
    ])
  })
})
