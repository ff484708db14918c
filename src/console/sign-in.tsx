// Signing in. With Cloudflare Access its verified assertion says who it is: an operator, or a member
// of one or more organizations. Where Access is not configured, the admin token on a form. Attempts are
// counted by address before the token is looked at, so that guessing is slow even for who would guess
// right.

import { Hono } from 'hono'

import { accessEmail, adminTokenMatches } from '../control/actor.ts'
import { memberships } from '../control/members/find.ts'
import type { Membership } from '../control/members/find.ts'
import { addressBucket } from '../lists/address.ts'
import type { ConsoleEnv, PageContext } from './context.ts'
import { Choices } from './kit/choices.tsx'
import type { Fault } from './kit/fault.ts'
import { Field } from './kit/field.tsx'
import { errorPage, page } from './respond.tsx'
import type { Answered } from './respond.tsx'
import { openSession, readSession, tokenOperator } from './session.ts'
import type { ConsoleActor } from './session.ts'
import { readNext, SIGN_IN, withQuery } from './urls.ts'

/** The period of the AUTH_FAILURES binding in wrangler.toml. */
const PERIOD_SECONDS = 60

export const signIn = new Hono<ConsoleEnv>()

signIn.get(SIGN_IN, async (c) => {
  const next = readNext(c.req.query('next'), c.req.url)
  // SameSite=Strict: a link on another site brings no cookie. From our own page it comes along.
  if (c.req.header('sec-fetch-site') === 'cross-site') return arrival(c, next)
  if (await readSession(c.req.raw, c.env.context)) return c.redirect(next, 303)
  const email = await accessEmail(c.req.raw, c.env.context.edge.settings)
  if (email === undefined) return withoutAccess(c) ?? tokenPage(c, next)
  const actors = await actorsOf(c, email)
  // Who has just signed out is not signed in again unasked.
  const [only] = actors
  if (only && actors.length === 1 && c.req.query('status') === undefined) {
    return await enter(c, only.actor, next)
  }
  return accessPage(c, email, actors, next)
})

signIn.post(SIGN_IN, async (c) => {
  const form = c.get('form')
  const next = readNext(form.get('next'), c.req.url)
  const email = await accessEmail(c.req.raw, c.env.context.edge.settings)
  if (email !== undefined) {
    const actors = await actorsOf(c, email)
    const chosen = actors.find(({ id }) => id === form.get('as'))
    return chosen ? await enter(c, chosen.actor, next) : await accessPage(c, email, actors, next)
  }
  const refusal = withoutAccess(c)
  if (refusal) return refusal
  if (await isExhausted(c)) return tooMany(c)
  const right = await adminTokenMatches(form.get('token') ?? '', c.env.context.edge.settings)
  if (right) return await enter(c, tokenOperator, next)
  return tokenPage(c, next, {
    field: 'token',
    sentence: 'this is not the admin token',
    status: 401,
  })
})

/** Where Access is configured it is the one way in. */
function withoutAccess(c: PageContext): Answered | undefined {
  if (!c.env.context.edge.settings.access) return undefined
  return errorPage(
    c,
    403,
    'People sign in here through Cloudflare Access, and this request did not come through it. Put the console’s path under your Access application, or ask whoever runs this edge.',
  )
}

async function enter(c: PageContext, actor: ConsoleActor, next: string): Promise<Response> {
  c.header('set-cookie', await openSession(c.req.raw, actor, c.env.context))
  return c.redirect(next, 303)
}

interface Possible {
  /** The organization's id, or `operator`. */
  readonly id: string
  readonly label: string
  readonly actor: ConsoleActor
}

/** As what a person may sign in: operators see everything, members their organizations. */
async function actorsOf(c: PageContext, email: string): Promise<Possible[]> {
  const { settings, bindings } = c.env.context.edge
  if (settings.access?.operators.includes(email)) {
    const actor = { type: 'operator', name: email } as const
    return [{ id: 'operator', label: 'Operator of all organizations', actor }]
  }
  const found = await memberships(bindings.DB, email)
  return found.map(({ organizationId, organizationName, role }: Membership) => ({
    id: organizationId,
    label: `${organizationName} (${role})`,
    actor: { type: 'person', email, organizationId, role },
  }))
}

/** Counts an attempt. A limiter that fails limits nobody: the token is long enough by itself. */
async function isExhausted(c: PageContext): Promise<boolean> {
  const { address, edge } = c.env.context
  const key = `console:${address ? addressBucket(address) : 'unknown'}`
  try {
    return !(await edge.bindings.AUTH_FAILURES.limit({ key })).success
  } catch (error) {
    console.warn('AUTH_FAILURES did not answer', error)
    return false
  }
}

function tooMany(c: PageContext): Answered {
  c.header('retry-after', String(PERIOD_SECONDS))
  return errorPage(
    c,
    429,
    `Too many attempts to sign in from your address. Try again in ${PERIOD_SECONDS} seconds.`,
  )
}

function tokenPage(c: PageContext, next: string, fault?: Fault): Answered {
  return page(
    c,
    { title: 'Sign in', fault },
    <form method="post" action={SIGN_IN} class="narrow">
      <input type="hidden" name="next" value={next} />
      <Field
        name="token"
        label="Admin token"
        type="password"
        autocomplete="current-password"
        required
        fault={fault}
        hint="The deployment’s ADMIN_TOKEN; on a local start it is in .dev.vars. You stay signed in for an hour without use, eight hours at most."
      />
      <div class="actions">
        <button type="submit">Sign in</button>
      </div>
    </form>,
  )
}

function accessPage(
  c: PageContext,
  email: string,
  actors: readonly Possible[],
  next: string,
): Answered {
  const [first] = actors
  if (!first) {
    return errorPage(
      c,
      403,
      `${email} is not a member of any organization here. Ask an administrator of your organization, or an operator, to add you.`,
    )
  }
  return page(
    c,
    { title: 'Sign in' },
    <form method="post" action={SIGN_IN} class="narrow">
      <p>
        Signed in to Cloudflare Access as <strong>{email}</strong>.
      </p>
      <input type="hidden" name="next" value={next} />
      <Choices
        name="as"
        legend="Continue as"
        type="radio"
        choices={actors.map(({ id, label }) => ({ value: id, label }))}
        chosen={[first.id]}
      />
      <div class="actions">
        <button type="submit">Continue</button>
      </div>
    </form>,
  )
}

/** A page of ours to go on from, at once and by itself. */
function arrival(c: PageContext, next: string): Answered {
  c.header('refresh', `0; url=${withQuery(next, {})}`)
  return page(
    c,
    { title: 'Welcome' },
    <p>
      <a href={next}>Go on to the console</a>
    </p>,
  )
}
