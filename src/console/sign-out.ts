// Signing out: the session ends in the database, and the cookie leaves the browser.

import { Hono } from 'hono'

import type { ConsoleEnv } from './context.ts'
import { closeSession } from './session.ts'
import { SIGN_IN, SIGN_OUT, withQuery } from './urls.ts'

export const signOut = new Hono<ConsoleEnv>()

signOut.post(SIGN_OUT, async (c) => {
  c.header('set-cookie', await closeSession(c.get('session'), c.env.context))
  return c.redirect(withQuery(SIGN_IN, { status: 'signed_out' }), 303)
})
