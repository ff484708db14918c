// What an entry of an allowlist covers, in words, by the lists' own readers. Pure.

import { formatAddress } from '../../../lists/address.ts'
import { describeRange, parseAddressEntry, type Range } from '../../../lists/address-list.ts'
import { parseOriginEntry } from '../../../lists/origin-entry.ts'
import type { OriginEntry } from '../../../lists/origin-list.ts'
import { numberText } from '../kit/number.ts'

export type ListName = 'ips' | 'origins'

/** An entry as it was typed: what it covers, or what is wrong with it. */
export interface Verdict {
  /** From 1, of the lines that hold anything. */
  readonly line: number
  readonly text: string
  readonly ok: boolean
  readonly sentence: string
}

/** How an entry is kept; the error says what is wrong. */
export function readEntry(list: ListName, text: string): { kept: string } | { wrong: string } {
  if (list === 'origins') {
    const entry = parseOriginEntry(text)
    return entry.ok ? { kept: entry.value.origin } : { wrong: entry.error }
  }
  const range = parseAddressEntry(text)
  return range.ok ? { kept: describeRange(range.value) } : { wrong: range.error }
}

export function verdictsOf(list: ListName, lines: readonly string[]): Verdict[] {
  return lines.map((text, i) => {
    const read = readEntry(list, text)
    const ok = 'kept' in read
    return {
      line: i + 1,
      text,
      ok,
      sentence: ok ? coverageOf(list, text) : after(text, read.wrong),
    }
  })
}

/** A fault that begins with the entry, without it: that stands in front already. */
function after(text: string, wrong: string): string {
  return wrong.startsWith(`${text} `) ? wrong.slice(text.length + 1) : wrong
}

/** What a stored entry covers. One that cannot be read covers nothing and blocks its whole list. */
export function coverageOf(list: ListName, text: string): string {
  if (list === 'origins') {
    const entry = parseOriginEntry(text)
    return entry.ok ? originCoverage(entry.value) : unreadable(entry.error)
  }
  const range = parseAddressEntry(text)
  if (!range.ok) return unreadable(range.error)
  const kept = describeRange(range.value)
  return addressCoverage(range.value) + (kept === text ? '' : `; kept as ${kept}`)
}

function unreadable(why: string): string {
  return `cannot be read (${why}), so every call that this list decides is refused: remove it`
}

function addressCoverage(range: Range): string {
  const { first, last, example } = ends(range)
  if (first === last) return `1 address: ${first}`
  return `${countOf(range)} addresses, ${first} – ${last}, such as ${example}`
}

const v4 = (value: number): string => formatAddress({ family: 4, value })
const v6 = (value: bigint): string => formatAddress({ family: 6, value })

/** The first and the last address, and one in between. */
function ends({ family, first, last }: Range): { first: string; last: string; example: string } {
  if (family === 4) {
    return { first: v4(first), last: v4(last), example: v4(Math.min(first + 7, last)) }
  }
  return { first: v6(first), last: v6(last), example: v6(first + 7n > last ? last : first + 7n) }
}

/** Above what anybody can picture, as a power of two. */
function countOf(range: Range): string {
  const bits = (range.family === 4 ? 32 : 128) - range.prefix
  return bits > 32 ? `2^${bits}` : numberText(2 ** bits)
}

function originCoverage({ kind, origin }: OriginEntry): string {
  if (kind === 'exact') {
    const [scheme = '', host = ''] = origin.split('://')
    const other = scheme === 'https' ? ` and not http://${host}` : ''
    return `pages of ${origin} alone; no subdomain, no other port${other}`
  }
  const [scheme = '', parent = ''] = origin.split('://*.')
  const web = `${scheme}://`
  return `pages of every host below ${parent}, such as ${web}app.${parent} and ${web}a.b.${parent}; not ${web}${parent} itself`
}
