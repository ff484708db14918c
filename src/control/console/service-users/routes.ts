// The pages of service users and their tokens.

import { Hono } from 'hono'

import type { ConsoleEnv } from '../context.ts'
import { SHOW_AND_ACT } from '../kit/form-page.tsx'
import { needsWriter } from '../writers.ts'
import { createServiceUser } from './create.tsx'
import { disableServiceUser } from './disable.tsx'
import { editServiceUser } from './edit.tsx'
import { enableServiceUser } from './enable.tsx'
import { listServiceUsers } from './list.tsx'
import { mintToken } from './mint.tsx'
import { revokeToken } from './revoke-token.tsx'
import { showServiceUser } from './show.tsx'
import { listTokens } from './tokens.tsx'

const ONE = '/service-users/:id'

export const serviceUsersPages = new Hono<ConsoleEnv>()
  .get('/service-users', listServiceUsers)
  .on(SHOW_AND_ACT, '/service-users/new', needsWriter, createServiceUser)
  .get(ONE, showServiceUser)
  .on(SHOW_AND_ACT, `${ONE}/edit`, needsWriter, editServiceUser)
  .on(SHOW_AND_ACT, `${ONE}/disable`, needsWriter, disableServiceUser)
  .on(SHOW_AND_ACT, `${ONE}/enable`, needsWriter, enableServiceUser)
  .get(`${ONE}/tokens`, listTokens)
  .on(SHOW_AND_ACT, `${ONE}/tokens/new`, needsWriter, mintToken)
  .on(SHOW_AND_ACT, `${ONE}/tokens/:token/revoke`, needsWriter, revokeToken)
