// The pages of webhooks.

import { Hono } from 'hono'

import type { ConsoleEnv } from '../context.ts'
import { SHOW_AND_ACT } from '../kit/form-page.tsx'
import { needsWriter } from '../writers.ts'
import { createEndpoint } from './create.tsx'
import { deleteEndpoint } from './delete.tsx'
import { disableEndpoint } from './disable.tsx'
import { editEndpoint } from './edit.tsx'
import { listEndpoints } from './list.tsx'
import { rotateSecret } from './rotate.tsx'
import { enableEndpoint, resendDelivery, sendTest, verifyEndpoint } from './buttons.ts'
import { showEndpoint } from './show.tsx'

const ONE = '/webhooks/:id'

export const webhooksPages = new Hono<ConsoleEnv>()
  .get('/webhooks', listEndpoints)
  .on(SHOW_AND_ACT, '/webhooks/new', needsWriter, createEndpoint)
  .get(ONE, showEndpoint)
  .on(SHOW_AND_ACT, `${ONE}/edit`, needsWriter, editEndpoint)
  .on(SHOW_AND_ACT, `${ONE}/rotate`, needsWriter, rotateSecret)
  .on(SHOW_AND_ACT, `${ONE}/disable`, needsWriter, disableEndpoint)
  .on(SHOW_AND_ACT, `${ONE}/delete`, needsWriter, deleteEndpoint)
  .post(`${ONE}/enable`, needsWriter, enableEndpoint)
  .post(`${ONE}/verify`, needsWriter, verifyEndpoint)
  .post(`${ONE}/test`, needsWriter, sendTest)
  .post(`${ONE}/deliveries/:delivery/resend`, needsWriter, resendDelivery)
