// Why was this refused?

import { Hono } from 'hono'

import type { ConsoleEnv } from '../context.ts'
import { ask, showExplain } from './show.tsx'

export const explainPages = new Hono<ConsoleEnv>()
  .get('/explain', showExplain)
  .post('/explain', ask)
