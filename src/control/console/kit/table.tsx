// A table that scrolls by itself where the page is narrow, by mouse and by keyboard.

import type { Child } from 'hono/jsx'

interface Column {
  readonly label: string
  /** Numbers stand to the right. */
  readonly number?: boolean
  /** Of the column's cells (style.css). */
  readonly cells?: 'short' | 'words'
}

/** A row's cells, as the columns stand. */
export type Cells = readonly Child[]

interface TableProps {
  caption: string
  columns: readonly (string | Column)[]
  rows: readonly Cells[]
  /** Below the rows: their sums. */
  total?: Cells
  /** The column that names its row; the first unless given. */
  names?: number
  /** Said by the heading before it already: for screen readers alone. */
  quiet?: boolean
}

export const number = (label: string): Column => ({ label, number: true })

export function Table({ caption, columns, rows, total, names = 0, quiet = true }: TableProps) {
  const full = columns.map((one): Column => (typeof one === 'string' ? { label: one } : one))
  return (
    <div class="scroll" role="region" aria-label={caption} tabindex={0}>
      <table>
        <caption {...(quiet && { class: 'quiet' })}>{caption}</caption>
        <thead>
          <tr>
            {full.map(({ label, number: isNumber }) => (
              <th scope="col" {...(isNumber && { class: 'number' })}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells) => (
            <tr>{cellsOf(cells, full, names)}</tr>
          ))}
          {total && <tr class="total">{cellsOf(total, full, names)}</tr>}
        </tbody>
      </table>
    </div>
  )
}

function cellsOf(cells: Cells, columns: readonly Column[], names: number) {
  return cells.map((cell, i) => {
    const name = columns[i]?.number ? 'number' : columns[i]?.cells
    const attributes = name && { class: name }
    if (i !== names) return <td {...attributes}>{cell}</td>
    return (
      <th scope="row" {...attributes}>
        {cell}
      </th>
    )
  })
}
