// The pages of webhooks.

import { Hono } from 'hono'

import type { ConsoleEnv } from '../context.ts'
import { ASK_AND_ACT } from '../kit/confirm-action.tsx'
import { needsWriter } from '../writers.ts'
import { createEndpoint, newEndpoint } from './create.tsx'
import { deleteEndpoint } from './delete.tsx'
import { askDisabling } from './disable.tsx'
import { editEndpoint, saveEndpoint } from './edit.tsx'
import { listEndpoints } from './list.tsx'
import { rotateSecret } from './rotate.tsx'
import {
  disableEndpoint,
  enableEndpoint,
  resendDelivery,
  sendTest,
  verifyEndpoint,
} from './send.ts'
import { showEndpoint } from './show.tsx'

export const webhooksPages = new Hono<ConsoleEnv>()
  .get('/webhooks', listEndpoints)
  .get('/webhooks/new', needsWriter, newEndpoint)
  .post('/webhooks/new', needsWriter, createEndpoint)
  .get('/webhooks/:id', showEndpoint)
  .get('/webhooks/:id/edit', needsWriter, editEndpoint)
  .post('/webhooks/:id/edit', needsWriter, saveEndpoint)
  .on(ASK_AND_ACT, '/webhooks/:id/rotate', needsWriter, rotateSecret)
  .get('/webhooks/:id/disable', needsWriter, askDisabling)
  .post('/webhooks/:id/disable', needsWriter, disableEndpoint)
  .post('/webhooks/:id/enable', needsWriter, enableEndpoint)
  .on(ASK_AND_ACT, '/webhooks/:id/delete', needsWriter, deleteEndpoint)
  .post('/webhooks/:id/verify', needsWriter, verifyEndpoint)
  .post('/webhooks/:id/test', needsWriter, sendTest)
  .post('/webhooks/:id/deliveries/:delivery/resend', needsWriter, resendDelivery)
