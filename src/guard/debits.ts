// Debits that may be given back: of who asked ahead of the record, and of the edge's own operations.
// Each has a number, which is taken from the list when it is given back, so that whoever asks twice,
// or late, gets nothing. What nobody gives back counts until it has left the window, like any other.

import type { Debit, Debits, Draft } from './books.ts'

/** After so long a debit stays: requests have been answered by then. */
const RETURNABLE_MS = 30_000
/** The oldest beyond these stay too. */
const RETURNABLE_MAX = 100

/** Notes a debit. @returns its number. */
export function noteDebit(draft: Draft, parts: Debit['parts'], now: number): number {
  const { lastId, open } = returnable(draft, now)
  const id = lastId + 1
  const noted = [...open, { id, at: now, parts }].slice(-RETURNABLE_MAX)
  draft.change({ debits: { lastId: id, open: noted } })
  return id
}

/** Takes a debit from the list; undefined: it was taken before, or has been there for too long. */
export function takeDebit(draft: Draft, id: number, now: number): Debit | undefined {
  const { lastId, open } = returnable(draft, now)
  const taken = open.find((one) => one.id === id)
  if (taken) draft.change({ debits: { lastId, open: open.filter((one) => one !== taken) } })
  return taken
}

function returnable(draft: Draft, now: number): Debits {
  const { lastId, open } = draft.books.debits
  return { lastId, open: open.filter(({ at }) => Math.abs(now - at) < RETURNABLE_MS) }
}
