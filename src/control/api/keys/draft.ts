// What a request for a new key asks, checked field by field before anything is written.

import type { z } from '@hono/zod-openapi'

import { JWT_MAX_LIFETIME_S } from '../../../credentials/jwt-claims.ts'
import {
  hasOrigins,
  isSigned,
  KINDS,
  ONLY_SOME_HAVE_ORIGINS,
  type Kind,
} from '../../../credentials/kinds.ts'
import type { ControlContext } from '../context.ts'
import { grantProducts, grantScopes } from '../grants.ts'
import { readIps, readOrigins } from '../lists.ts'
import { invalid } from '../problem.ts'
import { environmentFor, type KeyDraft } from './create.ts'
import { readQuotas } from './quotas.ts'
import type { CreateKey, ImportKey } from './schemas.ts'

/** The draft of a key that is created or imported. @throws Problem naming the field. */
export async function draftOf(
  context: ControlContext,
  organization: string,
  asked: z.infer<typeof CreateKey> | z.infer<typeof ImportKey>,
): Promise<KeyDraft> {
  return {
    kind: asked.kind,
    environment: environmentFor(context, asked.environment),
    name: asked.name,
    service_user_id: null,
    scopes: grantScopes(context, asked.kind, asked.scopes),
    products: await grantProducts(context, organization, asked.kind, asked.products),
    quotas: await readQuotas(context, organization, asked.quotas),
    ips: readIps(asked.ips) ?? null,
    origins: originsFor(asked.kind, asked.origins) ?? null,
    expires_at: expiryFor(context, asked.kind, asked.expires_at),
    metadata: asked.metadata ?? {},
  }
}

/** The draft of an imported key. @throws Problem naming the field. */
export async function importedDraftOf(
  context: ControlContext,
  organization: string,
  asked: z.infer<typeof ImportKey>,
): Promise<KeyDraft> {
  const prefixes = context.edge.settings.importedPrefixes
  if (!prefixes.includes(asked.prefix)) {
    throw invalid(
      'prefix',
      `must be one of IMPORTED_PREFIXES: ${prefixes.join(', ') || 'there are none'}`,
    )
  }
  const draft = await draftOf(context, organization, asked)
  return { ...draft, imported: { digest: asked.sha256, prefix: asked.prefix } }
}

/** A JWT carries its expiry in itself, in whole seconds; none is believed that lies too far ahead. */
function expiryFor(
  context: ControlContext,
  kind: Kind,
  asked: number | null | undefined,
): number | null {
  const expiresAt = readExpiry(context, asked) ?? null
  if (!isSigned(kind) || expiresAt === null) return expiresAt
  const seconds = Math.floor(expiresAt / 1000) - Math.floor(context.nowMs / 1000)
  if (seconds < 1) throw invalid('expires_at', 'must be a second from now at least')
  if (seconds <= JWT_MAX_LIFETIME_S) return expiresAt
  throw invalid('expires_at', `a ${KINDS[kind].noun} lives ten years at most`)
}

/** The entries of an origin list, which not every kind has; null lifts the restriction. */
export function originsFor(
  kind: Kind,
  asked: readonly string[] | null | undefined,
): string[] | null | undefined {
  const origins = readOrigins(asked)
  if (!origins || hasOrigins(kind)) return origins
  throw invalid('origins', ONLY_SOME_HAVE_ORIGINS)
}

/** The last millisecond of the year 9999: what comes later has no date of the usual form. */
const LATEST_MS = 253_402_300_799_999

/** A time at which a key is to end. @throws Problem 400 where it has passed, or is no date. */
export function readExpiry(
  { nowMs }: ControlContext,
  asked: number | null | undefined,
): number | null | undefined {
  if (typeof asked !== 'number') return asked
  if (asked <= nowMs) throw invalid('expires_at', 'must be in the future, in Unix milliseconds')
  if (asked > LATEST_MS) throw invalid('expires_at', 'must be before the year 10000, or null')
  return asked
}
