// A service user and its tokens as the pages need them.

import type { AnswerOf } from '../api.ts'
import { resourcePages } from '../kit/resource-pages.ts'

export type ServiceUser = AnswerOf<'getServiceUser'>

export const {
  url: userUrl,
  read: readServiceUser,
  backToAll,
  backToOne: backToUser,
} = resourcePages(
  'service-users',
  'getServiceUser',
  'All service users',
  ({ name }) => `Service user “${name}”`,
)
