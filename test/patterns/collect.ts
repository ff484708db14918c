// Every regular expression of src, found by its syntax tree, so that a new one is looked at without
// being named anywhere. One that is put together at run time is read as far as the file itself says of
// what; for the rest there is `SAMPLES`.

import { readdirSync, readFileSync } from 'node:fs'

import ts from 'typescript'

export interface Pattern {
  /** `src/gate/path.ts:32` */
  readonly at: string
  readonly file: string
  readonly source: string
  readonly flags: string
}

export interface Collected {
  readonly patterns: readonly Pattern[]
  /** Places of patterns of which it is not known what they are made of. */
  readonly unread: readonly string[]
}

/** What an expression stands for in a pattern, by file: settings, and words of ours. */
const SAMPLES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'src/audit/redact.ts': { brand: 'vk', prefix: 'legacy-', words: 'legacy-|key|vk' },
  'src/control/api/audit/parameters.ts': { "names.join('|')": 'day|key|product' },
  'src/control/api/keys/schemas.ts': { prefix: 'key' },
  'src/gate/subprotocol.ts': {
    brand: 'vk',
    "issuers.join('|')": String.raw`"https://edge\.test"|"https://idp\.test"`,
    'RegExp.escape(prefix)': 'legacy-',
  },
  'src/credentials/format.ts': { brand: 'vk' },
  'src/credentials/redact-values.ts': { 'KINDS[TOKEN_KIND].proof.mark': 'tok' },
  'src/cli/input.ts': { prefix: 'key' },
}

/** What a constant of another file stands for, wherever it is used. */
const IMPORTED: Readonly<Record<string, string>> = { MARK_WORDS: 'pub|tok' }

const root = new URL('../../', import.meta.url)

/** The patterns of all files of src. */
export function collect(): Collected {
  const files = readdirSync(new URL('src/', root), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => `src/${file}`)
  const each = files.map((file) => collectFrom(file, readFileSync(new URL(file, root), 'utf8')))
  return {
    patterns: each.flatMap(({ patterns }) => patterns),
    unread: each.flatMap(({ unread }) => unread),
  }
}

/** The patterns of one file. */
export function collectFrom(file: string, text: string): Collected {
  const kind = file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, kind)
  const patterns: Pattern[] = []
  const unread: string[] = []
  const take = (node: ts.Node, source: string | undefined, flags: string | undefined): void => {
    const at = `${file}:${tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`
    if (source === undefined || flags === undefined) unread.push(`${at} ${node.getText()}`)
    else patterns.push({ at, file, source, flags })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/')
      take(node, node.text.slice(1, end), node.text.slice(end + 1))
    } else if (ts.isNewExpression(node) || ts.isCallExpression(node)) {
      const [first, second, third] = node.arguments ?? []
      const callee = node.expression
      if (callee.getText() === 'RegExp' && first) {
        take(node, read(first, tree), second ? read(second, tree) : '')
      } else if (
        // A text that becomes a pattern; a router's `match` takes two, and a name.
        ts.isPropertyAccessExpression(callee) &&
        ['match', 'matchAll', 'search'].includes(callee.name.text) &&
        first &&
        ts.isStringLiteralLike(first) &&
        !second &&
        !third
      ) {
        take(node, first.text, '')
      }
    }
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return { patterns, unread }
}

/** The text that an expression stands for; undefined where the file and `SAMPLES` do not say. */
function read(node: ts.Node, tree: ts.SourceFile): string | undefined {
  const sample = SAMPLES[tree.fileName]?.[node.getText()] ?? IMPORTED[node.getText()]
  if (sample !== undefined) return sample
  if (ts.isStringLiteralLike(node) || ts.isNumericLiteral(node)) return node.text
  if (ts.isTemplateExpression(node)) {
    const spans = node.templateSpans.map(({ expression, literal }) => {
      const text = read(expression, tree)
      return text === undefined ? undefined : text + literal.text
    })
    return spans.includes(undefined) ? undefined : node.head.text + spans.join('')
  }
  if (ts.isIdentifier(node)) {
    const made = constants(tree).get(node.text)
    return made ? read(made, tree) : undefined
  }
  return undefined
}

/** What the constants of a file are set to. */
function constants(tree: ts.SourceFile): ReadonlyMap<string, ts.Expression> {
  const found = new Map<string, ts.Expression>()
  const declarations = tree.statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => declarationList.declarations)
  for (const { name, initializer } of declarations) {
    if (ts.isIdentifier(name) && initializer) found.set(name.text, initializer)
  }
  return found
}
