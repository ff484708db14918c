// From a wish to a credential: the value, which is shown once and kept nowhere, and the row with its
// digest. Everything is checked before the row is sent.

import { importPeppers, mintKey } from '../credentials/digest.ts'
import type { MintedKey } from '../credentials/digest.ts'
import { JWT_MAX_LIFETIME_S } from '../credentials/jwt-claims.ts'
import { KINDS, SIGNED_KIND } from '../credentials/kinds.ts'
import type { Environment, OpaqueKind } from '../credentials/kinds.ts'
import { mintJwt } from '../credentials/mint-jwt.ts'
import { loadSigningKeys, parseSigningKeys } from '../credentials/signing-keys.ts'
import { Stop, usage } from './answer.ts'
import type { Answer, Ops } from './answer.ts'
import { curlLine } from '../catalog/curl.ts'
import type { Example } from '../catalog/curl.ts'
import { time } from './print.ts'
import { brandOf, readVars, requireSettings, textOf } from './settings.ts'
import type { NewCredential } from './statements.ts'
import type { InForce } from './sync.ts'
import { edgeUrl, newInForce } from './sync.ts'

/** Mints opaque keys of one deployment. @throws Stop naming the setting that is missing. */
export async function opaqueMinter(
  ops: Ops,
): Promise<(kind: OpaqueKind, environment: Environment) => Promise<MintedKey>> {
  const vars = await readVars(ops, await edgeUrl(ops))
  requireSettings(ops, vars, ['KEY_PEPPER', 'KEY_BRAND'])
  const [first = '', ...others] = textOf(vars, 'KEY_PEPPER').split(',')
  const peppers = await importPeppers([first, ...others])
  return (kind, environment) => mintKey(peppers, brandOf(vars), kind, environment)
}

export interface JwtWish {
  readonly id: string
  readonly organizationId: string
  readonly environment: Environment
  readonly products: readonly string[]
  readonly expiresAtMs: number
}

/** Mints JWT keys of one deployment, under its first signing key and its issuer. */
export async function jwtMinter(
  ops: Ops,
): Promise<{ readonly issuer: string; readonly mint: (wish: JwtWish) => Promise<string> }> {
  const vars = await readVars(ops, await edgeUrl(ops))
  requireSettings(ops, vars, ['SIGNING_KEYS', 'ISSUER', 'AUDIENCE'])
  const parsed = parseSigningKeys(textOf(vars, 'SIGNING_KEYS'))
  if (!parsed.ok) throw new Stop(parsed.error)
  const signingKeys = await loadSigningKeys(parsed.value).catch(() => {
    throw new Stop('SIGNING_KEYS: the private half of a key does not belong to its public half')
  })
  const issuer = textOf(vars, 'ISSUER')
  const mint = (wish: JwtWish): Promise<string> => {
    const issuedAtMs = ops.io.now()
    if (wish.expiresAtMs - issuedAtMs > JWT_MAX_LIFETIME_S * 1000) {
      throw usage(`a ${KINDS[SIGNED_KIND].noun} lives ten years at most`)
    }
    return mintJwt({
      signingKeys,
      issuer,
      audience: textOf(vars, 'AUDIENCE') || issuer,
      sub: wish.id,
      jti: wish.id,
      org: wish.organizationId,
      env: wish.environment,
      products: wish.products,
      issuedAtMs,
      expiresAtMs: wish.expiresAtMs,
    })
  }
  return { issuer, mint }
}

/** What the operator sees of a new credential: the only time that its value is shown. */
export async function minted(
  ops: Ops,
  row: NewCredential,
  value: string,
  inForce: InForce,
  more: Pick<Example, 'sourceSystem' | 'department'> = {},
): Promise<Answer> {
  const { id, kind, environment, scopes, products } = row
  const url = await edgeUrl(ops)
  // A row that has no entry has no list.
  const origins = row.origins.length > 0 ? row.origins : null
  const curl = curlLine(ops.catalog, { url, kind, value, scopes, products, origins, ...more })
  const lists = [...row.ips, ...row.origins]
  return {
    json: {
      id,
      value,
      kind,
      environment,
      organization_id: row.organizationId,
      service_user_id: row.serviceUserId,
      name: row.name,
      scopes,
      products,
      ips: row.ips,
      origins: row.origins,
      expires_at: row.expiresAt,
      enforced_at: inForce.enforced_at,
      curl: curl ?? null,
    },
    lines: [
      `${environment} ${KINDS[kind].noun} ${id} (${row.name}) of ${row.serviceUserId ?? row.organizationId}`,
      `  products  ${products.join(' ')}`,
      ...(scopes.length > 0 ? [`  scopes    ${scopes.join(' ')}`] : []),
      ...(lists.length > 0 ? [`  only from ${lists.join(' ')}`] : []),
      `  expires   ${time(row.expiresAt, 'never')}`,
      `  ${newInForce(inForce)}`,
      '',
      value,
      '',
      'Copy it now: it is stored nowhere and will not be shown again.',
      ...(curl === undefined ? [] : ['', curl]),
    ],
  }
}
