// The overview: an organization's first page.

import { Hono } from 'hono'

import type { ConsoleEnv } from '../context.ts'
import { tellArrival } from './arrival.ts'
import { showOverview } from './show.tsx'

export const overviewPages = new Hono<ConsoleEnv>()
  .get('/', showOverview)
  .get('/arrival', tellArrival)
