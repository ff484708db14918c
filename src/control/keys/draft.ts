// What a request for a new key asks, checked field by field before anything is written.

import type { z } from '@hono/zod-openapi'

import type { ControlContext } from '../context.ts'
import { grantProducts, grantScopes } from '../grants.ts'
import { readIps, readOrigins } from '../lists.ts'
import { invalid } from '../problem.ts'
import { environmentFor } from './create.ts'
import type { KeyDraft } from './create.ts'
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
    serviceUserId: null,
    scopes: grantScopes(context, asked.kind, asked.scopes),
    products: await grantProducts(context, organization, asked.kind, asked.products),
    quotas: await readQuotas(context, organization, 'quotas' in asked ? asked.quotas : undefined),
    ips: readIps(asked.ips) ?? null,
    origins: originsFor(asked.kind, asked.origins) ?? null,
    expiresAt: readExpiry(context, asked.expires_at) ?? null,
    metadata: asked.metadata ?? {},
  }
}

/** The entries of an origin list, which only publishable keys have; null lifts the restriction. */
export function originsFor(
  kind: string,
  asked: readonly string[] | null | undefined,
): string[] | null | undefined {
  const origins = readOrigins(asked)
  if (!origins || kind === 'publishable') return origins
  throw invalid('origins', 'only publishable keys have an origin list')
}

/** A time at which a key is to end. @throws Problem 400 where it has passed. */
export function readExpiry(
  { nowMs }: ControlContext,
  asked: number | null | undefined,
): number | null | undefined {
  if (typeof asked !== 'number' || asked > nowMs) return asked
  throw invalid('expires_at', 'must be in the future, in Unix milliseconds')
}
