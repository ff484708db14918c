// Removing entries of an allowlist: what goes and what that leaves is said first. Where it leaves
// nothing, nobody passes any more, and that is confirmed by a name.

import { confirmationFault } from '../kit/confirm-form.tsx'
import { faultOf } from '../kit/fault.ts'
import { onList, saveList } from './read.ts'
import { reviewPage, type Review } from './review.tsx'
import { listPage } from './show.tsx'

const NONE = 'Tick the entries that are to be removed; those that were ticked are gone already.'

export const removeEntries = onList(async (c, list) => {
  const form = c.get('form')
  const asked = new Set(form.getAll('entry'))
  const gone = (list.entries ?? []).filter((entry) => asked.has(entry))
  if (gone.length === 0) {
    return await listPage(c, list, { fault: { field: undefined, sentence: NONE } })
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
  return saved instanceof Response ? saved : reviewPage(c, list, review, faultOf(saved))
})
