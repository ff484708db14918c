// republish: what comes after D1 was set back to an earlier state.

import { Stop, type Answer, type Ops } from './answer.ts'
import { connect } from './edge.ts'
import { readId } from './input.ts'
import { count, time } from './print.ts'

/** Asks for slice after slice until there is none. Exit code 1 where a guard is still to be reached. */
export async function republish(
  ops: Ops,
  { organization }: { readonly organization?: string },
): Promise<Answer> {
  if (organization !== undefined) readId('org', organization)
  const edge = await connect(ops)
  let published = 0
  let pending = 0
  let enforced_at: number | null = null
  for (let after: string | null | undefined; after !== null;) {
    const slice = await edge.ask('republish', { query: { after, organization } }).catch(stopped)
    if (!('next' in slice)) throw stopped(new Stop(`${edge.url} did not answer as an edge does`))
    published += slice.published
    pending += slice.pending
    enforced_at = slice.enforced_at
    after = slice.next
  }
  if (pending > 0) enforced_at = null
  return {
    json: { published, pending, enforced_at },
    lines: [
      `${count(published, 'key')} published at ${edge.url}`,
      enforced_at === null
        ? `${count(pending, 'key')} still to be reached: the cron tries each minute; then doctor says nothing of them`
        : `nothing from before the restore is admitted any more, since ${time(enforced_at)}`,
    ],
    exitCode: enforced_at === null ? 1 : 0,
  }

  function stopped(error: unknown): never {
    if (!(error instanceof Stop)) throw error
    const sofar = `${count(published, 'key')} published so far`
    throw new Stop(`not done: ${error.message}; ${sofar}, run it again`, error.exitCode)
  }
}
