// The further reasons for which the management API refuses, and those of the console's sign-in: they are on the
// same record as the gate's. The sentence for the caller depends on the call, so it stands where it is refused.

import type { Meaning, Status } from './row.ts'

/** Of the management API. */
export const MANAGEMENT_REASONS = {
  not_found: {
    status: 404,
    meaning: 'A management call named something that this organization does not have.',
    mend: null,
  },
  request_invalid: {
    status: 400,
    meaning: 'A management call was malformed; its answer named the field.',
    mend: null,
  },
  role_viewer: {
    status: 403,
    meaning: 'A viewer tried to change something. Viewers may only read.',
    mend: 'members',
  },
  operators_only: { status: 403, meaning: 'Only operators may do this.', mend: null },
  people_only: {
    status: 403,
    meaning: 'Only people may do this, in the console; keys may not.',
    mend: null,
  },
  grant_beyond_own: {
    status: 403,
    meaning: 'A key tried to grant more than it holds itself.',
    mend: 'keys',
  },
  own_key: {
    status: 403,
    meaning: 'A key tried to change itself; it may only revoke or rotate itself.',
    mend: 'keys',
  },
  already_imported: { status: 409, meaning: 'This key had been imported before.', mend: 'keys' },
  idempotency_key_reused: {
    status: 422,
    meaning: 'An Idempotency-Key was used again with another request.',
    mend: null,
  },
  key_not_active: {
    status: 409,
    meaning: 'The key is not active any more, so it cannot be rotated.',
    mend: 'key',
  },
  key_rotated: { status: 409, meaning: 'The key is being replaced already.', mend: 'key' },
  changed_meanwhile: {
    status: 409,
    meaning: 'Others changed the key at the same moment; nothing was changed here.',
    mend: 'key',
  },
  author_changed: {
    status: 409,
    meaning: 'The rights of who asked were changed at the same moment; nothing was changed here.',
    mend: null,
  },
  last_administrator: {
    status: 409,
    meaning: 'The only administrator of an organization stays; make another one first.',
    mend: 'members',
  },
  own_membership: {
    status: 409,
    meaning: 'Nobody may take away their own membership.',
    mend: 'members',
  },
  too_many_keys: {
    status: 409,
    meaning: 'The organization has as many active keys as its plan allows.',
    mend: 'keys',
  },
  too_many_service_users: {
    status: 409,
    meaning: 'The organization has as many active service users as its plan allows.',
    mend: 'service_user',
  },
  too_many_entries: {
    status: 409,
    meaning: 'A list would have had more entries than the plan allows.',
    mend: 'allowlists',
  },
  too_many_entries_in_all: {
    status: 409,
    meaning: 'The lists of the organization have as many entries as its plan allows.',
    mend: 'allowlists',
  },
  too_many_members: {
    status: 409,
    meaning: 'The organization has as many members as it can have.',
    mend: 'members',
  },
  too_many_endpoints: {
    status: 409,
    meaning: 'The organization has as many webhook endpoints as it can have.',
    mend: 'webhooks',
  },
  endpoint_disabled: {
    status: 409,
    meaning: 'The webhook endpoint is disabled; verify or enable it first.',
    mend: 'webhooks',
  },
  endpoint_unverified: {
    status: 409,
    meaning: 'The webhook endpoint has yet to answer a challenge, and cannot be enabled before.',
    mend: 'webhooks',
  },
  challenge_failed: {
    status: 409,
    meaning: 'The server at the endpoint’s address did not answer the challenge by its secret.',
    mend: 'webhooks',
  },
  too_many_challenges: {
    status: 429,
    meaning: 'Too many challenges were asked for within a minute.',
    mend: 'webhooks',
  },
  in_flight: {
    status: 409,
    meaning: 'The delivery was being sent at that moment.',
    mend: 'webhooks',
  },
} as const satisfies Readonly<Record<string, Meaning & { readonly status: Status }>>

/**
 * Reasons of the gate that the API gives too, of what a call is about and not of who calls: then it is a
 * conflict with what is there.
 */
export const CONFLICTS = [
  'key_revoked',
  'service_user_disabled',
  'plan_unknown',
  'record_unreadable',
] as const

/** Of the console's sign-in; each is on record with the status of its page. */
export const SIGN_IN_REASONS = {
  sign_in_wrong: {
    meaning: 'Somebody tried to sign in to the console with a wrong admin token.',
    mend: null,
  },
  not_a_member: {
    meaning: 'Somebody who is no member tried to sign in to the console.',
    mend: 'members',
  },
} as const satisfies Readonly<Record<string, Meaning>>
