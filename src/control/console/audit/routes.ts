// The pages of the audit.

import { Hono } from 'hono'

import type { ConsoleEnv } from '../context.ts'
import { verifyChain } from './chain.tsx'
import { exportEvents } from './export.ts'
import { listEvents } from './list.tsx'
import { showEvent } from './show.tsx'

export const auditPages = new Hono<ConsoleEnv>()
  .get('/audit', listEvents)
  .get('/audit/export', exportEvents)
  .get('/audit/chain', verifyChain)
  .get('/audit/:id', showEvent)
