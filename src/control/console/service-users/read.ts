// A service user and its tokens as the pages need them.

import type { KeyView } from '../../api/keys/schemas.ts'
import type { ServiceUserView } from '../../api/service-users/read.ts'
import { call, type Answer, type Listed } from '../api.ts'
import type { PageContext } from '../context.ts'
import { pageUrl } from '../urls.ts'

/** The service user that the address names. */
export function readServiceUser(c: PageContext): Promise<Answer<ServiceUserView>> {
  return call<ServiceUserView>(c, 'getServiceUser', { params: { id: c.req.param('id') ?? '' } })
}

/** A page of a service user: its own, or `edit`, `tokens` and what is below. */
export function userUrl(c: PageContext, id: string, ...parts: readonly string[]): string {
  return pageUrl(c.get('organization').id, 'service-users', id, ...parts)
}

export const backToAll = (c: PageContext) => ({
  href: pageUrl(c.get('organization').id, 'service-users'),
  label: 'All service users',
})

export const backToUser = (c: PageContext, { id, name }: ServiceUserView) => ({
  href: userUrl(c, id),
  label: `Service user “${name}”`,
})

export function readTokens(
  c: PageContext,
  { id }: ServiceUserView,
  query: Readonly<Record<string, string | number | undefined>>,
): Promise<Answer<Listed<KeyView>>> {
  return call<Listed<KeyView>>(c, 'listTokens', { params: { id }, query })
}
