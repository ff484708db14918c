// The pages of webhooks.

import { Hono } from 'hono'

import type { ConsoleEnv } from '../context.ts'
import { createEndpoint, newEndpoint } from './create.tsx'
import { confirmDeletion, deleteEndpoint } from './delete.tsx'
import { editEndpoint, saveEndpoint } from './edit.tsx'
import { listEndpoints } from './list.tsx'
import { askRotation, rotateSecret } from './rotate.tsx'
import { resendDelivery, sendTest } from './send.ts'
import { showEndpoint } from './show.tsx'
import { askDisabling, disableEndpoint, enableEndpoint } from './state.tsx'

export const webhooksPages = new Hono<ConsoleEnv>()
  .get('/webhooks', listEndpoints)
  .get('/webhooks/new', newEndpoint)
  .post('/webhooks/new', createEndpoint)
  .get('/webhooks/:id', showEndpoint)
  .get('/webhooks/:id/edit', editEndpoint)
  .post('/webhooks/:id/edit', saveEndpoint)
  .get('/webhooks/:id/rotate', askRotation)
  .post('/webhooks/:id/rotate', rotateSecret)
  .get('/webhooks/:id/disable', askDisabling)
  .post('/webhooks/:id/disable', disableEndpoint)
  .post('/webhooks/:id/enable', enableEndpoint)
  .get('/webhooks/:id/delete', confirmDeletion)
  .post('/webhooks/:id/delete', deleteEndpoint)
  .post('/webhooks/:id/test', sendTest)
  .post('/webhooks/:id/deliveries/:delivery/resend', resendDelivery)
