// New entries of an allowlist: checked line by line, then added. The first one is asked about again,
// because with it everybody else is refused.

import type { PageContext } from '../context.ts'
import { faultOf, type Fault } from '../kit/fault.ts'
import { linesOf } from '../kit/list-field.tsx'
import { fewest } from './add-form.tsx'
import { readEntry, verdictsOf } from './coverage.ts'
import { onList, saveList, type List } from './read.ts'
import { reviewPage } from './review.tsx'
import { listPage } from './show.tsx'

export const addEntries = onList(async (c, list) => {
  const form = c.get('form')
  const text = form.get('entries') ?? ''
  const lines = linesOf(text)
  const verdicts = verdictsOf(list.name, lines)
  const typed = { text, verdicts }
  if (form.get('do') === 'check') return await listPage(c, list, { typed })
  const fault = faultIn(list, lines)
  if (fault) return await listPage(c, list, { typed, fault })
  const after = added(list, lines)
  if (list.entries === null && form.get('confirmed') !== 'yes') {
    return reviewPage(c, list, {
      ...{ action: 'add', after, fields: [['entries', lines.join('\n')]] },
      submit: 'Begin the restriction',
    })
  }
  const saved = await saveList(c, list, after)
  if (saved instanceof Response) return saved
  // The API speaks of the whole list; what was typed are its new entries.
  const refusal = faultOf(saved, { ips: '', origins: '' })
  return await listPage(c, list, { typed, fault: { ...refusal, field: 'entries' } })
})

/** Answers script with what each line covers, or what is wrong with it; knows no list, changes none. */
export function checkEntries(c: PageContext): Response {
  const form = c.get('form')
  const list = form.get('list') === 'origins' ? 'origins' : 'ips'
  const lines = linesOf(form.get('entries'))
  return c.json({ verdicts: fewest(verdictsOf(list, lines)) })
}

function faultIn({ name }: List, lines: readonly string[]): Fault | undefined {
  if (lines.length === 0) return { field: 'entries', sentence: 'must not be empty' }
  for (const [i, line] of lines.entries()) {
    const read = readEntry(name, line)
    if ('wrong' in read) return { field: 'entries', sentence: `entry ${i + 1}: ${read.wrong}` }
  }
  return undefined
}

/** The list with the new entries behind it, each once. */
function added({ name, entries }: List, lines: readonly string[]): string[] {
  const fresh = lines.flatMap((line) => {
    const read = readEntry(name, line)
    return 'kept' in read ? [read.kept] : []
  })
  return [...new Set([...(entries ?? []), ...fresh])]
}
