// Why a call was refused, in words, and the page that would mend it: for usage, audit and explain.

import type { Reason } from '../gate/denial.ts'
import { pageUrl } from './urls.ts'

/** Where it is mended; null where no page of the console can. */
type Place =
  | 'key'
  | 'keys'
  | 'service_user'
  | 'allowlists'
  | 'usage'
  | 'webhooks'
  | 'members'
  | null

interface Meaning {
  /** What happened and what helps, as a sentence or two. */
  readonly words: string
  readonly place: Place
}

const at = (place: Place, words: string): Meaning => ({ words, place })

/** Of the gate. A reason without an entry does not compile. */
const GATE: Readonly<Record<Reason, Meaning>> = {
  path_ambiguous: at(
    null,
    'The path can be read in more than one way, so it was not forwarded. The caller must send it in its plain form.',
  ),
  credential_multiple: at(
    null,
    'The call carried more than one credential. The caller must send exactly one, in one header.',
  ),
  credential_missing: at('keys', 'The call carried no key. The caller must send one.'),
  credential_invalid: at(
    'keys',
    'What was sent is no key: it is cut short, mistyped, or its signature does not hold. Compare it with the key that was copied, or make a new one.',
  ),
  credential_unknown: at(
    'keys',
    'What was sent looks like a key, but there is no such key here. It may belong to another deployment, or it was never created.',
  ),
  key_revoked: at(
    'key',
    'The key was invalidated, and somebody still calls with it. Give the caller a new key.',
  ),
  key_expired: at(
    'key',
    'The key has passed its expiry. Rotate it in time, or give the caller a new one.',
  ),
  organization_suspended: at(
    null,
    'The organization is suspended, so none of its keys pass. An operator can lift that.',
  ),
  service_user_disabled: at(
    'service_user',
    'The service user is disabled, so none of its tokens pass. Enable it to let them pass again.',
  ),
  address_unknown: at(
    'allowlists',
    'There is an allowlist, and the address of the caller could not be told, so it is on none.',
  ),
  address_not_allowed: at(
    'allowlists',
    'The caller’s address is not on an allowlist, of the organization or of the key. Add it if the caller is yours.',
  ),
  address_list_unreadable: at(
    'allowlists',
    'An allowlist of addresses cannot be read, so nobody passes it. Save it again.',
  ),
  origin_missing: at(
    'key',
    'The publishable key admits named origins only, and the call named none. Publishable keys are for browsers.',
  ),
  origin_not_allowed: at(
    'key',
    'The website that called is not among the key’s origins. Add its origin if it is yours.',
  ),
  origin_list_unreadable: at(
    'key',
    'The key’s list of origins cannot be read, so no website passes it. Save it again.',
  ),
  secret_key_in_browser: at(
    'key',
    'A secret key was sent by a browser, where anyone can read it. Invalidate it, and use a publishable key there.',
  ),
  preflight_not_open: at(
    null,
    'A browser asked to call a route that is not open to browsers. Call it from a server.',
  ),
  kind_not_accepted: at(
    'keys',
    'The route does not accept this kind of key. Create one of a kind that the product accepts.',
  ),
  publishable_not_open: at(
    'keys',
    'Publishable keys may only create verification sessions. Call this route from a server, with a secret key.',
  ),
  product_not_granted: at(
    'key',
    'The key does not have this product. Add the product to the key if the caller should have it.',
  ),
  organization_lacks_product: at(
    null,
    'The organization does not have this product, whatever its keys say. An operator can add it.',
  ),
  scope_missing: at(
    'key',
    'The key lacks the scope that the route needs. Add the scope if the caller should have it.',
  ),
  department_missing: at(
    'service_user',
    'The route needs the header X-Approver-Department, and the call had none.',
  ),
  department_not_allowed: at(
    'service_user',
    'The service user does not act for the department that the call named. Add it if it should.',
  ),
  environment_not_configured: at(
    null,
    'The product has no upstream in the key’s environment. An operator can set one up, or use a key of the other environment.',
  ),
  plan_unknown: at(
    null,
    'The organization’s plan is not known here, so no limit could be told. An operator must choose one that is.',
  ),
  record_unreadable: at(
    'key',
    'The record of the key cannot be read, so nothing is granted. Save the key again, or create another.',
  ),
  route_unknown: at(
    null,
    'There is nothing at this method and path. The caller must compare both with the product’s description.',
  ),
  host_unknown: at(null, 'The call was sent to a host name that is not served here.'),
  method_unknown: at(null, 'The method is none that is known here.'),
  rate_limited: at(
    'usage',
    'More calls came than the limits let through. The caller must wait as Retry-After says, or needs a larger plan.',
  ),
  authentication_failures: at(
    null,
    'Too many wrong keys came from this address, so it has to wait a while. Look for a caller with an old key.',
  ),
  upstream_unreachable: at(
    null,
    'The product behind the gate could not be reached. The call was in order; try again, and tell an operator if it stays so.',
  ),
  upstream_timeout: at(
    null,
    'The product behind the gate did not answer in time. It may have done what was asked.',
  ),
  guard_unreachable: at(
    null,
    'The key could not be checked just then, so the call did not pass. Trying again after a second helps.',
  ),
  records_unreachable: at(
    null,
    'The records could not be read just then, so the call did not pass. Trying again after a second helps.',
  ),
  audit_unreachable: at(
    null,
    'The call must be on record before it is made, and could not be put there. Trying again after a second helps.',
  ),
  misconfigured: at(null, 'The gate itself is not configured. An operator must mend that.'),
  internal_error: at(
    null,
    'Something went wrong in the gate itself. Tell an operator the request’s number.',
  ),
}

