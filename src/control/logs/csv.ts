// CSV as RFC 4180 has it, for programs and for spreadsheets. A spreadsheet runs a cell that begins
// like a formula, and paths come from anyone, so such a cell gets an apostrophe in front (OWASP, "CSV
// Injection").

import type { LinkedEvent } from './link.ts'
import { COLUMNS, MEMBERS } from './row.ts'

/** Also the full-width forms, which some spreadsheets fold. */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/

/** The names of the columns, as in the database. */
export const CSV_HEADER = csvLine(Object.values(COLUMNS))

/** An event as a line. What is null is an empty cell. */
export function csvRow(event: LinkedEvent): string {
  return csvLine(MEMBERS.map((member) => event[member]))
}

/** A line with its CRLF. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

function csvCell(value: string | number | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const harmless = FORMULA.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
