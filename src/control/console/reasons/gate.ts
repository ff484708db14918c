// The reasons for which the gate refuses a call.

import type { Reason } from '../../../gate/denial.ts'
import { at } from './meaning.ts'
import type { Meaning } from './meaning.ts'

/** A reason without an entry does not compile. */
export const GATE: Readonly<Record<Reason, Meaning>> = {
  path_ambiguous: at(
    null,
    'The path can be read in more than one way, so it was not forwarded. The caller must send it in its plain form.',
  ),
  credential_multiple: at(
    null,
    'The call carried more than one credential. The caller must send exactly one, in one header.',
  ),
  credential_misplaced: at(
    'keys',
    'A key was sent where keys do not belong, such as among the subprotocols of a WebSocket. It was not forwarded; but whoever logs such headers may have it, so rotate it.',
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
  insecure: at(
    null,
    'The call came over http, in the clear, so nothing of it was looked at. The caller must use https; a key that was sent so is better replaced.',
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
    'The route is not open to publishable keys. Call it from a server, with a secret key.',
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
  upstream_invalid: at(
    null,
    'The product behind the gate answered with something that is no HTTP answer. The call was in order; tell an operator.',
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
  control_unreachable: at(
    null,
    'The management plane did not answer the gate in time. What was asked may have been done all the same: look before you ask again.',
  ),
  misconfigured: at(null, 'The gate itself is not configured. An operator must mend that.'),
  internal_error: at(
    null,
    'Something went wrong in the gate itself. Tell an operator the request’s number.',
  ),
}

/** Every reason of the gate, for a choice. */
export const GATE_REASONS = Object.keys(GATE) as readonly Reason[]
