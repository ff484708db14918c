// An operation of the API as one definition: the route that hono serves and validates by, and the
// entry of /edge/openapi.json. Method, path and scopes come from the table that the gate uses, and so
// does the check of the caller that stands before each.

import { SPELLED } from '../../lib/header-names.ts'
import { API_PREFIX } from '../../lib/paths.ts'
import { reasonsOf } from '../../reasons/by-status.ts'
import { createRoute, OpenAPIHono, z, type RouteConfig, type RouteHandler } from '@hono/zod-openapi'
import { createMiddleware } from 'hono/factory'
import { HTTPException } from 'hono/http-exception'

import { KINDS, kindsWith, type Scheme } from '../../credentials/kinds.ts'
import { currentActor } from './actor-check.ts'
import { boundsOf } from './body-bounds.ts'
import type { ControlEnv } from './context.ts'
import { checkOrganization } from './organization/exists.ts'
import { checkPermission, READING } from './permission.ts'
import { Denied } from './problem.ts'
import { checkBody } from './check-body.ts'
import { Target } from './target.ts'
import { OPERATIONS, type Access, type OperationName } from '../../catalog/operations.ts'
import { useErrorMessages } from './error-messages.ts'

useErrorMessages()

export const ProblemBody = z
  .object({
    error: z.string(),
    detail: z.string().openapi({ description: 'A sentence; it begins with the field at fault' }),
    status_code: z.int(),
    field: z.string().optional().openapi({ description: 'The field at fault, where one is' }),
  })
  .openapi('Problem', {
    example: { error: 'not_found', detail: 'There is no such key here.', status_code: 404 },
  })

interface Definition<R extends Requested, S extends Responded> {
  readonly summary: string
  readonly description?: string
  readonly request?: R
  readonly responses: S
}

const PROBLEMS = {
  400: 'The request is malformed; the sentence names the field.',
  401: 'No valid credential.',
  403: 'The credential may not do this.',
  404: 'There is no such thing in this organization.',
  409: 'It collides with what is there.',
  422: 'The Idempotency-Key was used with another request.',
  429: 'A limit is exhausted.',
  503: 'A part of the service could not be reached; nothing was changed. Retry.',
} as const

type Requested = NonNullable<RouteConfig['request']>
type Responded = RouteConfig['responses']
type HandlerOf<R extends Requested, S extends Responded> = RouteHandler<
  ReturnType<typeof operation<R, S>>,
  ControlEnv
>

/** As the responses say; one without content is any. */
type AnswerOf<R extends Requested, S extends Responded> =
  | Awaited<ReturnType<HandlerOf<R, S>>>
  | (204 extends keyof S ? Response : never)

/** An operation with what answers a validated call of it. */
interface Operation<R extends Requested, S extends Responded> extends Definition<R, S> {
  readonly handle: (
    c: Parameters<HandlerOf<R, S>>[0],
    target: Target,
  ) => AnswerOf<R, S> | Promise<AnswerOf<R, S>>
}

/** Adds an operation to its part of the API: the route, its entry of the document, and what answers it. */
export function define<const R extends Requested, const S extends Responded>(
  app: OpenAPIHono<ControlEnv>,
  name: OperationName,
  { handle, ...definition }: Operation<R, S>,
): void {
  const route = operation<R, S>(name, definition)
  app.openapi(route, (c) => handle(c, new Target(c)))
}

/** Builds the route of an operation. */
function operation<const R extends Requested, const S extends Responded>(
  name: OperationName,
  definition: Definition<R, S>,
) {
  const { verb, pattern, access } = OPERATIONS[name]
  return createRoute({
    method: verb.toLowerCase() as Lowercase<typeof verb>,
    path: API_PREFIX + pattern.replace(/:([a-z_]+)/g, '{$1}'),
    operationId: name,
    summary: definition.summary,
    description: [definition.description, needsOf(access)].filter(Boolean).join(' '),
    security: securityOf(access),
    tags: [pattern.split('/')[1] ?? ''],
    request: (definition.request ?? {}) as R,
    middleware: [permits(name), knowsOrganization, ...readableIf(definition.request?.body)],
    responses: { ...problemResponses(), ...definition.responses },
  })
}

