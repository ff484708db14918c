// The Developer Console under /edge/console: pages made on the server, on the management API's own
// code. Loaded with its first request, so that it costs the gate's start nothing.
//
// How a page is made:
// - A folder a section (keys/, organizations/), a file a page; the folder's routes.ts mounts them, and
//   sections.ts lists the section. Everything below /o/:organization finds `c.get('session')`,
//   `c.get('organization')` and, with a POST, `c.get('form')`, whose origin and token are checked.
// - Data is read and changed by `call(c, operation, …)` of api.ts alone: what a person may do is the
//   API's to say. A page leaves out the forms that `mayWrite(session)` would see refused.
// - GET answers with `page(c, { title }, <…/>)`. A page with a form is a `formPage` of kit/:
//   refused, it is shown again with what was typed and what is wrong; done, it answers with
//   `done(c, path, status, receipt)`, a redirect. Only a value that is shown once is answered to the POST
//   directly.
// - Everything works without script. No inline script, no style attribute: the policy stops both.
// - Markup is kit/ first; what was typed is only ever text or an attribute's value. An address is made
//   by pageUrl and withQuery. A message after a redirect is a code of flash.ts.

import { Hono } from 'hono'
import { createMiddleware } from 'hono/factory'

import { call } from './api.ts'
import { serveAsset } from './assets.ts'
import type { ConsoleContext, ConsoleEnv } from './context.ts'
import { holdsToken } from './csrf.ts'
import { FORM_MAX_BYTES, fromOwnPage, readForm } from './form.ts'
import { secured } from './headers.ts'
import { organizationPages } from './organizations/routes.ts'
import { errorPage, refused } from './respond.tsx'
import { SECTIONS } from './sections.ts'
import { readSession } from './session.ts'
import { signIn } from './sign-in.tsx'
import { signOut } from './sign-out.ts'
import { CONSOLE, SIGN_IN, withQuery } from './urls.ts'

/** Answers a request below /edge/console; its host and its path have been found right. */
export async function handleConsoleRequest(
  request: Request,
  context: ConsoleContext,
): Promise<Response> {
  const asset = serveAsset(request, new URL(request.url).pathname)
  return secured(asset ?? (await app.fetch(request, { context })), context.edge.settings.issuer)
}

const app = new Hono<ConsoleEnv>()

/** Who is not signed in is led to the sign-in, and from there back to the page. */
const needsSession = createMiddleware<ConsoleEnv>(async (c, next) => {
  const session = await readSession(c.req.raw, c.env.context)
  if (session) {
    c.set('session', session)
    return await next()
  }
  const { pathname, search } = new URL(c.req.url)
  if (c.req.method === 'POST')
    return c.redirect(withQuery(SIGN_IN, { status: 'session_ended' }), 303)
  const back = pathname + search
  return c.redirect(withQuery(SIGN_IN, { next: back.startsWith(`${CONSOLE}/`) ? back : '' }), 303)
})

const needsToken = createMiddleware<ConsoleEnv>(async (c, next) => {
  if (c.req.method === 'POST' && !holdsToken(c.get('form'), c.get('session').csrf)) {
    return errorPage(
      c,
      403,
      'This form belongs to another session. Go back, load the page again and send it again.',
    )
  }
  return await next()
})

/** The organization of the address, where the one who is signed in may see it. */
const needsOrganization = createMiddleware<ConsoleEnv>(async (c, next) => {
  const id = c.req.param('organization') ?? ''
  const { actor } = c.get('session')
  if (actor.type === 'person' && actor.organizationId !== id) {
    return errorPage(c, 404, 'There is no such organization here.')
  }
  const query = actor.type === 'operator' ? { organization: id } : {}
  const found = await call(c, 'getOrganization', { query })
  // An id that is none is not there, whatever its form.
  if (!found.ok) return found.status === 400 ? c.notFound() : refused(c, found)
  c.set('organization', found.value)
  return await next()
})

app.use(async (c, next) => {
  if (!['GET', 'HEAD', 'POST'].includes(c.req.method)) {
    c.header('allow', 'GET, HEAD, POST')
    return errorPage(c, 405, 'Pages are read with GET, and forms are sent with POST.')
  }
  c.set('nav', SECTIONS)
  return await next()
})
app.use(fromOwnPage)
app.route('/', signIn)
// A page of the deploy before may ask for what this one no longer has.
app.get(`${CONSOLE}/assets/*`, (c) => c.notFound())

// Before the session nothing is read but the sign-in's own form.
app.use(needsSession, readForm(FORM_MAX_BYTES), needsToken)
app.route('/', signOut)
app.route('/', organizationPages)
app.use(`${CONSOLE}/o/:organization/*`, needsOrganization)
for (const { pages } of SECTIONS) app.route(`${CONSOLE}/o/:organization`, pages)

app.notFound((c) => errorPage(c, 404, 'There is no page at this address.'))
app.onError((error, c) => {
  console.error('the console failed', error)
  return errorPage(
    c,
    500,
    'Nothing may have been changed. Try again; if it stays so, tell an operator the request’s number.',
  )
})
