// Which row a forgiving upstream's router could take a path for. The rows of one verb as a tree by
// segment, walked in the order of specificity along every reading of each segment (readings.ts). What
// a walk costs is bounded by the tree: beyond its depth no segment is looked at.

import { fold, maySkip, readingsOf, skipOf } from './readings.ts'

/** What it is built from; which row it is counts, not what is in it. */
interface Row {
  readonly pattern: string
}

interface Node {
  /** By the literal as the catalog spells it. */
  readonly exact: Map<string, Node>
  /** By the literal as it is read. */
  readonly folded: Map<string, Node[]>
  /** `:name`. */
  named: Node | undefined
  /** The row that ends here. */
  end: Row | undefined
  /** The row of `/**`. */
  rest: Row | undefined
}

export class ForgivingRouter {
  private readonly root = newNode()
  private longestLiteral = 0

  /** Of two rows of one form the first counts. */
  add(row: Row): void {
    let node = this.root
    for (const segment of segmentsOf(row.pattern)) {
      if (segment === '**') {
        node.rest ??= row
        return
      }
      if (segment.startsWith(':')) node = node.named ??= newNode()
      else node = this.child(node, segment)
    }
    node.end ??= row
  }

  private child(node: Node, literal: string): Node {
    this.longestLiteral = Math.max(this.longestLiteral, literal.length)
    const known = node.exact.get(literal)
    if (known) return known
    const child = newNode()
    node.exact.set(literal, child)
    const folded = fold(literal)
    node.folded.set(folded, [...(node.folded.get(folded) ?? []), child])
    return child
  }

  /**
   * Whether no router takes a path for another row than the one that it is. A segment that the row
   * itself spells out is taken as it is: the catalog's author has told it from its neighbours.
   */
  takesOnly(row: Row, path: string): boolean {
    const segments = segmentsOf(path)
    if (this.walk(this.root, segments, 0) !== row) return false
    return !maySkip(path) || this.skipsNowhere(row, segments)
  }

  private skipsNowhere(row: Row, segments: readonly string[]): boolean {
    const own = segmentsOf(row.pattern)
    const skipped = segments.map((text, at) => (isLiteral(own[at]) ? undefined : skipOf(text)))
    const blankless = segments.filter((_, at) => skipped[at] !== 'blank')
    if (blankless.length < segments.length && this.walk(this.root, blankless, 0) !== row) {
      return false
    }
    const shortest = segments.filter((_, at) => skipped[at] === undefined)
    const other = this.walk(this.root, shortest, 0)
    // A file called `index` or `.env` in a folder that is no row itself leads nowhere else.
    return other === undefined || other === row
  }

  /** The most specific row along any reading; a literal as it is spelled goes before its readings. */
  private walk(node: Node, segments: readonly string[], at: number): Row | undefined {
    const segment = segments[at]
    if (segment === undefined) return node.end ?? node.rest
    const literal = node.exact.size > 0 ? this.walkLiterals(node, segments, at) : undefined
    if (literal) return literal
    const named = node.named && segment !== '' ? this.walk(node.named, segments, at + 1) : undefined
    return named ?? node.rest
  }

  private walkLiterals(node: Node, segments: readonly string[], at: number): Row | undefined {
    const segment = segments[at] ?? ''
    const exact = node.exact.get(segment)
    const row = exact && this.walk(exact, segments, at + 1)
    if (row) return row
    for (const reading of readingsOf(segment, this.longestLiteral)) {
      for (const child of node.folded.get(reading) ?? []) {
        const read = child === exact ? undefined : this.walk(child, segments, at + 1)
        if (read) return read
      }
    }
    return undefined
  }
}

function segmentsOf(path: string): string[] {
  return path.split('/').slice(1)
}

function isLiteral(segment: string | undefined): boolean {
  return segment !== undefined && segment !== '**' && !segment.startsWith(':')
}

function newNode(): Node {
  return { exact: new Map(), folded: new Map(), named: undefined, end: undefined, rest: undefined }
}
