// Lifting a restriction: the list is taken away, and everybody passes again.

import type { PageContext } from '../context.ts'
import { confirmationFault } from '../kit/confirm-form.tsx'
import { faultOf } from '../kit/fault.ts'
import { done, refused } from '../respond.tsx'
import { readList, saveList } from './read.ts'
import { reviewPage, type Review } from './review.tsx'

const LIFTING: Review = { action: 'lift', after: null, submit: 'Lift the restriction', fields: [] }

export async function askLifting(c: PageContext): Promise<Response> {
  const found = await readList(c)
  if (!found.ok) return refused(c, found)
  if (found.value.entries === null) return c.redirect(found.value.url, 303)
  return reviewPage(c, found.value, LIFTING)
}

export async function liftRestriction(c: PageContext): Promise<Response> {
  const found = await readList(c)
  if (!found.ok) return refused(c, found)
  const list = found.value
  const fault = confirmationFault(c.get('form'), list.owner)
  if (fault) return reviewPage(c, list, LIFTING, fault)
  const saved = await saveList(c, list, null)
  if (saved.ok) return await done(c, list.url, 'list_saved', saved.value.receipt)
  return reviewPage(c, list, LIFTING, faultOf(saved))
}
