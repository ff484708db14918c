// Adding a kind of credential, and a field of one, carried out on a copy of src: whoever forgets to
// decide something is told by the compiler what and where, and nothing else is to be touched.

import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const KINDS = 'src/credentials/kinds.ts'
const FIELDS = 'src/credentials/fields.ts'

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
const MEMBERS = Object.keys(DECISIONS)

const entry = (members: readonly string[]): string =>
  `{ ${members.map((name) => `${name}: ${DECISIONS[name]}`).join(', ')} }`

let copy: string
/** What the compiler says of the copy, as `file: sentence`. */
let found: readonly string[]

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'additions-'))
  for (const name of ['src', 'tsconfig.json', 'package.json']) {
    cpSync(join(root, name), join(copy, name), { recursive: true })
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  // The kind, and for each decision one constant more in which that one is forgotten.
  const forgotten = MEMBERS.map(
    (name) =>
      `const without_${name} = ${entry(MEMBERS.filter((one) => one !== name))} as const satisfies KindRule`,
  )
  const end = '} as const satisfies Record<string, KindRule>'
  edit(KINDS, end, `  temporary: ${entry(MEMBERS)},\n${end}\n${forgotten.join('\n')}\n`)
  // The field, in the record that the gate decides by and in what the management API shows.
  const startsAt = `startsAt: column('c.starts_at', time),`
  edit(FIELDS, `  expiresAt: column('c.expires_at', time),`, `  ${startsAt}`, true)
  edit(FIELDS, `  expires_at: RECORD.expiresAt,`, `  starts_at: RECORD.startsAt,`, true)
  found = errors()
})

afterAll(() => rmSync(copy, { recursive: true, force: true }))

/** Puts a text in the place of one that stands in a file of the copy once, or behind it. */
function edit(file: string, place: string, text: string, behind = false): void {
  const before = readFileSync(join(copy, file), 'utf8')
  expect([file, before.split(place).length]).toStrictEqual([file, 2])
  writeFileSync(join(copy, file), before.replace(place, behind ? `${place}\n${text}` : text))
}

/** What the compiler says of the Worker in the copy, in the files that speak of credentials. */
function errors(): string[] {
  const path = join(copy, 'tsconfig.json')
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => {} }
  const config = ts.getParsedCommandLineOfConfigFile(path, { incremental: false }, host)
  const program = ts.createProgram(config?.fileNames ?? [], config?.options ?? {})
  const speaks = /\bkinds?\b|KeyView|KeyDraft|KeyRecord|keys\/schemas/i
  return program
    .getSourceFiles()
    .filter(({ fileName, text }) => fileName.startsWith(join(copy, 'src')) && speaks.test(text))
    .flatMap((file) => program.getSemanticDiagnostics(file))
    .map(({ file, messageText }) => {
      const text = ts.flattenDiagnosticMessageText(messageText, ' ')
      return `${file?.fileName.slice(copy.length + 1)}: ${text}`
    })
}

describe('a new kind', () => {
  it('has every decision named that is forgotten', () => {
    const inTable = found.filter((text) => text.startsWith(`${KINDS}: `))
    const missing = inTable.flatMap(
      (text) => /Property '(\w+)' is missing in type/.exec(text)?.[1] ?? [],
    )
    expect([...new Set(missing)].toSorted()).toStrictEqual(MEMBERS.toSorted())
  })

  it('needs two sentences of the console besides, and nothing else', () => {
    const places = found.filter((text) => text.includes(`'temporary'`))
    expect(places).toStrictEqual([
      expect.stringMatching(
        /^src\/control\/console\/keys\/kinds\.ts: Property 'temporary' is missing/,
      ),
    ])
  })
})

describe('a new field', () => {
  it('is asked for where keys are made, and by who may write it, and nowhere else', () => {
    const places = found.filter((text) => text.includes('starts_at') || text.includes('startsAt'))
    expect(places.map((text) => text.replace(/:.*/s, '')).toSorted()).toStrictEqual([
      'src/control/api/keys/draft.ts',
      'src/control/api/rights/fields.ts',
      'src/control/api/service-users/mint.ts',
    ])
  })
})

it('and that is all that the compiler says', () => {
  const unexplained = found.filter(
    (text) => !/'temporary'|starts_at|startsAt|Property '\w+' is missing in type/.test(text),
  )
  const unused =
    /^src\/credentials\/kinds\.ts: 'without_\w+' is declared but its value is never read/
  expect(unexplained.filter((text) => !unused.test(text))).toStrictEqual([])
})
