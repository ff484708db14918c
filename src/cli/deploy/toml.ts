// Edits of TOML files that people write: only the bytes of the values that change are replaced, so
// comments, order and spacing stay. (Wrangler's own `experimental_patchConfig` refuses a TOML file that
// has comments.)

import { getStaticTOMLValue, parseTOML, type AST } from 'toml-eslint-parser'

/** Where a value stands: `['d1_databases', 0, 'database_id']`. */
export type Path = readonly (string | number)[]

/** A value to be replaced by a text. */
export interface TextChange {
  readonly path: Path
  readonly text: string
}

/** A value with its place; `text` is undefined unless it is one. */
export interface Placed {
  readonly path: Path
  readonly text: string | undefined
}

/** The whole file as plain data. Throws the parser's error, which names line and column. */
export function readToml(source: string): Readonly<Record<string, unknown>> {
  return getStaticTOMLValue(parseTOML(source))
}

/** Each value of the file, tables and lists of values included. */
export function placesOf(source: string): Placed[] {
  return [...placed(topOf(source).body, [])].map(({ path, node }) => ({ path, text: textOf(node) }))
}

/** @throws Error where a path leads to no value: nothing is added, only replaced. */
export function setTexts(source: string, changes: readonly TextChange[]): string {
  const nodes = [...placed(topOf(source).body, [])]
  const edits = changes.map(({ path, text }) => {
    const found = nodes.find((one) => samePath(one.path, path))
    if (found === undefined) throw new Error(`there is no ${path.join('.')}`)
    return { range: found.node.range, text: quote(text) }
  })
  // From the end, so that the ranges of those before stay true.
  return edits
    .toSorted((a, b) => b.range[0] - a.range[0])
    .reduce((all, { range, text }) => all.slice(0, range[0]) + text + all.slice(range[1]), source)
}

/** What a copy of tables takes, and under which table it puts them: both by their first key. */
export interface Copy {
  readonly names: ReadonlySet<string>
  /** Of bare keys: `['env', 'staging']`. */
  readonly under: readonly string[]
  /** Lines that come first in the table `under`. */
  readonly first: readonly string[]
}

/** The named tables and values of the top level once more, under another table: text to be appended. */
export function copyUnder(source: string, { names, under, first }: Copy): string {
  const wanted = topOf(source).body.filter((node) => names.has(String(keysOf(node)[0])))
  const values = wanted
    .filter((node) => node.type === 'TOMLKeyValue')
    .map((node) => source.slice(...node.range))
  const tables = wanted
    .filter((node) => node.type === 'TOMLTable')
    .map((node) => {
      const [from, to] = node.range
      const key = node.key.range[0]
      const [comment = ''] = /.*/.exec(source.slice(to)) ?? []
      return `${source.slice(from, key)}${under.join('.')}.${source.slice(key, to)}${comment}`
    })
  return [[`[${under.join('.')}]`, ...first, ...values].join('\n'), ...tables].join('\n\n') + '\n'
}

/** A TOML basic string (TOML 1.0, "String") of a text without control characters is its JSON. */
function quote(text: string): string {
  return JSON.stringify(text)
}

function topOf(source: string): AST.TOMLTopLevelTable {
  return parseTOML(source).body[0]
}

interface PlacedNode {
  readonly path: Path
  readonly node: AST.TOMLContentNode
}

function* placed(
  body: readonly (AST.TOMLKeyValue | AST.TOMLTable)[],
  above: Path,
): Generator<PlacedNode> {
  for (const node of body) {
    if (node.type === 'TOMLTable') {
      yield* placed(node.body, node.resolvedKey)
    } else {
      yield* within({ path: [...above, ...keysOf(node)], node: node.value })
    }
  }
}

function* within({ path, node }: PlacedNode): Generator<PlacedNode> {
  yield { path, node }
  if (node.type === 'TOMLInlineTable') yield* placed(node.body, path)
  if (node.type !== 'TOMLArray') return
  for (const [i, element] of node.elements.entries()) {
    yield* within({ path: [...path, i], node: element })
  }
}

function keysOf(node: AST.TOMLKeyValue | AST.TOMLTable): Path {
  if (node.type === 'TOMLTable') return node.resolvedKey
  return node.key.keys.map((key) => (key.type === 'TOMLBare' ? key.name : key.value))
}

function textOf(node: AST.TOMLContentNode): string | undefined {
  return node.type === 'TOMLValue' && node.kind === 'string' ? node.value : undefined
}

function samePath(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((part, i) => part === b[i])
}
