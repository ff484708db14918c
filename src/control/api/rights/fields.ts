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
/** What the edge itself writes. */
const NOBODY = by('nobody')
/** Decided when it is made, and never after. */
const ONCE = by('keys', 'nobody')

/** Gives one rule to several of a thing's fields. */
type Ruled<Field extends string> = <F extends Field>(
  rule: Rule,
  ...fields: readonly F[]
) => Record<F, Rule>
const ruled: Ruled<string> = <F extends string>(rule: Rule, ...fields: readonly F[]) =>
  Object.fromEntries(fields.map((field) => [field, rule])) as Record<F, Rule>

type FieldsOf<Schemas extends readonly z.ZodType[]> = {
  [I in keyof Schemas]: keyof z.infer<Schemas[I]>
}[number]

type KeyField = FieldsOf<
  [
    ...[typeof Key, typeof CreateKey, typeof UpdateKey, typeof ImportKey, typeof RotateKey],
    typeof MintToken,
  ]
>
const key: Ruled<KeyField> = ruled
const KEY: Record<KeyField, Rule> = {
  // Revoking is an operation of its own, and only takes away: any key with keys:write may.
  ...key(NOBODY, 'id', 'organization_id', 'state', 'created_at', 'revoked_at', 'last_used_at'),
  ...key(NOBODY, 'rotated_to'),
  ...key(ONCE, 'service_user_id', 'kind', 'environment', 'prefix', 'sha256'),
  ...key(by('keys'), 'name', 'metadata', 'scopes', 'products', 'ips', 'origins'),
  // Quotas above the plan: operators alone (keys/quotas.ts).
  ...key(by('keys'), 'quotas', 'expires_at', 'grace_seconds'),
}

type UserField = FieldsOf<[typeof ServiceUser, typeof CreateServiceUser, typeof UpdateServiceUser]>
const user: Ruled<UserField> = ruled
const SERVICE_USER: Record<UserField, Rule> = {
  ...user(NOBODY, 'id', 'organization_id', 'state', 'active_tokens', 'last_used_at', 'created_at'),
  name: by('keys'),
  // Whom the origin believes to be calling.
  source_system: by('keys', 'people'),
  // For whom its tokens act. No key has any, so none gives any.
  departments: by('people'),
  // Disabling and enabling; enabling brings tokens back, which a key must cover.
  disabled_at: by('nobody', 'keys'),
}

type OrganizationField = FieldsOf<
  [typeof Organization, typeof CreateOrganization, typeof UpdateOrganization]
>
const organization: Ruled<OrganizationField> = ruled
const ORGANIZATION: Record<OrganizationField, Rule> = {
  ...organization(NOBODY, 'id', 'state', 'active_keys', 'created_at', 'suspended_at'),
  ...organization(by('operators'), 'plan', 'products', 'suspended'),
  name: by('operators', 'keys'),
  // A key with a list of its own adds nothing that is outside of it.
  ips: by('operators', 'keys'),
}

type MemberField = FieldsOf<[typeof Member, typeof PutMember]>
const member: Ruled<MemberField> = ruled
const MEMBER: Record<MemberField, Rule> = {
  ...member(NOBODY, 'organization_id', 'created_at'),
  email: by('people', 'nobody'),
  role: by('people'),
}

type EndpointField = FieldsOf<
  [typeof Endpoint, typeof CreateEndpoint, typeof UpdateEndpoint, typeof RotateSecret]
>
const endpoint: Ruled<EndpointField> = ruled
const ENDPOINT: Record<EndpointField, Rule> = {
  ...endpoint(NOBODY, 'id', 'organization_id', 'verified', 'disabled_at', 'disabled_reason'),
  ...endpoint(NOBODY, 'failing_since', 'previous_secret_expires_at', 'created_at'),
  ...endpoint(by('keys'), 'url', 'description', 'events'),
  ...endpoint(by('nobody', 'keys'), 'enabled', 'overlap_seconds'),
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
