// The pages of one sort of thing of an organization: all of them, one by its id, and what is below.

import type { AnswerOf } from '../../client/client.ts'
import { call, type Answer } from '../api.ts'
import type { PageContext } from '../context.ts'
import type { Link } from '../respond.tsx'
import { pageUrl } from '../urls.ts'

type Reading = 'getKey' | 'getServiceUser' | 'getEndpoint'

/** `section`: below the organization; `read`: the operation that reads one; `all` and `one`: labels. */
export function resourcePages<N extends Reading>(
  section: string,
  read: N,
  all: string,
  one: (thing: AnswerOf<N>) => string,
) {
  const url = (c: PageContext, ...parts: readonly string[]): string =>
    pageUrl(c.get('organization').id, section, ...parts)
  return {
    /** A page of a thing by its id, or one below it. */
    url,
    /** The thing that the address names. */
    read: (c: PageContext): Promise<Answer<AnswerOf<N>>> =>
      call(c, read, { params: { id: c.req.param('id') ?? '' } }),
    backToAll: (c: PageContext): Link => ({ href: url(c), label: all }),
    backToOne: (c: PageContext, thing: AnswerOf<N>): Link => ({
      href: url(c, thing.id),
      label: one(thing),
    }),
  }
}
