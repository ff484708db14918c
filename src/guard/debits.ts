// Debits that may be given back: of who asked ahead of the record, and of the edge's own operations.
// Each has a number, which is taken from the list when it is given back, so that whoever asks twice,
// or late, gets nothing. What nobody gives back counts until it has left the window, like any other.

import type { Limit } from '../lib/limit.ts'
import type { LedgerStore } from './spending.ts'

/** After so long a debit stays: requests have been answered by then. */
const RETURNABLE_MS = 30_000
/** The oldest beyond these stay too. */
const RETURNABLE_MAX = 100

export interface Debit {
  readonly id: number
  /** By the guard's clock (Unix ms). */
  readonly at: number
  /** Each limit, at its own time. */
  readonly parts: readonly { readonly limit: Limit; readonly time: number }[]
}

interface Book {
  readonly lastId: number
  readonly open: readonly Debit[]
}

const EMPTY: Book = { lastId: 0, open: [] }

export class Debits {
  private readonly store: LedgerStore

  constructor(store: LedgerStore) {
    this.store = store
  }

  /** Notes a debit. @returns its number. */
  note(parts: Debit['parts'], now: number): number {
    const book = this.book(now)
    const id = book.lastId + 1
    const open = [...book.open, { id, at: now, parts }].slice(-RETURNABLE_MAX)
    this.store.put('debits', { lastId: id, open } satisfies Book)
    return id
  }

  /** Takes a debit from the list; undefined: it was taken before, or has been there for too long. */
  take(id: number, now: number): Debit | undefined {
    const book = this.book(now)
    const taken = book.open.find((one) => one.id === id)
    if (!taken) return undefined
    const open = book.open.filter((one) => one !== taken)
    this.store.put('debits', { lastId: book.lastId, open } satisfies Book)
    return taken
  }

  private book(now: number): Book {
    const { lastId, open } = this.store.get<Book>('debits') ?? EMPTY
    return { lastId, open: open.filter(({ at }) => Math.abs(now - at) < RETURNABLE_MS) }
  }
}
