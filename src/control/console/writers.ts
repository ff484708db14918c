// Pages that only change something: nothing for viewers. The API refuses them as well.

import { createMiddleware } from 'hono/factory'

import type { ConsoleEnv } from './context.ts'
import { errorPage } from './respond.tsx'
import { mayWrite } from './session.ts'

export const needsWriter = createMiddleware<ConsoleEnv>(async (c, next) => {
  if (mayWrite(c.get('session'))) return await next()
  return errorPage(c, 403, 'Viewers may only read. An administrator can do this.')
})
