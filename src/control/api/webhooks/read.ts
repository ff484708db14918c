// Rows of webhook endpoints as the API answers with them.

import { checkDestination } from '../../webhooks/destination.ts'
import { prepareAll, runAll, type Statement } from '../../webhooks/statement.ts'
import { commit } from '../change.ts'
import type { ControlContext } from '../context.ts'
import { invalid, notFound } from '../problem.ts'
import { endpointFromRow } from './view.ts'

/** Runs one statement and gives its rows. */
export async function run(
  { edge }: ControlContext,
  statement: Statement,
): Promise<Record<string, unknown>[]> {
  return await runAll<Record<string, unknown>>(edge.bindings.DB, [statement])
}

/** Makes a change, as one transaction, and gives the rows of its last statement. */
export async function write(
  context: ControlContext,
  statements: readonly Statement[],
): Promise<Record<string, unknown>[]> {
  const { DB } = context.edge.bindings
  const results = await commit<Record<string, unknown>>(context, prepareAll(DB, statements))
  return results.at(-1)?.results ?? []
}

/** The endpoint that a statement gives. @throws Problem 404 where it gives none. */
export async function oneOf(context: ControlContext, statement: Statement) {
  return oneFrom(await run(context, statement))
}

/** The endpoint in the rows of a statement. @throws Problem 404 where there is none. */
export function oneFrom([row]: readonly Record<string, unknown>[]) {
  if (!row) throw notFound('webhook endpoint')
  return endpointFromRow(row)
}

/** Where it may go. @throws Problem 400 saying what would be right. */
export function destinationOf({ edge }: ControlContext, url: string): URL {
  const destination = checkDestination(url, edge.settings.destinations)
  if (!destination.ok) throw invalid('url', destination.error.detail)
  return destination.value
}
