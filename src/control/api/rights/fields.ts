// Who may write which field: the one table, read by decide.ts. A field of an answer or a request that has
// no row here does not compile, and one that has a row here and is nowhere else does not either.

import type { z } from '@hono/zod-openapi'

import type { CreateKey, ImportKey, Key, RotateKey, UpdateKey } from '../keys/schemas.ts'
import type { Member, PutMember } from '../members/schemas.ts'
import type {
  CreateOrganization,
  Organization,
  UpdateOrganization,
} from '../organization/schemas.ts'
import type {
  CreateServiceUser,
  MintToken,
  ServiceUser,
  UpdateServiceUser,
} from '../service-users/schemas.ts'
import type { CreateEndpoint, Endpoint, RotateSecret, UpdateEndpoint } from '../webhooks/schemas.ts'

/**
 * Each may write what those before may. `people`: operators and the administrators of the organization.
 * `keys`: keys besides, with the scope of the operation; of other keys those that they cover.
 */
export const WRITERS = ['nobody', 'operators', 'people', 'keys'] as const
export type Writer = (typeof WRITERS)[number]

/** By whom a field is written when the thing is made, and by whom afterwards. */
export interface Rule {
  readonly make: Writer
  readonly change: Writer
}

/** Whether something is made or changed; rotating a key makes its successor. */
export type Moment = keyof Rule

const by = (make: Writer, change: Writer = make): Rule => ({ make, change })
const NOBODY = by('nobody')
/** Decided when it is made, and never after. */
const ONCE = by('keys', 'nobody')

type FieldsOf<Schemas extends readonly z.ZodType[]> = {
  [I in keyof Schemas]: keyof z.infer<Schemas[I]>
}[number]

const KEY: Record<
  FieldsOf<
    [
      ...[typeof Key, typeof CreateKey, typeof UpdateKey, typeof ImportKey, typeof RotateKey],
      typeof MintToken,
    ]
  >,
  Rule
> = {
  id: NOBODY,
  organization_id: NOBODY,
  service_user_id: ONCE,
  kind: ONCE,
  environment: ONCE,
  prefix: ONCE,
  sha256: ONCE,
  name: by('keys'),
  metadata: by('keys'),
  scopes: by('keys'),
  products: by('keys'),
  // Above the plan: operators alone (keys/quotas.ts).
  quotas: by('keys'),
  ips: by('keys'),
  origins: by('keys'),
  expires_at: by('keys'),
  grace_seconds: by('keys'),
  state: NOBODY,
  created_at: NOBODY,
  // Revoking is an operation of its own, and only takes away: any key with keys:write may.
  revoked_at: NOBODY,
  last_used_at: NOBODY,
  rotated_to: NOBODY,
}

const SERVICE_USER: Record<
  FieldsOf<[typeof ServiceUser, typeof CreateServiceUser, typeof UpdateServiceUser]>,
  Rule
> = {
  id: NOBODY,
  organization_id: NOBODY,
  name: by('keys'),
  // Whom the origin believes to be calling.
  source_system: by('keys', 'people'),
  // For whom its tokens act. No key has any, so none gives any.
  departments: by('people'),
  state: NOBODY,
  // Disabling and enabling; enabling brings tokens back, which a key must cover.
  disabled_at: by('nobody', 'keys'),
  active_tokens: NOBODY,
  last_used_at: NOBODY,
  created_at: NOBODY,
}

const ORGANIZATION: Record<
  FieldsOf<[typeof Organization, typeof CreateOrganization, typeof UpdateOrganization]>,
  Rule
> = {
  id: NOBODY,
  name: by('operators', 'keys'),
  plan: by('operators'),
  products: by('operators'),
  // A key with a list of its own adds nothing that is outside of it.
  ips: by('operators', 'keys'),
  suspended: by('operators'),
  state: NOBODY,
  active_keys: NOBODY,
  created_at: NOBODY,
  suspended_at: NOBODY,
}

const MEMBER: Record<FieldsOf<[typeof Member, typeof PutMember]>, Rule> = {
  organization_id: NOBODY,
  email: by('people', 'nobody'),
  role: by('people'),
  created_at: NOBODY,
}

const ENDPOINT: Record<
  FieldsOf<[typeof Endpoint, typeof CreateEndpoint, typeof UpdateEndpoint, typeof RotateSecret]>,
  Rule
> = {
  id: NOBODY,
  organization_id: NOBODY,
  url: by('keys'),
  description: by('keys'),
  events: by('keys'),
  enabled: by('nobody', 'keys'),
  verified: NOBODY,
  overlap_seconds: by('nobody', 'keys'),
  disabled_at: NOBODY,
  disabled_reason: NOBODY,
  failing_since: NOBODY,
  previous_secret_expires_at: NOBODY,
  created_at: NOBODY,
}

/** Every thing that the API writes, field by field. */
export const FIELDS = {
  key: KEY,
  service_user: SERVICE_USER,
  organization: ORGANIZATION,
  member: MEMBER,
  endpoint: ENDPOINT,
} as const

export type Thing = keyof typeof FIELDS
export type FieldOf<T extends Thing> = keyof (typeof FIELDS)[T] & string
