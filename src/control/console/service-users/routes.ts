// The pages of service users and their tokens.

import { Hono } from 'hono'

import type { ConsoleEnv } from '../context.ts'
import { ASK_AND_ACT } from '../kit/confirm-action.tsx'
import { needsWriter } from '../writers.ts'
import { createServiceUser, newServiceUser } from './create.tsx'
import { disableServiceUser } from './disable.tsx'
import { editServiceUser, saveServiceUser } from './edit.tsx'
import { enableServiceUser } from './enable.tsx'
import { listServiceUsers } from './list.tsx'
import { mintToken, newToken } from './mint.tsx'
import { revokeToken } from './revoke-token.tsx'
import { showServiceUser } from './show.tsx'
import { listTokens } from './tokens.tsx'

const ONE = '/service-users/:id'

export const serviceUsersPages = new Hono<ConsoleEnv>()
  .get('/service-users', listServiceUsers)
  .get('/service-users/new', needsWriter, newServiceUser)
  .post('/service-users/new', needsWriter, createServiceUser)
  .get(ONE, showServiceUser)
  .get(`${ONE}/edit`, needsWriter, editServiceUser)
  .post(`${ONE}/edit`, needsWriter, saveServiceUser)
  .on(ASK_AND_ACT, `${ONE}/disable`, needsWriter, disableServiceUser)
  .on(ASK_AND_ACT, `${ONE}/enable`, needsWriter, enableServiceUser)
  .get(`${ONE}/tokens`, listTokens)
  .get(`${ONE}/tokens/new`, needsWriter, newToken)
  .post(`${ONE}/tokens/new`, needsWriter, mintToken)
  .on(ASK_AND_ACT, `${ONE}/tokens/:token/revoke`, needsWriter, revokeToken)
