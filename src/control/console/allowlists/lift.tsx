// Lifting a restriction: the list is taken away, and everybody passes again.

import { confirmationFault } from '../kit/confirm-form.tsx'
import { faultOf } from '../kit/fault.ts'
import { onList, saveList } from './read.ts'
import { reviewPage, type Review } from './review.tsx'

const LIFTING: Review = { action: 'lift', after: null, submit: 'Lift the restriction', fields: [] }

export const askLifting = onList((c, list) =>
  list.entries === null ? c.redirect(list.url, 303) : reviewPage(c, list, LIFTING),
)

export const liftRestriction = onList(async (c, list) => {
  const fault = confirmationFault(c.get('form'), list.owner)
  if (fault) return reviewPage(c, list, LIFTING, fault)
  const saved = await saveList(c, list, null)
  return saved instanceof Response ? saved : reviewPage(c, list, LIFTING, faultOf(saved))
})
