// Names that callers, upstreams and operators rely on stand in the source once: headers of ours, paths of
// the edge, limits that the code itself asks for.

import { globSync, readFileSync } from 'node:fs'

import ts from 'typescript'
import { describe, expect, it } from 'vitest'

import { KIND_LIMITS } from '../../src/credentials/kinds.ts'
import { HEADERS, SPELLED } from '../../src/lib/header-names.ts'
import { API_PREFIX, CONSOLE_PREFIX, isApiPath, JWKS_PATH } from '../../src/lib/paths.ts'

const ROOT = new URL('../../', import.meta.url).pathname
/** The demo's upstreams and what `npm run dev` prints speak as others do; what is generated is of its source. */
const FILES = globSync('src/**/*.{ts,tsx}', { cwd: ROOT }).filter(
  (file) => !file.startsWith('src/dev/') && !file.endsWith('.generated.ts'),
)

/** Each text that a file's code has, comments and patterns aside, with its place. */
function literals(file: string, text: string): { at: string; value: string }[] {
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const found: { at: string; value: string }[] = []
  const visit = (node: ts.Node): void => {
    const isText =
      ts.isStringLiteralLike(node) ||
      ts.isTemplateHead(node) ||
      ts.isTemplateMiddle(node) ||
      ts.isTemplateTail(node) ||
      ts.isJsxText(node)
    if (isText && !ts.isImportDeclaration(node.parent)) {
      const { line } = tree.getLineAndCharacterOfPosition(node.getStart())
      found.push({ at: `${file}:${line + 1}`, value: node.text })
    }
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return found
}

/** Where a text is written that the pattern describes. */
function written(pattern: RegExp, home: string): string[] {
  return FILES.filter((file) => file !== home).flatMap((file) => {
    const text = readFileSync(`${ROOT}${file}`, 'utf8')
    if (!pattern.test(text)) return []
    return literals(file, text).flatMap(({ at, value }) => (pattern.test(value) ? [at] : []))
  })
}

describe('headers of ours', () => {
  it('are named once', () => {
    const ours = Object.values(SPELLED).filter((name) => /^X-|^Idempotency/.test(name))
    expect(ours.length).toBeGreaterThan(15)
    // Within a sentence a name may be spelled; as a name by itself it is read from the list.
    const alone = FILES.filter((file) => file !== 'src/lib/header-names.ts').flatMap((file) => {
      const text = readFileSync(`${ROOT}${file}`, 'utf8')
      if (!ours.some((name) => text.toLowerCase().includes(name.toLowerCase()))) return []
      return literals(file, text).flatMap(({ at, value }) =>
        ours.some((name) => name.toLowerCase() === value.toLowerCase()) ? [`${at} ${value}`] : [],
      )
    })
    expect(alone).toStrictEqual([])
  })

  it('are read and set in lower case', () => {
    expect(Object.keys(HEADERS)).toStrictEqual(Object.keys(SPELLED))
    expect([HEADERS.apiKey, HEADERS.reason]).toStrictEqual(['x-api-key', 'x-edge-reason'])
  })
})

describe('paths of the edge', () => {
  it('are written once', () => {
    expect(written(/\/edge(?:\/|$)|\/\.well-known\/jwks/, 'src/lib/paths.ts')).toStrictEqual([])
  })

  it('are what callers know', () => {
    expect([API_PREFIX, CONSOLE_PREFIX, JWKS_PATH]).toStrictEqual([
      ...['/edge/v1', '/edge/console', '/.well-known/jwks.json'],
    ])
    expect(
      ['/edge/v1/keys', '/edge/v1', '/edge/v10/keys', '/v1/keys'].map(isApiPath),
    ).toStrictEqual([...[true, false, false, false]])
  })
})

describe('limits of kinds', () => {
  it('are the catalog’s', () => {
    expect(KIND_LIMITS).toStrictEqual(['publishable'])
  })
})
