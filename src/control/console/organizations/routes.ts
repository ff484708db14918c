// The pages above the organizations.

import { Hono } from 'hono'

import type { ConsoleEnv } from '../context.ts'
import { CONSOLE, ORGANIZATIONS } from '../urls.ts'
import { choose } from './choose.tsx'
import { create } from './create.ts'

export const organizationPages = new Hono<ConsoleEnv>()
  .get(CONSOLE, (c) => c.redirect(ORGANIZATIONS, 303))
  .get(ORGANIZATIONS, choose)
  .post(ORGANIZATIONS, create)
