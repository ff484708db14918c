// The hosts that have public suffixes below them and are none themselves: what tldts knows and does not tell.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

import { getDomain } from 'tldts'

/** Of tldts, as one flat tree: the edges of a node are `edgeStart[node]` to `edgeStart[node + 1]`. */
interface Trie {
  readonly rulesRoot: number
  readonly edgeStart: ArrayLike<number>
  readonly edgeChild: ArrayLike<number>
  readonly edgeLength: ArrayLike<number>
  /** The labels of all edges, one after the other. */
  readonly labelText: string
}

const require = createRequire(import.meta.url)
const trie = require('tldts/dist/cjs/src/data/trie.js') as Trie

/** The tldts that is installed, as `SUFFIX_LIST` of origin-owner.ts names it. */
export function installedList(): string {
  const text = readFileSync(require.resolve('tldts/package.json'), 'utf8')
  return `tldts ${(JSON.parse(text) as { readonly version: string }).version}`
}

/** A-labels, sorted. */
export function namesWithSuffixesBelow(): string[] {
  const names: string[] = []
  const starts: number[] = []
  for (let edge = 0, at = 0; edge < trie.edgeLength.length; at += trie.edgeLength[edge++]!) {
    starts.push(at)
  }
  const walk = (node: number, name: string): void => {
    if (name.includes('*.')) throw new Error(`a rule below ${name}: a list of names cannot say it`)
    if (hasEdges(node) && isOwned(name)) names.push(name)
    for (let edge = trie.edgeStart[node]!; edge < trie.edgeStart[node + 1]!; edge++) {
      const start = starts[edge]!
      const label = trie.labelText.slice(start, start + trie.edgeLength[edge]!)
      const child = trie.edgeChild[edge]!
      if (label === '*' && !hasEdges(child)) continue
      walk(child, name === '' ? label : `${label}.${name}`)
    }
  }
  walk(trie.rulesRoot, '')
  return names.filter((name) => /^[\w.-]+$/.test(name)).toSorted()
}

function hasEdges(node: number): boolean {
  return trie.edgeStart[node]! < trie.edgeStart[node + 1]!
}

function isOwned(name: string): boolean {
  return getDomain(name, { allowPrivateDomains: true, extractHostname: false }) !== null
}

/** The text of src/lists/suffixes-below.generated.ts. */
export function generatedSuffixes(): string {
  return `// Made by npm run build:suffixes of ${installedList()}.

/** Hosts that are no public suffix and have one below them. */
export const SUFFIXES_BELOW =
  '${namesWithSuffixesBelow().join(' ')}'
`
}
