// The pages of service users and their tokens.

import { Hono } from 'hono'

import type { ConsoleEnv } from '../context.ts'
import { needsWriter } from '../writers.ts'
import { createServiceUser, newServiceUser } from './create.tsx'
import { askDisabling, disableServiceUser } from './disable.tsx'
import { editServiceUser, saveServiceUser } from './edit.tsx'
import { askEnabling, enableServiceUser } from './enable.tsx'
import { listServiceUsers } from './list.tsx'
import { mintToken, newToken } from './mint.tsx'
import { askTokenRevocation, revokeToken } from './revoke-token.tsx'
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
  .get(`${ONE}/disable`, needsWriter, askDisabling)
  .post(`${ONE}/disable`, needsWriter, disableServiceUser)
  .get(`${ONE}/enable`, needsWriter, askEnabling)
  .post(`${ONE}/enable`, needsWriter, enableServiceUser)
  .get(`${ONE}/tokens`, listTokens)
  .get(`${ONE}/tokens/new`, needsWriter, newToken)
  .post(`${ONE}/tokens/new`, needsWriter, mintToken)
  .get(`${ONE}/tokens/:token/revoke`, needsWriter, askTokenRevocation)
  .post(`${ONE}/tokens/:token/revoke`, needsWriter, revokeToken)