/** Comes before everything else, so that nobody learns by the input's faults what they may not do. */
function permits(name: OperationName) {
  const { verb, access } = OPERATIONS[name]
  const changes = verb !== 'GET' && !READING.includes(name)
  return createMiddleware<ControlEnv>(async (c, next) => {
    const { context } = c.env
    checkPermission(context.actor, name)
    if (changes) {
      const actor = await currentActor(context, access)
      if (!actor.ok) throw new Denied(actor.error)
      c.env = { context: { ...context, actor: actor.value } }
    }
    return await next()
  })
}

function schemaOf(content: object | undefined): unknown {
  return content && 'schema' in content ? content.schema : undefined
}

/** Where every field has a default, a body that was lost would be taken for none. */
function readableIf(asked: NonNullable<RouteConfig['request']>['body']) {
  if (!asked) return []
  const bounds = boundsOf(schemaOf(asked.content['application/json']))
  return [
    createMiddleware<ControlEnv>(async (c, next) => {
      if (c.req.header('content-type') === undefined) throw new HTTPException(415)
      checkBody(await c.req.arrayBuffer(), bounds)
      await next()
    }),
  ]
}

/** An operator's slip in a name must not look like an organization in which there is nothing. */
const knowsOrganization = createMiddleware<ControlEnv>(async (c, next) => {
  const { context } = c.env
  const [asked, ...others] = c.req.queries('organization') ?? []
  if (context.actor.type === 'operator' && others.length === 0 && asked?.startsWith('org_')) {
    await checkOrganization(context.edge.bindings.DB, asked)
  }
  await next()
})

/** The kinds whose keys may call the management API, and how its document calls their schemes. */
const MANAGING = kindsWith('manages', true)
const SECURITY: Readonly<Record<Scheme, string>> = { ApiKey: 'key', Bearer: 'jwt' }

function needsOf(access: Access): string {
  if (access === 'operators') return 'Operators only.'
  if (access === 'people') return 'Operators, and in the console the members; no keys.'
  if (access === 'any key') return `Any ${MANAGING.map((kind) => KINDS[kind].noun).join(' or ')}.`
  return `Needs any one of: ${access.join(', ')}.`
}

/** Any one of these; a key is named together with the scope that it needs (OpenAPI 3.1: roles). */
function securityOf(access: Access): Record<string, string[]>[] {
  if (access === 'operators' || access === 'people') return [{ operator: [] }]
  if (access === 'any key') {
    return [...MANAGING.map((kind) => ({ [SECURITY[KINDS[kind].scheme]]: [] })), { operator: [] }]
  }
  return [...access.map((scope) => ({ key: [scope] })), { operator: [] }]
}

type ProblemResponses = {
  [K in keyof typeof PROBLEMS]: {
    description: string
    content: { 'application/json': { schema: typeof ProblemBody } }
  }
}

function problemResponses(): ProblemResponses {
  const entries = Object.entries(PROBLEMS).map(([status, description]) => [
    status,
    {
      ...json(ProblemBody, description),
      headers: { [SPELLED.reason]: { $ref: `#/components/headers/Reason${status}` } },
    },
  ])
  return Object.fromEntries(entries) as ProblemResponses
}

/** The header of each error, with the reasons that go with its status. */
export const REASON_HEADERS = Object.keys(PROBLEMS).map((status) => ({
  name: `Reason${status}`,
  header: {
    description: 'Why it was refused; docs/reference.md says what each reason means',
    schema: { type: 'string', enum: reasonsOf(Number(status) as keyof typeof PROBLEMS) } as const,
  },
}))

/** A JSON answer's entry. */
export function json<T extends z.ZodType>(schema: T, description: string) {
  return { description, content: { 'application/json': { schema } } }
}

/** A JSON request body's entry; unknown members are refused by name. */
export function body<T extends z.ZodType>(schema: T) {
  return { body: { required: true, content: { 'application/json': { schema } } } }
}

/** A new part of the API, whose invalid input becomes our error form (see app.ts). */
export function controlApp(): OpenAPIHono<ControlEnv> {
  return new OpenAPIHono<ControlEnv>({ defaultHook })
}

/** The first thing wrong with a request, as a sentence that begins with the field. */
function defaultHook(result: { success: boolean; target?: string; error?: unknown }): void {
  if (result.success) return
  if (result.error instanceof z.ZodError) throw result.error
}
