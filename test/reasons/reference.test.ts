// The reasons as docs/reference.md lists them, made from the table. `UPDATE=1 npx vitest run …` writes them.

import { readFileSync, writeFileSync } from 'node:fs'

import { expect, it } from 'vitest'

import { GATE_REASONS } from '../../src/reasons/gate.ts'
import { MANAGEMENT_REASONS } from '../../src/reasons/management.ts'
import { codeOf, type Status } from '../../src/reasons/row.ts'

const FILE = new URL('../../docs/reference.md', import.meta.url)

type Rows = Readonly<Record<string, { readonly status: Status }>>

/** A line for each status, with its reasons in the table's order. */
function tableOf(rows: Rows): string {
  const byStatus = Map.groupBy(Object.entries(rows), ([, { status }]) => status)
  const lines = [...byStatus]
    .toSorted(([one], [other]) => one - other)
    .map(([status, reasons]) => {
      const names = reasons.map(([reason]) => `\`${reason}\``).join(', ')
      return `| ${status} \`${codeOf(status)}\` | ${names} |`
    })
  return ['| status, `error` | `X-Edge-Reason` |', '|---|---|', ...lines].join('\n')
}

it.each<[name: string, rows: Rows]>([
  ['gate', GATE_REASONS],
  ['management', MANAGEMENT_REASONS],
])('docs/reference.md lists the reasons of the %s', (name, rows) => {
  const text = readFileSync(FILE, 'utf8')
  const part = new RegExp(`(<!-- reasons: ${name} -->\n).*?(?=\n<!-- end -->)`, 's')
  const made = text.replace(part, (_, begin: string) => begin + tableOf(rows))
  if (process.env['UPDATE']) writeFileSync(FILE, made)
  expect(text).toMatch(part)
  expect(made).toBe(text)
})
