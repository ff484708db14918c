// What a list does now, in words.

import { Badge } from '../kit/badge.tsx'
import { callsOf, WORDS, type List } from './read.ts'

/** A list's state in a word or two. */
export function State({ entries }: { entries: readonly string[] | null }) {
  if (entries === null) return <Badge text="not restricted" />
  if (entries.length === 0) return <Badge text="empty: nobody passes" tone="bad" />
  return <Badge text={entries.length === 1 ? '1 entry' : `${entries.length} entries`} tone="good" />
}

/** In a sentence. */
export function Now({ list }: { list: List }) {
  const { entries, name, key } = list
  const { many, pass } = WORDS[name]
  const other =
    name === 'origins'
      ? ''
      : key
        ? ' that the organization’s list admits'
        : ' that the key’s own list admits'
  return (
    <p>
      <State entries={entries} />{' '}
      {entries === null
        ? `This list restricts nothing: ${callsOf(list)} pass from ${pass}${other}.`
        : entries.length === 0
          ? `The restriction is on and nothing is listed: ${callsOf(list)} are all refused. Add an entry, or lift the restriction.`
          : `${capital(callsOf(list))} pass from these ${many} alone; all others are refused.`}
    </p>
  )
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
