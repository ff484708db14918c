// Signing out: the session ends in the database, the cookie leaves the browser, and it is on record.

import { Hono } from 'hono'

import { audited } from './audited.ts'
import type { ConsoleEnv } from './context.ts'
import { closeSession } from './session.ts'
import { SIGN_IN, SIGN_OUT, withQuery } from './urls.ts'

export const signOut = new Hono<ConsoleEnv>()

signOut.post(SIGN_OUT, async (c) => {
  const { actor } = c.get('session')
  c.header('set-cookie', await closeSession(c.get('session'), c.env.context))
  return await audited(c, { actor }, c.redirect(withQuery(SIGN_IN, { status: 'signed_out' }), 303))
})