/** Of the management API, whose calls are on the same record. */
const MANAGEMENT: Readonly<Record<string, Meaning>> = {
  not_found: at(null, 'A management call named something that this organization does not have.'),
  request_invalid: at(null, 'A management call was malformed; its answer named the field.'),
  role_viewer: at('members', 'A viewer tried to change something. Viewers may only read.'),
  operators_only: at(null, 'Only operators may do this.'),
  people_only: at(null, 'Only people may do this, in the console; keys may not.'),
  grant_beyond_own: at('keys', 'A key tried to grant more than it holds itself.'),
  already_imported: at('keys', 'This key had been imported before.'),
  idempotency_key_reused: at(null, 'An Idempotency-Key was used again with another request.'),
  key_not_active: at('key', 'The key is not active any more, so it cannot be rotated.'),
  key_rotated: at('key', 'The key is being replaced already.'),
  own_membership: at('members', 'Nobody may take away their own membership.'),
  too_many_members: at('members', 'The organization has as many members as it can have.'),
  too_many_endpoints: at(
    'webhooks',
    'The organization has as many webhook endpoints as it can have.',
  ),
  endpoint_disabled: at('webhooks', 'The webhook endpoint is disabled; enable it first.'),
  in_flight: at('webhooks', 'The delivery was being sent at that moment.'),
}

/** What a refusal was about, as far as it is known. */
export interface Subject {
  readonly key?: string | null | undefined
  readonly serviceUser?: string | null | undefined
}

export interface Explained {
  readonly words: string
  /** The page that would mend it. */
  readonly mend: { readonly href: string; readonly label: string } | null
}

/** Every reason of the gate, for a choice. */
export const GATE_REASONS = Object.keys(GATE) as readonly Reason[]

/** A reason in words, with the link to the page that would mend it. */
export function explainReason(
  organization: string,
  reason: string,
  subject: Subject = {},
): Explained {
  const { words, place } = meaningOf(reason)
  return { words, mend: place && mendAt(organization, place, subject) }
}

function meaningOf(reason: string): Meaning {
  if (Object.hasOwn(GATE, reason)) return GATE[reason as Reason]
  const other = Object.hasOwn(MANAGEMENT, reason) ? MANAGEMENT[reason] : undefined
  return other ?? at(null, 'This reason is not known to this console.')
}

function mendAt(
  organization: string,
  place: NonNullable<Place>,
  { key, serviceUser }: Subject,
): NonNullable<Explained['mend']> {
  const url = (...segments: string[]): string => pageUrl(organization, ...segments)
  switch (place) {
    case 'key':
      return key
        ? { href: url('keys', key), label: 'Open the key' }
        : mendAt(organization, 'keys', {})
    case 'keys':
      return { href: url('keys'), label: 'See the keys' }
    case 'service_user':
      return serviceUser
        ? { href: url('service-users', serviceUser), label: 'Open the service user' }
        : { href: url('service-users'), label: 'See the service users' }
    case 'allowlists':
      return { href: url('allowlists'), label: 'Open the allowlists' }
    case 'usage':
      return { href: url('usage'), label: 'See the usage' }
    case 'webhooks':
      return { href: url('webhooks'), label: 'See the webhooks' }
    case 'members':
      return { href: url('members'), label: 'See the members' }
  }
}
