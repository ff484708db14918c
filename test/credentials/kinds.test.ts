// The table of kinds, against itself and against what the compiler cannot see: the checks of schema.sql,
// the patterns that hide values, and that nothing else decides by a kind's name.

import { readdirSync, readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

import ts from 'typescript'
import { describe, expect, it } from 'vitest'

import { redactPath, REDACTED } from '../../src/audit/redact.ts'
import { printable } from '../../src/control/webhooks/excerpt.ts'
import { keyParser, keyPrefix, kindOfPrefix } from '../../src/credentials/format.ts'
import {
  hasOrigins,
  isSigned,
  KIND_NAMES,
  KINDS,
  OPAQUE_KINDS,
  SIGNED_KIND,
  TOKEN_KIND,
} from '../../src/credentials/kinds.ts'
import { withoutValues } from '../../src/credentials/redact-values.ts'
import { checkSubprotocols } from '../../src/gate/subprotocol.ts'

const root = new URL('../../', import.meta.url)
const SCHEMA = readFileSync(new URL('schema.sql', root), 'utf8')

describe('the table', () => {
  it('has one mark for each opaque kind, of letters', () => {
    const marks = OPAQUE_KINDS.map((kind) => KINDS[kind].proof.mark)
    expect(new Set(marks).size).toBe(marks.length)
    for (const mark of marks) expect(mark).toMatch(/^[a-z]*$/)
  })

  it('has one kind that is signed and one of service users', () => {
    expect(KIND_NAMES.filter(isSigned)).toStrictEqual([SIGNED_KIND])
    expect(KIND_NAMES.filter((kind) => KINDS[kind].owner === 'service_user')).toStrictEqual([
      TOKEN_KIND,
    ])
  })

  it('lets only opaque kinds be imported that come in X-API-Key, where the gate looks for them', () => {
    for (const kind of KIND_NAMES.filter((one) => KINDS[one].importable)) {
      expect([isSigned(kind), KINDS[kind].scheme]).toStrictEqual([false, 'ApiKey'])
    }
  })
})

describe.each(OPAQUE_KINDS)('a value that is a %s', (kind) => {
  const value = `${keyPrefix('vk', kind, 'live')}1a2B3c4D5e6F7g8H9i0J1k2L3m4N5o6P`

  it('is read as that kind, and by its beginning', () => {
    expect(keyParser('vk')(value)).toMatchObject({ kind, environment: 'live' })
    expect(kindOfPrefix(value, 'vk')).toBe(kind)
  })

  it('is hidden wherever a text may hold it', () => {
    expect(redactPath(`/a/${value}`, 'vk')).toBe(`/a/${REDACTED}`)
    expect(redactPath(`/a/${value.replace('vk', 'other')}`, 'vk')).toBe(`/a/${REDACTED}`)
    expect(withoutValues(`key ${value}`)).toBe('key [a credential]')
    expect(printable(new TextEncoder().encode(`key ${value}`))).toBe('key [secret]')
    const headers = new Headers({ 'sec-websocket-protocol': `chat, ${value}` })
    const forms = { brand: 'vk', importedPrefixes: [], jwtIssuers: [] }
    expect(checkSubprotocols(headers, forms)).toMatchObject({ ok: false })
  })
})

describe('schema.sql', () => {
  const db = new DatabaseSync(':memory:')
  db.exec(SCHEMA)
  db.exec(`INSERT INTO organizations (id, name) VALUES ('org_a', 'A');
    INSERT INTO service_users (id, organization_id, name, source_system)
      VALUES ('su_a', 'org_a', 'S', 'source');`)
  let made = 0
  /** The id of a row that the schema takes; undefined where it refuses it. */
  const takes = (kind: string, columns: Readonly<Record<string, string | number>>) => {
    const id = `key_${++made}`
    const row = { id, organization_id: 'org_a', kind, environment: 'live', name: 'K', ...columns }
    const names = Object.keys(row)
    try {
      db.prepare(
        `INSERT INTO credentials (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
      ).run(...Object.values(row))
      return id
    } catch {
      return undefined
    }
  }
  const digest = () => ({ digest: String(++made).padStart(40, 'd') })
  const user = { service_user_id: 'su_a' }
  const proper = (kind: (typeof KIND_NAMES)[number]) => ({
    ...(isSigned(kind) ? {} : digest()),
    ...(KINDS[kind].owner === 'service_user' ? user : {}),
  })

  it('knows these kinds wherever it lists them, and no others', () => {
    const lists = [...SCHEMA.matchAll(/kind IN \(([^)]*)\)/g)].map(([, list = '']) =>
      list.split(', ').toSorted(),
    )
    expect(lists.length).toBe(2)
    const names = KIND_NAMES.map((kind) => `'${kind}'`).toSorted()
    for (const list of lists) expect(list).toStrictEqual(names)
    expect(takes('other', digest())).toBeUndefined()
  })

  it.each(KIND_NAMES)('takes a %s with what the kind has, and with nothing else', (kind) => {
    const signed = isSigned(kind)
    const owned = KINDS[kind].owner === 'service_user'
    expect(takes(kind, proper(kind))).toBeDefined()
    expect(takes(kind, { ...(signed ? digest() : {}), ...(owned ? user : {}) })).toBeUndefined()
    expect(takes(kind, { ...(signed ? {} : digest()), ...(owned ? {} : user) })).toBeUndefined()
    const external = { external: `https://issuer.test ${++made}` }
    expect(takes(kind, { ...proper(kind), ...external }) !== undefined).toBe(signed)
    const listed = takes(kind, { ...proper(kind), origin_restricted: 1 })
    expect(listed !== undefined).toBe(hasOrigins(kind))
  })

  it.each(KIND_NAMES)('lets a %s have origins where the kind has them', (kind) => {
    const id = takes(kind, proper(kind))
    const add = () =>
      db
        .prepare('INSERT INTO credential_origins (credential_id, origin) VALUES (?, ?)')
        .run(id ?? '', 'https://a.example')
    if (hasOrigins(kind)) expect(add().changes).toBe(1)
    else expect(add).toThrow(/have an origin list/)
  })
})

/** Files in which kinds are data: the table, and what a deployer or the demo chooses. */
const DATA: readonly string[] = [
  'src/credentials/kinds.ts',
  'src/catalog.ts',
  'src/dev/demo/catalog.ts',
]
const COMPARING: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
  ts.SyntaxKind.EqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsToken,
])

