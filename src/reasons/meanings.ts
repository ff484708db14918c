// What each reason of the gate means to who runs the edge, and where that is mended: the console says it.
// Apart from gate.ts, because the gate itself never does.

import { SPELLED } from '../lib/header-names.ts'
import type { Reason } from './denial.ts'
import type { Meaning } from './row.ts'

export const GATE_MEANINGS: Readonly<Record<Reason, Meaning>> = {
  path_ambiguous: {
    meaning:
      'The path can be read in more than one way, so it was not forwarded. The caller must send it in its plain form.',
    mend: null,
  },
  credential_multiple: {
    meaning:
      'The call carried more than one credential. The caller must send exactly one, in one header.',
    mend: null,
  },
  credential_misplaced: {
    meaning:
      'A key was sent where keys do not belong, such as among the subprotocols of a WebSocket. It was not forwarded; but whoever logs such headers may have it, so rotate it.',
    mend: 'keys',
  },
  credential_missing: {
    meaning: 'The call carried no key. The caller must send one.',
    mend: 'keys',
  },
  credential_invalid: {
    meaning:
      'What was sent is no key: it is cut short, mistyped, or its signature does not hold. Compare it with the key that was copied, or make a new one.',
    mend: 'keys',
  },
  credential_unknown: {
    meaning:
      'What was sent looks like a key, but there is no such key here. It may belong to another deployment, or it was never created.',
    mend: 'keys',
  },
  key_revoked: {
    meaning: 'The key was revoked, and somebody still calls with it. Give the caller a new key.',
    mend: 'key',
  },
  key_expired: {
    meaning: 'The key has passed its expiry. Rotate it in time, or give the caller a new one.',
    mend: 'key',
  },
  organization_suspended: {
    meaning: 'The organization is suspended, so none of its keys pass. An operator can lift that.',
    mend: null,
  },
  service_user_disabled: {
    meaning:
      'The service user is disabled, so none of its tokens pass. Enable it to let them pass again.',
    mend: 'service_user',
  },
  insecure: {
    meaning:
      'The call came over http, in the clear, so nothing of it was looked at. The caller must use https; a key that was sent so is better replaced.',
    mend: null,
  },
  address_unknown: {
    meaning:
      'There is an allowlist, and the address of the caller could not be told, so it is on none.',
    mend: 'allowlists',
  },
  address_not_allowed: {
    meaning:
      'The caller’s address is not on an allowlist, of the organization or of the key. Add it if the caller is yours.',
    mend: 'allowlists',
  },
  address_list_unreadable: {
    meaning: 'An allowlist of addresses cannot be read, so nobody passes it. Save it again.',
    mend: 'allowlists',
  },
  origin_missing: {
    meaning:
      'The publishable key admits named origins only, and the call named none. Publishable keys are for browsers.',
    mend: 'key',
  },
  origin_not_allowed: {
    meaning:
      'The website that called is not among the key’s origins. Add its origin if it is yours.',
    mend: 'key',
  },
  origin_list_unreadable: {
    meaning: 'The key’s list of origins cannot be read, so no website passes it. Save it again.',
    mend: 'key',
  },
  secret_key_in_browser: {
    meaning:
      'A secret key was sent by a browser, where anyone can read it. Revoke it, and use a publishable key there.',
    mend: 'key',
  },
  preflight_not_open: {
    meaning: 'A browser asked to call a route that is not open to browsers. Call it from a server.',
    mend: null,
  },
  kind_not_accepted: {
    meaning:
      'The route does not accept this kind of key. Create one of a kind that the product accepts.',
    mend: 'keys',
  },
  publishable_not_open: {
    meaning: 'The route is not open to publishable keys. Call it from a server, with a secret key.',
    mend: 'keys',
  },
  product_not_granted: {
    meaning:
      'The key does not have this product. Add the product to the key if the caller should have it.',
    mend: 'key',
  },
  organization_lacks_product: {
    meaning:
      'The organization does not have this product, whatever its keys say. An operator can add it.',
    mend: null,
  },
  scope_missing: {
    meaning:
      'The key lacks the scope that the route needs. Add the scope if the caller should have it.',
    mend: 'key',
  },
  department_missing: {
    meaning: `The route needs the header ${SPELLED.department}, and the call had none.`,
    mend: 'service_user',
  },
  department_not_allowed: {
    meaning:
      'The service user does not act for the department that the call named. Add it if it should.',
    mend: 'service_user',
  },
  environment_not_configured: {
    meaning:
      'The product has no upstream in the key’s environment. An operator can set one up, or use a key of the other environment.',
    mend: null,
  },
  plan_unknown: {
    meaning:
      'The organization’s plan is not known here, so no limit could be told. An operator must choose one that is.',
    mend: null,
  },
  record_unreadable: {
    meaning:
      'The record of the key cannot be read, so nothing is granted. Save the key again, or create another.',
    mend: 'key',
  },
  route_unknown: {
    meaning:
      'There is nothing at this method and path. The caller must compare both with the product’s description.',
    mend: null,
  },
  host_unknown: {
    meaning: 'The call was sent to a host name that is not served here.',
    mend: null,
  },
  method_unknown: {
    meaning: 'The HTTP method is not supported.',
    mend: null,
  },
  rate_limited: {
    meaning:
      'More calls came than the limits let through. The caller must wait as Retry-After says, or needs a larger plan.',
    mend: 'usage',
  },
  quota_exceeded: {
    meaning:
      'What may be spent in this day or month (UTC), or at all, is spent. It begins anew with the next one; a larger number counts at once.',
    mend: 'usage',
  },
  authentication_failures: {
    meaning:
      'Too many wrong keys came from this address, so it has to wait a while. Look for a caller with an old key.',
    mend: null,
  },
  upstream_unreachable: {
    meaning:
      'The product behind the gate could not be reached. The call was in order; try again, and tell an operator if it stays so.',
    mend: null,
  },
  upstream_timeout: {
    meaning: 'The product behind the gate did not answer in time. It may have done what was asked.',
    mend: null,
  },
  upstream_invalid: {
    meaning:
      'The product behind the gate answered with something that is no HTTP answer. The call was in order; tell an operator.',
    mend: null,
  },
  guard_unreachable: {
    meaning:
      'The key could not be checked just then, so the call did not pass. Trying again after a second helps.',
    mend: null,
  },
  records_unreachable: {
    meaning:
      'The records could not be read just then, so the call did not pass. Trying again after a second helps.',
    mend: null,
  },
  audit_unreachable: {
    meaning:
      'The call must be on record before it is made, and could not be put there. Trying again after a second helps.',
    mend: null,
  },
  control_unreachable: {
    meaning:
      'The management plane did not answer the gate in time. What was asked may have been done all the same: look before you ask again.',
    mend: null,
  },
  misconfigured: {
    meaning: 'The gate itself is not configured. An operator must mend that.',
    mend: null,
  },
  internal_error: {
    meaning: 'Something went wrong in the gate itself. Tell an operator the request’s number.',
    mend: null,
  },
}
