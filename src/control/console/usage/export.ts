// Usage as CSV: the API's rows as they are, page after page, with the keys' names.

import { csvLine } from '../../logs/csv.ts'
import { auditedExport } from '../audited.ts'
import type { PageContext } from '../context.ts'
import { errorPage, refused } from '../respond.tsx'
import { readQuery } from './query.ts'
import { keyNames, usagePage } from './read.ts'
import type { Sums } from './sums.ts'

const COLUMNS = ['day', 'key_id', 'key_name', 'product', 'requests', 'refused', 'credits']

export async function exportUsage(c: PageContext): Promise<Response> {
  const { narrowing, fault } = readQuery(c)
  if (fault) return errorPage(c, 400, `${fault.field}: ${fault.sentence}`)
  const first = await usagePage(c, narrowing, undefined)
  if (!first.ok) return refused(c, first)
  const encoder = new TextEncoder()
  const linesOf = async (rows: readonly Sums[]): Promise<Uint8Array> => {
    const names = await keyNames(c, rows)
    return encoder.encode(rows.map((row) => lineOf(row, names)).join(''))
  }
  let cursor = first.value.next_cursor
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(encoder.encode(csvLine(COLUMNS)))
      controller.enqueue(await linesOf(first.value.items))
      if (cursor === null) controller.close()
    },
    async pull(controller) {
      const found = await usagePage(c, narrowing, cursor ?? undefined)
      // It ends with an error, not early: half a file must not pass for a whole one.
      if (!found.ok) throw new Error(found.detail)
      controller.enqueue(await linesOf(found.value.items))
      cursor = found.value.next_cursor
      if (cursor === null) controller.close()
    },
  })
  const file = c.body(body, 200, {
    'content-type': 'text/csv; charset=utf-8; header=present',
    'content-disposition': `attachment; filename="usage-${narrowing.from}-${narrowing.to}.csv"`,
  })
  return auditedExport(c, c.req.path, { ...narrowing }, file)
}

/** Names come from anyone; csvLine keeps a spreadsheet from running them. */
function lineOf(row: Sums, names: ReadonlyMap<string, string>): string {
  const { day, key_id, product, requests, refused: turned, credits } = row
  const name = names.get(key_id ?? '') ?? null
  return csvLine([day ?? null, key_id ?? null, name, product ?? null, requests, turned, credits])
}