const names = (node: ts.Node): boolean =>
  ts.isStringLiteralLike(node) && KIND_NAMES.some((kind) => kind === node.text)

/** Where a text decides by a kind's name: compares with one, looks for one, or lists some. */
function decisions(file: string, text: string): string[] {
  if (!KIND_NAMES.some((kind) => text.includes(`'${kind}'`))) return []
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    const decides =
      (ts.isBinaryExpression(node) &&
        COMPARING.has(node.operatorToken.kind) &&
        (names(node.left) || names(node.right))) ||
      (ts.isCaseClause(node) && names(node.expression)) ||
      (ts.isCallExpression(node) &&
        /\.(?:includes|has|indexOf)$/.test(node.expression.getText()) &&
        node.arguments.some(names)) ||
      (ts.isArrayLiteralExpression(node) && node.elements.filter(names).length > 1)
    if (decides) {
      const { line } = tree.getLineAndCharacterOfPosition(node.getStart())
      found.push(`${file}:${line + 1} ${node.getText()}`)
    }
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return found
}

describe('no file but the table', () => {
  it('decides by the name of a kind', () => {
    const files = readdirSync(new URL('src/', root), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file))
      .map((file) => `src/${file}`)
      .filter((file) => !DATA.includes(file))
    expect(files.length).toBeGreaterThan(300)
    expect(
      files.flatMap((file) => decisions(file, readFileSync(new URL(file, root), 'utf8'))),
    ).toStrictEqual([])
  })

  it.each([
    `const a = key.kind === 'secret'`,
    `const a = 'jwt' !== kind`,
    `switch (kind) { case 'access_token': }`,
    `const a = accepts.includes('publishable')`,
    `const a = ['secret', 'jwt']`,
  ])('and this would be found: %s', (text) => {
    expect(decisions('a.ts', text)).toHaveLength(1)
  })
})
