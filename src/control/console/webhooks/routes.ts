// The pages of webhooks.

import { Hono } from 'hono'

import type { ConsoleEnv } from '../context.ts'
import { needsWriter } from '../writers.ts'
import { createEndpoint, newEndpoint } from './create.tsx'
import { confirmDeletion, deleteEndpoint } from './delete.tsx'
import { askDisabling, disableEndpoint, enableEndpoint } from './disable.tsx'
import { editEndpoint, saveEndpoint } from './edit.tsx'
import { listEndpoints } from './list.tsx'
import { askRotation, rotateSecret } from './rotate.tsx'
import { resendDelivery, sendTest, verifyEndpoint } from './send.ts'
import { showEndpoint } from './show.tsx'

export const webhooksPages = new Hono<ConsoleEnv>()
  .get('/webhooks', listEndpoints)
  .get('/webhooks/new', needsWriter, newEndpoint)
  .post('/webhooks/new', needsWriter, createEndpoint)
  .get('/webhooks/:id', showEndpoint)
  .get('/webhooks/:id/edit', needsWriter, editEndpoint)
  .post('/webhooks/:id/edit', needsWriter, saveEndpoint)
  .get('/webhooks/:id/rotate', needsWriter, askRotation)
  .post('/webhooks/:id/rotate', needsWriter, rotateSecret)
  .get('/webhooks/:id/disable', needsWriter, askDisabling)
  .post('/webhooks/:id/disable', needsWriter, disableEndpoint)
  .post('/webhooks/:id/enable', needsWriter, enableEndpoint)
  .get('/webhooks/:id/delete', needsWriter, confirmDeletion)
  .post('/webhooks/:id/delete', needsWriter, deleteEndpoint)
  .post('/webhooks/:id/verify', needsWriter, verifyEndpoint)
  .post('/webhooks/:id/test', needsWriter, sendTest)
  .post('/webhooks/:id/deliveries/:delivery/resend', needsWriter, resendDelivery)
