// Who calls the management API, and on whose behalf. Tenant and actor come from the credential alone:
// a key acts within its organization and environment and can hand out no more than it has; an
// operator acts within the organization that the request names; a person within the organization of
// the console session. No header of a request makes a person: they come from the console alone.

import { createRemoteJWKSet, jwtVerify, type JWTVerifyGetKey } from 'jose'

import type { Environment } from '../../catalog/define.ts'
import type { Address } from '../../lists/address.ts'
import { ok, type Result } from '../../lib/result.ts'
import { isKeyShaped, type AccessSettings } from '../../config/setting-forms.ts'
import type { KeyRecord } from '../../credentials/record.ts'
import type { CallKey } from '../../call/call.ts'
import type { ControlSettings } from '../settings.ts'
import type { Door, Held, Tries } from '../tries/tries.ts'
import { parseEmail } from './members/email.ts'
import type { Role } from './members/role.ts'
import { invalid, notFound } from './problem.ts'

export type { Role } from './members/role.ts'

export interface KeyActor {
  readonly type: 'key'
  readonly key: CallKey
  /** As D1 has it at this moment; only who makes a change has been looked up (actor-check.ts). */
  readonly record?: KeyRecord
}

export interface OperatorActor {
  readonly type: 'operator'
  /** `admin-token`, or the e-mail address or service token that Cloudflare Access vouches for. */
  readonly name: string
}

export interface PersonActor {
  readonly type: 'person'
  /** In lower case, as in `members`. */
  readonly email: string
  readonly organizationId: string
  readonly role: Role
}

export type Actor = KeyActor | OperatorActor | PersonActor

/** Against what a try at the admin token is held. */
export interface TokenCheck {
  readonly settings: ControlSettings
  readonly tries: Tries
}

/**
 * The operator behind a request: the admin token, or a verified Cloudflare Access assertion. Held: the
 * token was not looked at, because too many wrong ones came from there. What may be a key of ours or a
 * JWT is no try at it.
 */
export async function readOperator(
  request: Request,
  check: TokenCheck,
  address: Address | undefined,
  nowMs: number,
): Promise<Result<OperatorActor | undefined, Held>> {
  const { settings } = check
  const bearer = /^Bearer (\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
  const tried =
    bearer && !isKeyShaped(bearer, settings.brand)
      ? await tryAdminToken(bearer, 'api', check, address, nowMs)
      : ok(false)
  if (tried.ok && tried.value) return ok({ type: 'operator', name: 'admin-token' })
  const { email, service } = (await accessIdentity(request, settings)) ?? {}
  const name = email ?? service
  if (name !== undefined && settings.access?.operators.includes(name)) {
    return ok({ type: 'operator', name })
  }
  return tried.ok ? ok(undefined) : tried
}

/** Whether this is the admin token; held after ten wrong ones a minute of an address and a door. */
export async function tryAdminToken(
  presented: string,
  door: Door,
  { settings, tries }: TokenCheck,
  address: Address | undefined,
  nowMs: number,
): Promise<Result<boolean, Held>> {
  return await tries.attempt({ door, address, presented, expected: settings.adminToken }, nowMs)
}

/**
 * The person whom Cloudflare Access vouches for, operator or not: the e-mail address, in lower case.
 * Undefined without a valid assertion, where Access is not configured, and for another site's write.
 */
export async function accessEmail(
  request: Request,
  settings: Pick<ControlSettings, 'access'>,
): Promise<string | undefined> {
  return (await accessIdentity(request, settings))?.email
}

/** One of both. */
interface AccessIdentity {
  /** In lower case. */
  readonly email?: string | undefined
  /** The client ID of a service token, which is nobody's and signs in to no console. */
  readonly service?: string | undefined
}

async function accessIdentity(
  request: Request,
  settings: Pick<ControlSettings, 'access'>,
): Promise<AccessIdentity | undefined> {
  const assertion = request.headers.get('cf-access-jwt-assertion')
  if (!assertion || !settings.access || isForeignWrite(request)) return undefined
  return await verifyAccess(assertion, settings.access)
}

/** Access knows people by a cookie, which another site's page could make their browser send. */
function isForeignWrite({ method, headers }: Request): boolean {
  const site = headers.get('sec-fetch-site') ?? 'none'
  return method !== 'GET' && method !== 'HEAD' && site !== 'same-origin' && site !== 'none'
}

/** The organization within which an actor acts; `asked` is the request's `organization` parameter. */
export function organizationOf(actor: Actor, asked: string | undefined): string {
  if (actor.type === 'operator') {
    if (asked !== undefined) return asked
    throw invalid('organization', 'operators must name one, as ?organization=org_…')
  }
  const own = actor.type === 'person' ? actor.organizationId : actor.key.organization
  if (asked === undefined || asked === own) return own
  throw notFound('organization')
}

/** The environment to which a key's management is confined; people's is not. */
export function environmentOf(actor: Actor): Environment | undefined {
  return actor.type === 'key' ? actor.key.environment : undefined
}

/**
 * The record of the key that makes a change.
 * @throws Error of an actor who was not looked up for one: a bug.
 */
export function recordOf({ key, record }: KeyActor): KeyRecord {
  if (record) return record
  throw new Error(`${key.id} has not been looked up for a change`)
}

/** The actor's name in idempotency and audit. */
export function actorName(actor: Actor): string {
  if (actor.type === 'key') return actor.key.id
  return actor.type === 'person' ? `person:${actor.email}` : `operator:${actor.name}`
}

const accessKeys = new Map<string, JWTVerifyGetKey>()

/** Cloudflare Access: RS256, issuer and audience exact, keys of the team's domain only. */
async function verifyAccess(
  assertion: string,
  { teamDomain, audience }: AccessSettings,
): Promise<AccessIdentity | undefined> {
  const issuer = `https://${teamDomain}`
  const keys =
    accessKeys.get(issuer) ?? createRemoteJWKSet(new URL(`${issuer}/cdn-cgi/access/certs`))
  accessKeys.set(issuer, keys)
  try {
    const { payload } = await jwtVerify(assertion, keys, {
      issuer,
      audience,
      algorithms: ['RS256'],
      requiredClaims: ['exp', 'iat', 'sub'],
    })
    const { email, common_name: service, sub } = payload
    if (typeof email === 'string') return { email: parseEmail(email) }
    // Of a service token: it has a name in place of a person.
    return typeof service === 'string' && sub === '' ? { service } : undefined
  } catch {
    return undefined
  }
}
