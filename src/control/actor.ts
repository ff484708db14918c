// Who calls the management API, and on whose behalf. Tenant and actor come from the credential alone:
// a key acts within its organization and environment and can hand out no more than it has; an
// operator acts within the organization that the request names.

import { createRemoteJWKSet, jwtVerify } from 'jose'
import type { JWTVerifyGetKey } from 'jose'

import type { Environment } from '../catalog/define.ts'
import type { AccessSettings } from '../setting-forms.ts'
import type { Settings } from '../settings.ts'
import { equalInConstantTime } from '../keys/digest.ts'
import type { KnownKey } from '../keys/memo.ts'
import { Problem } from './problem.ts'

export interface KeyActor {
  readonly type: 'key'
  readonly key: KnownKey
}

export interface OperatorActor {
  readonly type: 'operator'
  /** `admin-token`, or the e-mail address that Cloudflare Access vouches for. */
  readonly name: string
}

export type Actor = KeyActor | OperatorActor

/** The operator behind a request: the admin token, or a verified Cloudflare Access assertion. */
export async function readOperator(
  request: Request,
  settings: Settings,
): Promise<OperatorActor | undefined> {
  const bearer = /^Bearer (\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
  if (bearer && (await sameSecret(bearer, settings.adminToken))) {
    return { type: 'operator', name: 'admin-token' }
  }
  const assertion = request.headers.get('cf-access-jwt-assertion')
  if (!assertion || !settings.access || isForeignWrite(request)) return undefined
  const email = await verifyAccess(assertion, settings.access)
  return email ? { type: 'operator', name: email } : undefined
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
    throw new Problem(
      400,
      'request_invalid',
      'organization: operators must name one, as ?organization=org_…',
    )
  }
  const own = actor.key.principal.record.organizationId
  if (asked === undefined || asked === own) return own
  throw new Problem(404, 'not_found', `There is no organization ${asked}.`)
}

/** The environment to which a key's management is confined; an operator's is not. */
export function environmentOf(actor: Actor): Environment | undefined {
  return actor.type === 'key' ? actor.key.principal.record.environment : undefined
}

/** The actor's name in idempotency and audit. */
export function actorName(actor: Actor): string {
  return actor.type === 'key' ? actor.key.principal.record.id : `operator:${actor.name}`
}

/** Digests are compared, so that neither content nor length is told by the time it takes. */
async function sameSecret(presented: string, expected: string): Promise<boolean> {
  const [a, b] = await Promise.all([sha256(presented), sha256(expected)])
  return equalInConstantTime(a, b)
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return String.fromCharCode(...new Uint8Array(digest))
}

const accessKeys = new Map<string, JWTVerifyGetKey>()

/** Cloudflare Access: RS256, issuer and audience exact, keys of the team's domain only. */
async function verifyAccess(
  assertion: string,
  { teamDomain, audience, operators }: AccessSettings,
): Promise<string | undefined> {
  const issuer = `https://${teamDomain}`
  const keys =
    accessKeys.get(issuer) ?? createRemoteJWKSet(new URL(`${issuer}/cdn-cgi/access/certs`))
  accessKeys.set(issuer, keys)
  try {
    const { payload } = await jwtVerify(assertion, keys, {
      issuer,
      audience,
      algorithms: ['RS256'],
      requiredClaims: ['exp', 'iat', 'sub', 'email'],
    })
    const email = payload['email']
    return typeof email === 'string' && operators.includes(email.toLowerCase()) ? email : undefined
  } catch {
    return undefined
  }
}
