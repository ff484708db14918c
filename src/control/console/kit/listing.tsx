// A list on a page of its own: the filter that its address asks for, its rows or why there are none, and
// the way to the next page.

import type { Child } from 'hono/jsx'

import type { Listed } from '../api.ts'
import type { PageContext } from '../context.ts'
import { Empty } from './empty.tsx'
import type { Fault } from './fault.ts'
import { FormContext } from './form-context.ts'
import { Pager } from './pager.tsx'

/** The query of a list: the fields of its filter as the address names them, and the cursor. */
export function listQuery(c: PageContext, fields: readonly string[]) {
  const asked = c.req.query()
  const query = Object.fromEntries([...fields, 'cursor'].map((name) => [name, asked[name]]))
  return { query, filtered: fields.some((name) => (asked[name] ?? '') !== '') }
}

interface ListingProps {
  c: PageContext
  /** One of what is listed, such as `key`. */
  noun: string
  listed: Listed<unknown>
  filtered?: boolean
  /** What to do where there is none yet. */
  first: Child
  /** The table. */
  children?: Child
}

export function Listing({ c, noun, listed, filtered = false, first, children }: ListingProps) {
  const { items, next_cursor } = listed
  return (
    <>
      {items.length > 0 ? (
        children
      ) : filtered ? (
        <Empty title={`No ${noun} matches.`}>
          <p>
            Take something out of the filter, or <a href={c.req.path}>see all {noun}s</a>.
          </p>
        </Empty>
      ) : (
        <Empty title={`There is no ${noun} yet.`}>
          <p>{first}</p>
        </Empty>
      )}
      <Pager c={c} next={next_cursor} />
    </>
  )
}

interface FilterProps {
  /** For who hears the page. */
  label: string
  submit: string
  /** The page itself, with another query, unless said otherwise. */
  action?: string
  /** What the page is for: its button stands out. */
  main?: boolean
  /** Shown at the field that it names. */
  fault?: Fault | undefined
  children?: Child
}

/** A form that only asks. */
export function FilterForm({ label, submit, action, main, fault, children }: FilterProps) {
  return (
    <form method="get" {...(action !== undefined && { action })} class="filter" aria-label={label}>
      <FormContext.Provider value={{ fault, typed: undefined }}>{children}</FormContext.Provider>
      <button type="submit" {...(!main && { class: 'quiet' })}>
        {submit}
      </button>
    </form>
  )
}
