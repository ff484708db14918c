// The pages of usage.

import { Hono } from 'hono'

import type { ConsoleEnv } from '../context.ts'
import { exportUsage } from './export.ts'
import { showUsage } from './show.tsx'

export const usagePages = new Hono<ConsoleEnv>()
  .get('/usage', showUsage)
  .get('/usage/export', exportUsage)
