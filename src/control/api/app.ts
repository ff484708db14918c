// The management API: an app for each resource, put together with its first call, in slices. Between two
// slices others are served, so that a cold control holds up nobody for longer than one takes.

import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'

import type { OwnAnswer } from '../../call/call.ts'
import { API_PREFIX } from '../../lib/paths.ts'
import { inSlices } from '../../lib/slices.ts'
import type { ControlContext, ControlEnv } from './context.ts'
import { Denied, invalid } from './problem.ts'
import { BODY_MAX_BYTES } from './check-body.ts'
import { refusalOf } from './refusal.ts'
import { GROUND, RESOURCES } from './resources.ts'

/** Values only: a promise would end with the request that made it. */
const apps = new Map<string, Hono<ControlEnv>>()

/** Answers one call of the API on behalf of an actor, and says why it was refused. Never throws. */
export async function handleApiCall(request: Request, context: ControlContext): Promise<OwnAnswer> {
  try {
    const app = await appOf(new URL(request.url).pathname)
    const response = await app.fetch(request, { context })
    return { response: notStored(response), reason: null }
  } catch (error) {
    const { response, reason } = refusalOf(error, context.nowMs)
    return { response: notStored(response), reason }
  }
}

async function appOf(path: string): Promise<Hono<ControlEnv>> {
  const [resource = ''] = path.slice(API_PREFIX.length + 1).split('/')
  const parts = RESOURCES.get(resource)
  if (!parts) throw new Denied({ reason: 'route_unknown' })
  const known = apps.get(resource)
  if (known) return known
  await inSlices([...GROUND, ...parts])
  const app = newApp()
  for (const part of parts) app.route('/', await part())
  apps.set(resource, app)
  return app
}

function newApp(): Hono<ControlEnv> {
  const app = new Hono<ControlEnv>()
  app.use(
    bodyLimit({
      maxSize: BODY_MAX_BYTES,
      onError: () => {
        throw invalid('body', `must have at most ${BODY_MAX_BYTES} bytes`)
      },
    }),
  )
  app.notFound(() => {
    throw new Denied({ reason: 'route_unknown' })
  })
  // A refusal leaves the app as it was thrown, so that its reason is known where it is answered.
  app.onError((error) => {
    throw error
  })
  return app
}

function notStored(response: Response): Response {
  const answer = new Response(response.body, response)
  answer.headers.set('cache-control', 'no-store')
  return answer
}
