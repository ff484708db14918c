// All that a guard remembers, in one row of its object's storage, so that a call writes once whatever it
// changes; but for the fence, which changes seldom, and the windows of single addresses: there is no telling
// how many. A call works on a draft, which is written whole or not at all.
//
// A guard of release 0.1 finds its fence and the leases that are out in these rows, too: none of what it must
// know is lost where a release is taken back. Windows begin anew then.

import type { Limit } from '../lib/limit.ts'
import type { Buckets, Outstanding } from './window.ts'

/* oxlint-disable typescript/no-unnecessary-type-parameters -- the runtime's own has them */

/** The part of a Durable Object's `ctx.storage.kv` that is used. */
export interface LedgerStore {
  get<T>(key: string): T | undefined
  put(key: string, value: unknown): void
  delete(key: string): boolean
  list<T>(options: { readonly prefix: string }): Iterable<[string, T]>
}

/* oxlint-enable typescript/no-unnecessary-type-parameters */

/** The lowest generation admitted, and when it was raised (Unix ms). */
export interface Fence {
  readonly generation: number
  readonly at: number
  /** When it began, knowing nothing: its storage may have been lost shortly before, with leases out. */
  readonly begunAt?: number
}

/** A lease that has not been settled: it counts against every limit named. */
export interface OpenLease extends Outstanding {
  readonly id: number
  /** When it was given, by the guard's clock (Unix ms); a while before `until` where it is not said. */
  readonly at?: number
  /** As in AdmitAsk. */
  readonly mark?: string
  readonly limits: readonly Limit[]
  /** What a token costs of each limit; one where it is not said. */
  readonly weights?: readonly number[]
  /** For how long its isolate may use it (ms); of the previous release where it is not said. */
  readonly ms?: number
}

export interface Leases {
  readonly lastId: number
  readonly open: readonly OpenLease[]
}

/** A debit that may be given back. */
export interface Debit {
  readonly id: number
  /** By the guard's clock (Unix ms). */
  readonly at: number
  /** Each limit, at its own time. */
  readonly parts: readonly DebitPart[]
}

export interface DebitPart {
  readonly limit: Limit
  readonly time: number
  /** One where it is not said. */
  readonly count?: number
}

export interface Debits {
  readonly lastId: number
  readonly open: readonly Debit[]
}

/** The limits that were last asked for by their names, and on which generation. */
export interface Remembered {
  readonly generation: number
  readonly limits: readonly Limit[]
  readonly weights?: readonly number[]
}

export interface Books {
  readonly fence?: Fence
  readonly leases: Leases
  readonly debits: Debits
  /** By name of the limit. */
  readonly windows: Readonly<Record<string, Buckets>>
  /** By name of the limit, then by label of the period. */
  readonly periods: Readonly<Record<string, Readonly<Record<string, number>>>>
  /** By the names of the limits, with a space between. */
  readonly asked: Readonly<Record<string, Remembered>>
}

type Kept = Omit<Books, 'fence' | 'leases'>

const EMPTY: Books = {
  leases: { lastId: 0, open: [] },
  debits: { lastId: 0, open: [] },
  windows: {},
  periods: {},
  asked: {},
}

const FENCE = 'fence'
/** The leases, and beside them all the rest. */
const ROW = 'leases'
/** A window that is an address's has a row by this and the key of its limit. */
const WINDOW_PREFIX = 'window:'

/** What a call changes. Nothing of it is stored before `save`. */
export class Draft {
  books: Books
  private readonly stored: Books
  private readonly store: LedgerStore
  private readonly addresses = new Map<string, Buckets | null>()

  constructor(store: LedgerStore) {
    this.store = store
    this.stored = booksOf(store)
    this.books = this.stored
  }

  change(books: Partial<Books>): void {
    this.books = { ...this.books, ...books }
  }

  window(limit: Limit): Buckets {
    if (limit.partition === undefined) return this.books.windows[limit.name] ?? []
    const key = windowKey(limit)
    const changed = this.addresses.get(key)
    return changed === undefined ? (this.store.get<Buckets>(key) ?? []) : (changed ?? [])
  }

  /** Null: it is not kept any more. */
  setWindow(limit: Pick<Limit, 'name' | 'partition'>, buckets: Buckets | null): void {
    if (limit.partition !== undefined) {
      this.addresses.set(windowKey(limit), buckets)
      return
    }
    const { [limit.name]: _former, ...others } = this.books.windows
    this.change({ windows: buckets ? { ...others, [limit.name]: buckets } : others })
  }

  /** The windows of single addresses. */
  *addressWindows(): Iterable<[Pick<Limit, 'name' | 'partition'>, Buckets]> {
    for (const [key, buckets] of this.store.list<Buckets>({ prefix: WINDOW_PREFIX })) {
      const [name = '', ...partition] = key.slice(WINDOW_PREFIX.length).split('@')
      yield [{ name, partition: partition.join('@') }, buckets]
    }
  }

  /** Stores what has been changed. @returns whether it is the first that is ever stored */
  save(): boolean {
    const { stored, books } = this
    for (const [key, buckets] of this.addresses) {
      if (buckets) this.store.put(key, buckets)
      else this.store.delete(key)
    }
    const { fence, leases, ...kept } = books
    if (fence !== stored.fence) this.store.put(FENCE, fence)
    const changed = (Object.keys(EMPTY) as (keyof Books)[]).some(
      (name) => books[name] !== stored[name],
    )
    const isFirst = stored === EMPTY && books !== EMPTY
    if (changed || isFirst) this.store.put(ROW, { ...leases, ...kept } satisfies Leases & Kept)
    return isFirst || (stored === EMPTY && this.addresses.size > 0)
  }
}

function windowKey({ name, partition }: Pick<Limit, 'name' | 'partition'>): string {
  return `${WINDOW_PREFIX}${name}${partition === undefined ? '' : `@${partition}`}`
}

function booksOf(store: LedgerStore): Books {
  const fence = store.get<Fence>(FENCE)
  const row = store.get<Leases & Partial<Kept>>(ROW)
  if (!fence && !row) return EMPTY
  const { lastId = 0, open = [], ...kept } = row ?? {}
  const books = { ...EMPTY, ...kept, leases: { lastId, open }, ...(fence && { fence }) }
  return row?.windows ? books : takenOver(books, store)
}

/** Windows and debits as release 0.1 kept them, in a row each; the row of its leases has nothing beside them. */
function takenOver(books: Books, store: LedgerStore): Books {
  const windows = [...store.list<Buckets>({ prefix: WINDOW_PREFIX })].filter(
    ([key]) => !key.includes('@'),
  )
  const debits = store.get<Debits>('debits') ?? EMPTY.debits
  const named: Record<string, Buckets> = {}
  for (const [key, buckets] of windows) named[key.slice(WINDOW_PREFIX.length)] = buckets
  const all: Books = { ...books, debits, windows: named }
  const { fence: _fence, leases, ...kept } = all
  store.put(ROW, { ...leases, ...kept })
  for (const [key] of [...windows, ...store.list({ prefix: 'limits:' })]) store.delete(key)
  store.delete('debits')
  return all
}
