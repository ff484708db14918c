// Signing in. With Cloudflare Access its verified assertion says who it is: an operator, or a member
// of one or more organizations. Where the settings ask for it, the admin token on a form; else nobody
// can. After too many wrong tries no form of an address is read, so that guessing is slow even for who
// would guess right. Whoever gets in, and whoever does not, is on record.

import { Hono } from 'hono'

import { accessEmail, tryAdminToken } from '../api/actor.ts'
import { memberships, type Membership } from '../api/members/find.ts'
import type { Held } from '../tries/tries.ts'
import { audited } from './audited.ts'
import { type ConsoleEnv, type PageContext, type ConsoleActor } from './context.ts'
import { readForm, SIGN_IN_FORM_MAX_BYTES } from './form.ts'
import { Choices } from './kit/choices.tsx'
import type { Fault } from './kit/fault.ts'
import { Field } from './kit/field.tsx'
import { errorPage, page, type Answered } from './respond.tsx'
import { openSession, readSession, tokenOperator } from './session.ts'
import { ORGANIZATIONS, readNext, SIGN_IN, withQuery } from './urls.ts'

export const signIn = new Hono<ConsoleEnv>()

signIn.get(SIGN_IN, async (c) => {
  const next = readNext(c.req.query('next'), c.req.url)
  // SameSite=Strict: a link on another site brings no cookie. From our own page it comes along.
  if (c.req.header('sec-fetch-site') === 'cross-site') return arrival(c, next)
  if (await readSession(c.req.raw, c.env.context)) return c.redirect(next, 303)
  const { settings } = c.env.context.edge
  if (settings.signIn === 'token') return tokenPage(c, next)
  const email = await accessEmail(c.req.raw, settings)
  if (email === undefined) return noWayIn(c)
  const actors = await actorsOf(c, email)
  // Who has just signed out is not signed in again unasked.
  const [only] = actors
  if (only && actors.length === 1 && c.req.query('status') === undefined) {
    return await enter(c, only.actor, next)
  }
  return await accessPage(c, email, actors, next)
})

/** Who can get in at all, and may try now: nothing of the form is read before. */
signIn.post(SIGN_IN, async (c, next) => {
  const { edge, address, nowMs } = c.env.context
  if (edge.settings.signIn !== 'token') {
    const email = await accessEmail(c.req.raw, edge.settings)
    return email === undefined
      ? await audited(c, { reason: 'sign_in_wrong' }, await noWayIn(c))
      : await next()
  }
  const held = await edge.tries.check({ door: 'form', address }, nowMs)
  if (!held) return await next()
  // Whoever is signed in already is in.
  if (await readSession(c.req.raw, c.env.context)) return c.redirect(ORGANIZATIONS, 303)
  return await tooMany(c, held)
})

signIn.post(SIGN_IN, readForm(SIGN_IN_FORM_MAX_BYTES), async (c) => {
  const form = c.get('form')
  const next = readNext(form.get('next'), c.req.url)
  const { edge, address, nowMs } = c.env.context
  if (edge.settings.signIn !== 'token') {
    const email = await accessEmail(c.req.raw, edge.settings)
    if (email === undefined) return noWayIn(c)
    const actors = await actorsOf(c, email)
    const chosen = actors.find(({ id }) => id === form.get('as'))
    return chosen ? await enter(c, chosen.actor, next) : await accessPage(c, email, actors, next)
  }
  const right = await tryAdminToken(form.get('token') ?? '', 'form', edge, address, nowMs)
  if (!right.ok) return await tooMany(c, right.error)
  if (right.value) return await enter(c, tokenOperator, next)
  const fault = { field: 'token', sentence: 'this is not the admin token', status: 401 }
  return await audited(c, { reason: 'sign_in_wrong' }, await tokenPage(c, next, fault))
})

/** Where Access is configured it is the one way in; where nothing is, there is none. */
function noWayIn(c: PageContext): Answered {
  return errorPage(
    c,
    403,
    c.env.context.edge.settings.signIn === null
      ? 'Nobody can sign in here yet. Whoever runs this edge can set ACCESS, so that people come through Cloudflare Access, or CONSOLE = "token", for a form that takes the admin token; both are in docs/reference.md, under “Settings”.'
      : 'People sign in here through Cloudflare Access, and this request did not come through it. Put the console’s path under your Access application, or ask whoever runs this edge.',
  )
}

async function enter(c: PageContext, actor: ConsoleActor, next: string): Promise<Response> {
  c.header('set-cookie', await openSession(c.req.raw, actor, c.env.context))
  return await audited(c, { actor }, c.redirect(next, 303))
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

async function tooMany(c: PageContext, { retryAfterSeconds }: Held): Promise<Response> {
  c.header('retry-after', String(retryAfterSeconds))
  const answer = await errorPage(
    c,
    429,
    `Too many attempts to sign in from your address. Try again in ${retryAfterSeconds} seconds.`,
  )
  return await audited(c, { reason: 'authentication_failures' }, answer)
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

async function accessPage(
  c: PageContext,
  email: string,
  actors: readonly Possible[],
  next: string,
): Promise<Response> {
  const [first] = actors
  if (!first) {
    const answer = await errorPage(
      c,
      403,
      `${email} is not a member of any organization here. Ask an administrator of your organization, or an operator, to add you.`,
    )
    return await audited(c, { reason: 'not_a_member', name: `person:${email}` }, answer)
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
