// Who is signed in. The cookie holds a random id and our tag over it; the database holds the id's
// digest alone, so that neither a leaked row nor a forged cookie opens a session. A session ends after
// an hour without use, after eight hours at most, by signing out, and with the membership or the
// Access assertion that it came from.

import { base64url } from 'jose'

import { accessEmail, type OperatorActor, type Role } from '../api/actor.ts'
import { bytes, isTagOf, tagOf } from './seal.ts'
import type { ConsoleActor, ConsoleContext, Session } from './context.ts'

const COOKIE = '__Host-portcullis'
const IDLE_MS = 60 * 60 * 1000
const LIFETIME_MS = 8 * 60 * 60 * 1000
/** Use is written down at most so often; an idle session ends that much earlier at worst. */
const SEEN_EVERY_MS = 60_000
/** Rows that one sign-in clears away at most. */
const SWEEP_MAX = 100
/** An operator by the admin token; all other names are e-mail addresses out of Access. */
const TOKEN_OPERATOR = 'admin-token'

/** The operator who presented the admin token. */
export const tokenOperator: OperatorActor = { type: 'operator', name: TOKEN_OPERATOR }

/** Whether the actor may change anything; the API decides, pages only leave forms out. */
export function mayWrite({ actor }: Session): boolean {
  return actor.type === 'operator' || actor.role === 'administrator'
}

interface Row {
  actor_type: 'operator' | 'person'
  name: string
  organization_id: string | null
  role: Role | null
  seen_at: number
}

/** The session of a request; a cookie that is not ours costs no look into the database. */
export async function readSession(
  request: Request,
  context: ConsoleContext,
): Promise<Session | undefined> {
  const { edge, nowMs, waitUntil } = context
  const id = await cookieId(request, context)
  if (id === undefined) return undefined
  const digest = await digestOf(id)
  const { DB } = edge.bindings
  // A member's role is read again, in case the session's row was written by another hand.
  const row = await DB.withSession('first-primary')
    .prepare(
      `SELECT s.actor_type, s.name, s.organization_id, s.role, s.seen_at FROM console_sessions s
       LEFT JOIN members m ON m.organization_id = s.organization_id AND m.email = s.name
       WHERE s.id = ?1 AND s.revoked_at IS NULL AND s.expires_at > ?2 AND s.seen_at > ?3
         AND (s.actor_type = 'operator' OR m.role = s.role)`,
    )
    .bind(digest, nowMs, nowMs - IDLE_MS)
    .first<Row>()
  if (!row || !(await isVouchedFor(request, row, context))) return undefined
  if (nowMs - row.seen_at > SEEN_EVERY_MS) {
    const seen = DB.prepare(
      'UPDATE console_sessions SET seen_at = max(seen_at, ?2) WHERE id = ?1',
    ).bind(digest, nowMs)
    waitUntil(seen.run())
  }
  const csrf = await tagOf(edge.settings, 'csrf', id)
  return { actor: actorOf(row), csrf, digest }
}

/** A session out of Access needs its assertion, for the same person, with every request. */
async function isVouchedFor(
  request: Request,
  { actor_type, name }: Row,
  { edge }: ConsoleContext,
): Promise<boolean> {
  const { settings } = edge
  // The token opens sessions only where the settings say so, and as long as they do.
  if (actor_type === 'operator' && name === TOKEN_OPERATOR) return settings.signIn === 'token'
  if ((await accessEmail(request, settings)) !== name) return false
  return actor_type === 'person' || settings.access?.operators.includes(name) === true
}

function actorOf({ actor_type, name, organization_id, role }: Row): ConsoleActor {
  if (actor_type === 'operator') return { type: 'operator', name }
  return {
    type: 'person',
    email: name,
    organizationId: organization_id ?? '',
    role: role ?? 'viewer',
  }
}

/**
 * Opens a session and returns its cookie. The one that the browser had ends: an id from before the
 * sign-in is worth nothing after it.
 */
export async function openSession(
  request: Request,
  actor: ConsoleActor,
  context: ConsoleContext,
): Promise<string> {
  const { edge, nowMs } = context
  const id = base64url.encode(crypto.getRandomValues(new Uint8Array(32)))
  const before = await cookieId(request, context)
  const { DB } = edge.bindings
  const name = actor.type === 'operator' ? actor.name : actor.email
  const organization = actor.type === 'person' ? actor.organizationId : null
  const role = actor.type === 'person' ? actor.role : null
  await DB.batch([
    DB.prepare(
      `DELETE FROM console_sessions WHERE id IN
         (SELECT id FROM console_sessions WHERE expires_at <= ?1 LIMIT ${SWEEP_MAX})`,
    ).bind(nowMs),
    ...(before === undefined ? [] : [revocation(DB, await digestOf(before), nowMs)]),
    DB.prepare(
      `INSERT INTO console_sessions
         (id, actor_type, name, organization_id, role, created_at, seen_at, expires_at)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7)`,
    ).bind(await digestOf(id), actor.type, name, organization, role, nowMs, nowMs + LIFETIME_MS),
  ])
  return cookie(`${id}.${await tagOf(edge.settings, 'session', id)}`, LIFETIME_MS / 1000)
}

/** Ends a session for good and returns the cookie that removes it from the browser. */
export async function closeSession(
  { digest }: Session,
  { edge, nowMs }: ConsoleContext,
): Promise<string> {
  await revocation(edge.bindings.DB, digest, nowMs).run()
  return cookie('', 0)
}

function revocation(db: D1Database, digest: string, nowMs: number): D1PreparedStatement {
  return db
    .prepare('UPDATE console_sessions SET revoked_at = coalesce(revoked_at, ?2) WHERE id = ?1')
    .bind(digest, nowMs)
}

/** The id in the cookie, where the tag is ours. */
async function cookieId(request: Request, { edge }: ConsoleContext): Promise<string | undefined> {
  const pattern = new RegExp(`(?:^|;\\s*)${COOKIE}=([\\w-]{43})\\.([\\w-]{43})(?:;|$)`)
  const [, id, tag] = pattern.exec(request.headers.get('cookie') ?? '') ?? []
  if (id === undefined || tag === undefined) return undefined
  return (await isTagOf(edge.settings, 'session', id, tag)) ? id : undefined
}

/** `__Host-`: ours alone, from https (or localhost), for the whole host and no other. */
function cookie(value: string, maxAgeSeconds: number): string {
  const attributes = `Path=/; Max-Age=${maxAgeSeconds}; Secure; HttpOnly; SameSite=Strict`
  return `${COOKIE}=${value}; ${attributes}`
}

async function digestOf(id: string): Promise<string> {
  return base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes(id))))
}
