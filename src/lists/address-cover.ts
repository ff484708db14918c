// Whether one address list reaches beyond another.

import { compileAddressList, parseAddressEntry, type Range } from './address-list.ts'

/**
 * The first entry that admits an address which no entry of `outer` admits; undefined where there is none.
 * Networks side by side cover what they make up together. What cannot be read is covered by nothing.
 */
export function uncoveredAddress(
  outer: readonly string[],
  entries: readonly string[],
): string | undefined {
  const list = compileAddressList(outer)
  if ('unreadable' in list) return entries[0]
  return entries.find((entry) => {
    const range = parseAddressEntry(entry)
    if (!range.ok) return true
    return range.value.family === 4
      ? !covers(list.v4, range.value, 1)
      : !covers(list.v6, range.value, 1n)
  })
}

interface Networks<T> {
  readonly firsts: readonly T[]
  readonly lasts: readonly T[]
}

/** The networks are disjoint and in ascending order. */
function covers<T extends number | bigint>(
  { firsts, lasts }: Networks<T>,
  { first, last }: Pick<Range, 'first' | 'last'>,
  one: T,
): boolean {
  let next = first as T
  // The last network that begins at or before it.
  let [low, high] = [0, firsts.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((firsts[middle] as T) <= next) low = middle + 1
    else high = middle
  }
  for (let i = Math.max(low - 1, 0); i < firsts.length; i++) {
    if ((firsts[i] as T) > next) return false
    const end = lasts[i] as T
    if (end >= last) return true
    if (end >= next) next = ((end as number) + (one as number)) as T
  }
  return false
}
