// A table that scrolls by itself where the page is narrow, by mouse and by keyboard.

import type { Child } from 'hono/jsx'

interface Column {
  readonly label: string
  /** Numbers stand to the right. */
  readonly number?: boolean
}

interface TableProps {
  caption: string
  columns: readonly (string | Column)[]
  /** `<tr>`s whose cells match the columns; `<td class="number">` for numbers. */
  children?: Child
  /** Said by the heading before it already: for screen readers alone. */
  quiet?: boolean
}

export function Table({ caption, columns, children, quiet = true }: TableProps) {
  return (
    <div class="scroll" role="region" aria-label={caption} tabindex={0}>
      <table>
        <caption {...(quiet && { class: 'quiet' })}>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => {
              const { label, number }: Column =
                typeof column === 'string' ? { label: column } : column
              return (
                <th scope="col" {...(number && { class: 'number' })}>
                  {label}
                </th>
              )
            })}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  )
}
