// Removing entries of an allowlist: what goes and what that leaves is said first. Where it leaves
// nothing, nobody passes any more, and that is confirmed by a name.

import { confirmationFault } from '../kit/confirm-form.tsx'
import type { PageContext } from '../context.ts'
import { faultOf } from '../kit/fault.ts'
import { done, refused } from '../respond.tsx'
import { readList, saveList } from './read.ts'
import { reviewPage, type Review } from './review.tsx'
import { listPage } from './show.tsx'

export async function removeEntries(c: PageContext): Promise<Response> {
  const found = await readList(c)
  if (!found.ok) return refused(c, found)
  const list = found.value
  const form = c.get('form')
  const asked = new Set(form.getAll('entry'))
  const gone = (list.entries ?? []).filter((entry) => asked.has(entry))
  if (gone.length === 0) {
    const sentence =
      'Tick the entries that are to be removed; those that were ticked are gone already.'
    return await listPage(c, list, { fault: { field: undefined, sentence } })
  }
  // Of the list as it is now, whatever another has changed since the page was made.
  const after = (list.entries ?? []).filter((entry) => !asked.has(entry))
  const review: Review = {
    ...{ action: 'remove', after, gone, submit: 'Remove' },
    fields: gone.map((entry) => ['entry', entry]),
  }
  if (form.get('confirmed') !== 'yes') return reviewPage(c, list, review)
  const fault = after.length === 0 ? confirmationFault(form, list.owner) : undefined
  if (fault) return reviewPage(c, list, review, fault)
  const saved = await saveList(c, list, after)
  if (saved.ok) return await done(c, list.url, 'list_saved', saved.value.receipt)
  return reviewPage(c, list, review, faultOf(saved))
}
