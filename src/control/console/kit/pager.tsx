// From one page of a list to the next. Cursors lead forward; back is the browser's own button.

import type { PageContext } from '../context.ts'
import { withQuery } from '../urls.ts'

/** Keeps the filter of the address; `next` is the answer's `next_cursor`. */
export function Pager({ c, next }: { c: PageContext; next: string | null }) {
  const { cursor, ...filter } = c.req.query()
  if (next === null && cursor === undefined) return null
  return (
    <nav class="pager" aria-label="Pages">
      {cursor === undefined ? null : <a href={withQuery(c.req.path, filter)}>First page</a>}
      {next === null ? null : (
        <a href={withQuery(c.req.path, { ...filter, cursor: next })} rel="next">
          Next page
        </a>
      )}
    </nav>
  )
}
