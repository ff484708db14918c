// The audit as CSV, handed on as the API gives it, and on record as there.

import { API_PREFIX } from '../../../lib/paths.ts'
import { OPERATIONS } from '../../../catalog/operations.ts'
import { auditedExport } from '../audited.ts'
import { callRaw } from '../api.ts'
import type { PageContext } from '../context.ts'
import { errorPage } from '../respond.tsx'
import { queryOf, readSearch } from './search.ts'

export async function exportEvents(c: PageContext): Promise<Response> {
  const made = queryOf(readSearch(c))
  if ('fault' in made) return errorPage(c, 400, `${made.fault.field}: ${made.fault.sentence}`)
  const answer = await callRaw(c, 'exportAudit', { query: made.query })
  if (answer.ok) {
    const handed = new Response(answer.body, answer)
    // What the console's own answers say of caching stands in its place.
    handed.headers.delete('cache-control')
    return auditedExport(c, API_PREFIX + OPERATIONS.exportAudit.pattern, made.query, handed)
  }
  const { detail } = await answer.json<{ detail: string }>()
  return errorPage(c, answer.status, detail)
}
