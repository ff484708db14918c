// Minting the demo's credentials, with the code that mints all others.

import type { Settings } from '../config/settings.ts'
import { mintKey } from '../credentials/digest.ts'
import { randomBase62 } from '../credentials/format.ts'
import { isSigned, KINDS } from '../credentials/kinds.ts'
import { mintJwt } from '../credentials/mint-jwt.ts'
import { insertCredential, revokeCredential } from './statements.ts'
import { SERVICE_USER, type DemoCredential } from './demo-credentials.ts'
import type { Minted } from './demo-file.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const JWT_LIFETIME_MS = 365 * DAY_MS
const ID_LENGTH = 20

/** In front of the name of each row that the demo makes, so that it finds them again. */
export const NAME_PREFIX = 'Demo: '

/** A new credential: what is presented, and the SQL that makes it known. */
export async function mintDemo(
  name: string,
  credential: DemoCredential,
  settings: Settings,
  nowMs: number,
): Promise<{ readonly minted: Minted; readonly sql: string }> {
  const { kind, environment, organizationId, scopes, products, origins, ips, state } = credential
  const { id, value, digest } = isSigned(kind)
    ? await mintDemoJwt(credential, settings, nowMs)
    : await mintKey(settings.peppers, settings.brand, kind, environment)
  const row = insertCredential({
    id,
    organizationId,
    serviceUserId: KINDS[kind].owner === 'service_user' ? SERVICE_USER.id : null,
    kind,
    environment,
    name: NAME_PREFIX + name,
    digest,
    scopes,
    products,
    expiresAt: expiryOf(credential, nowMs),
    ips,
    origins,
  })
  const revocation = state === 'revoked' ? [revokeCredential(id, nowMs)] : []
  return { minted: { id, value }, sql: [row, ...revocation].join('\n') }
}

async function mintDemoJwt(
  credential: DemoCredential,
  settings: Settings,
  nowMs: number,
): Promise<{ readonly id: string; readonly value: string; readonly digest: null }> {
  const id = `key_${randomBase62(ID_LENGTH)}`
  return { id, value: await signDemoJwt(id, credential, settings, nowMs), digest: null }
}

/** A JWT key of the demo; under the same id it stands for the same row. */
export function signDemoJwt(
  id: string,
  { environment, organizationId, products }: DemoCredential,
  { signingKeys, issuer, audience }: Settings,
  nowMs: number,
): Promise<string> {
  return mintJwt({
    signingKeys,
    issuer,
    audience,
    sub: id,
    jti: id,
    org: organizationId,
    env: environment,
    products,
    issuedAtMs: nowMs,
    expiresAtMs: nowMs + JWT_LIFETIME_MS,
  })
}

function expiryOf({ kind, state }: DemoCredential, nowMs: number): number | null {
  if (state === 'expired') return nowMs - DAY_MS
  return isSigned(kind) ? nowMs + JWT_LIFETIME_MS : null
}
