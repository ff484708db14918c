// Rows of webhook endpoints as the API answers with them.

import { endpointFromRow } from '../../webhooks/endpoint-view.ts'
import { runAll } from '../../webhooks/statement.ts'
import type { Statement } from '../../webhooks/statement.ts'
import type { ControlContext } from '../context.ts'
import { notFound } from '../problem.ts'

/** Runs one statement and gives its rows. */
export async function run(
  { edge }: ControlContext,
  statement: Statement,
): Promise<Record<string, unknown>[]> {
  return await runAll<Record<string, unknown>>(edge.bindings.DB, [statement])
}

/** The endpoint that a statement gives. @throws Problem 404 where it gives none. */
export async function oneOf(context: ControlContext, statement: Statement, id: string) {
  const [row] = await run(context, statement)
  if (!row) throw notFound('webhook endpoint', id)
  return viewOf(endpointFromRow(row))
}

/** Lists of its own, as the answer's schema wants them. */
export function viewOf(endpoint: ReturnType<typeof endpointFromRow>) {
  return { ...endpoint, events: [...endpoint.events] }
}
