// The reasons for which the management API refuses a call: those are on the same record.

import { at } from './meaning.ts'
import type { Meaning } from './meaning.ts'

export const MANAGEMENT: Readonly<Record<string, Meaning>> = {
  not_found: at(null, 'A management call named something that this organization does not have.'),
  request_invalid: at(null, 'A management call was malformed; its answer named the field.'),
  role_viewer: at('members', 'A viewer tried to change something. Viewers may only read.'),
  operators_only: at(null, 'Only operators may do this.'),
  people_only: at(null, 'Only people may do this, in the console; keys may not.'),
  grant_beyond_own: at('keys', 'A key tried to grant more than it holds itself.'),
  own_key: at('keys', 'A key tried to change itself; it may only revoke or rotate itself.'),
  already_imported: at('keys', 'This key had been imported before.'),
  idempotency_key_reused: at(null, 'An Idempotency-Key was used again with another request.'),
  key_not_active: at('key', 'The key is not active any more, so it cannot be rotated.'),
  key_rotated: at('key', 'The key is being replaced already.'),
  changed_meanwhile: at(
    'key',
    'Others changed the key at the same moment; nothing was changed here.',
  ),
  sign_in_wrong: at(null, 'Somebody tried to sign in to the console with a wrong admin token.'),
  not_a_member: at('members', 'Somebody who is no member tried to sign in to the console.'),
  author_changed: at(
    null,
    'The rights of who asked were changed at the same moment; nothing was changed here.',
  ),
  last_administrator: at(
    'members',
    'The only administrator of an organization stays; make another one first.',
  ),
  own_membership: at('members', 'Nobody may take away their own membership.'),
  too_many_keys: at('keys', 'The organization has as many active keys as its plan allows.'),
  too_many_service_users: at(
    'service_user',
    'The organization has as many active service users as its plan allows.',
  ),
  too_many_entries: at('allowlists', 'A list would have had more entries than the plan allows.'),
  too_many_entries_in_all: at(
    'allowlists',
    'The lists of the organization have as many entries as its plan allows.',
  ),
  too_many_members: at('members', 'The organization has as many members as it can have.'),
  too_many_endpoints: at(
    'webhooks',
    'The organization has as many webhook endpoints as it can have.',
  ),
  endpoint_disabled: at('webhooks', 'The webhook endpoint is disabled; verify or enable it first.'),
  endpoint_unverified: at(
    'webhooks',
    'The webhook endpoint has yet to answer a challenge, and cannot be enabled before.',
  ),
  challenge_failed: at(
    'webhooks',
    'The server at the endpoint’s address did not answer the challenge by its secret.',
  ),
  too_many_challenges: at('webhooks', 'Too many challenges were asked for within a minute.'),
  in_flight: at('webhooks', 'The delivery was being sent at that moment.'),
}
