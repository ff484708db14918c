// What the overview of a new organization asks every few seconds: has a call arrived? Small enough to
// be asked often; the page itself is loaded again only when the answer changes.

import type { PageContext } from '../context.ts'
import { pageUrl, withQuery } from '../urls.ts'
import { isInUse, latestCalls } from './read.ts'

/** What browser/arrival.ts reads. */
interface Arrival {
  /** Of the latest call; null before the first. */
  readonly latest: string | null
  /** Where to go on, once a call has reached its product. */
  readonly next: string | null
}

export async function tellArrival(c: PageContext): Promise<Response> {
  const latest = await latestCalls(c)
  const next = withQuery(pageUrl(c.get('organization').id), { status: 'first_call' })
  const arrival: Arrival = {
    latest: latest[0]?.id ?? null,
    next: (await isInUse(c, latest)) ? next : null,
  }
  return c.json(arrival)
}
