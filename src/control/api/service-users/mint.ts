// Minting access tokens. No key grants beyond its own: scopes of access tokens are held by keys too
// when they are given them, so that such a key can mint; operators and administrators may mint any.

import type { z } from '@hono/zod-openapi'

import { curlLine } from '../../../catalog/curl.ts'
import { scopesFor } from '../../../catalog/define.ts'
import { TOKEN_KIND } from '../../../credentials/kinds.ts'
import type { ControlContext } from '../context.ts'
import { retryOnConflict, onlyIf } from '../optimistic.ts'
import { grantProducts, grantScopes } from '../grants.ts'
import type { Idempotency } from '../idempotency.ts'
import { createKey, environmentFor, makeKey, type KeyDraft, type Made } from '../keys/create.ts'
import { readExpiry } from '../keys/draft.ts'
import { readQuotas } from '../keys/quotas.ts'
import type { KeyView } from '../keys/schemas.ts'
import { readIps } from '../lists.ts'
import { problemAt } from '../problem.ts'
import { checkEnabled, readServiceUser, type ServiceUserView } from './read.ts'
import type { MintToken } from './schemas.ts'

/** Stands in a line to paste where the value is not known any more. */
const VALUE_UNKNOWN = '<access_token>'

/** Makes a token of the service user; without a wish, with all that the actor may grant. */
export async function mintToken(
  context: ControlContext,
  user: ServiceUserView,
  asked: z.infer<typeof MintToken>,
  idempotency: Idempotency | undefined,
): Promise<Made> {
  const make = () =>
    retryOnConflict(async () => {
      checkEnabled(await readServiceUser(context, user.organization_id, user.id))
      const draft = await draftOf(context, user, asked)
      return await createKey(context, user.organization_id, draft, idempotency, {
        statements: () => [
          onlyIf(
            context,
            'EXISTS (SELECT 1 FROM service_users WHERE id = ?1 AND disabled_at IS NULL)',
            user.id,
          ),
        ],
      })
    })
  return await makeKey(context, idempotency, make)
}

async function draftOf(
  context: ControlContext,
  { id, organization_id }: ServiceUserView,
  asked: z.infer<typeof MintToken>,
): Promise<KeyDraft> {
  return {
    kind: TOKEN_KIND,
    environment: environmentFor(context, asked.environment),
    name: asked.name,
    service_user_id: id,
    ...(await grantsOf(context, organization_id, asked.scopes)),
    quotas: await readQuotas(context, organization_id, asked.quotas),
    ips: readIps(asked.ips) ?? null,
    origins: null,
    expires_at: readExpiry(context, asked.expires_at) ?? null,
    metadata: asked.metadata ?? {},
  }
}

/** Scopes and products of a token. @throws Problem 403 where the actor may grant none of either. */
async function grantsOf(
  context: ControlContext,
  organization: string,
  asked: readonly string[] | undefined,
): Promise<{ scopes: string[]; products: string[] }> {
  const scopes = grantScopes(context, TOKEN_KIND, asked)
  if (scopes.length === 0) {
    const all = scopesFor(context.edge.catalog, TOKEN_KIND).join(', ')
    throw problemAt(
      'scopes',
      'grant_beyond_own',
      `this key holds none of ${all} itself, so it cannot mint access tokens; use a key that does`,
    )
  }
  const products = await grantProducts(context, organization, TOKEN_KIND, undefined)
  if (products.length > 0) return { scopes, products }
  throw problemAt(
    'products',
    'grant_beyond_own',
    context.actor.type === 'key'
      ? 'this key holds no product itself that takes access tokens; use a key that does'
      : 'the organization has no product that takes access tokens',
  )
}

/** The first call that a token may make, as a line to paste: the ingest call where it may ingest. */
export function curlOf(
  { edge }: ControlContext,
  user: ServiceUserView,
  token: KeyView,
  value: string | null,
): string | null {
  const line = curlLine(edge.catalog, {
    url: edge.settings.issuer,
    kind: TOKEN_KIND,
    value: value ?? VALUE_UNKNOWN,
    scopes: token.scopes,
    products: token.products.filter((id) => edge.settings.upstreams.get(id)?.[token.environment]),
    ips: token.ips,
    sourceSystem: user.source_system,
    department: user.departments[0],
  })
  return line ?? null
}
