// Every reason for which the gate refuses, in one table: what it is on the wire, what the caller is told, what
// it means to who runs the edge, and where that is mended. The code is stable: it is `X-Edge-Reason`, and stands
// in the audit. docs/reference.md, the console and the OpenAPI document take it from here.

import { plural, plurals, type Kind, type Scheme } from '../credentials/kinds.ts'
import { SPELLED } from '../lib/header-names.ts'
import type { LimitState } from '../lib/limit.ts'
import type { Row } from './row.ts'

/** The same sentence for every 401: whoever has no valid key learns nothing from the body. */
const UNAUTHORIZED = 'Invalid or missing API key.'
const NOT_ON_LIST = 'The client address is not on the IP allowlist.'
const UNCHECKED = 'The request could not be checked. Retry after 1 second.'

/** How the credential was presented; `WWW-Authenticate` says it. */
interface Presented {
  readonly scheme: Scheme
}

/** Whose list it is. */
interface Listed {
  readonly list: 'organization' | 'key'
}

const unauthorized: (fields: Presented) => string = () => UNAUTHORIZED
const notOnList: (fields: Listed) => string = () => NOT_ON_LIST

/** What a sentence is given, a refusal has beside its reason; never a credential. */
export const GATE_REASONS = {
  // 400: the request has no single meaning
  path_ambiguous: {
    status: 400,
    sentence: ({ flaw }: { readonly flaw: string }) => `The request path is ambiguous: ${flaw}.`,
    meaning:
      'The path can be read in more than one way, so it was not forwarded. The caller must send it in its plain form.',
    mend: null,
  },
  credential_multiple: {
    status: 400,
    sentence: 'Send exactly one credential, in one header.',
    meaning:
      'The call carried more than one credential. The caller must send exactly one, in one header.',
    mend: null,
  },
  credential_misplaced: {
    status: 400,
    sentence: ({ header }: { readonly header: string }) =>
      `${header} holds a credential. Send it in ${SPELLED.apiKey} or ${SPELLED.authorization} alone.`,
    meaning:
      'A key was sent where keys do not belong, such as among the subprotocols of a WebSocket. It was not forwarded; but whoever logs such headers may have it, so rotate it.',
    mend: 'keys',
  },
  // 401: nobody, or nobody any more
  credential_missing: {
    status: 401,
    sentence: UNAUTHORIZED,
    meaning: 'The call carried no key. The caller must send one.',
    mend: 'keys',
  },
  credential_invalid: {
    status: 401,
    sentence: unauthorized,
    meaning:
      'What was sent is no key: it is cut short, mistyped, or its signature does not hold. Compare it with the key that was copied, or make a new one.',
    mend: 'keys',
  },
  credential_unknown: {
    status: 401,
    sentence: unauthorized,
    meaning:
      'What was sent looks like a key, but there is no such key here. It may belong to another deployment, or it was never created.',
    mend: 'keys',
  },
  key_revoked: {
    status: 401,
    sentence: unauthorized,
    meaning: 'The key was revoked, and somebody still calls with it. Give the caller a new key.',
    mend: 'key',
  },
  key_expired: {
    status: 401,
    sentence: unauthorized,
    meaning: 'The key has passed its expiry. Rotate it in time, or give the caller a new one.',
    mend: 'key',
  },
  organization_suspended: {
    status: 401,
    sentence: unauthorized,
    meaning: 'The organization is suspended, so none of its keys pass. An operator can lift that.',
    mend: null,
  },
  service_user_disabled: {
    status: 401,
    sentence: unauthorized,
    meaning:
      'The service user is disabled, so none of its tokens pass. Enable it to let them pass again.',
    mend: 'service_user',
  },
  // 403: somebody, but not this, or not from there; or not in the clear
  insecure: {
    status: 403,
    sentence: 'Use https. A key that was sent without it may have been read: replace it.',
    meaning:
      'The call came over http, in the clear, so nothing of it was looked at. The caller must use https; a key that was sent so is better replaced.',
    mend: null,
  },
  address_unknown: {
    status: 403,
    sentence: NOT_ON_LIST,
    meaning:
      'There is an allowlist, and the address of the caller could not be told, so it is on none.',
    mend: 'allowlists',
  },
  address_not_allowed: {
    status: 403,
    sentence: notOnList,
    meaning:
      'The caller’s address is not on an allowlist, of the organization or of the key. Add it if the caller is yours.',
    mend: 'allowlists',
  },
  address_list_unreadable: {
    status: 403,
    sentence: ({ list }: Listed) => `The IP allowlist of this ${list} cannot be read.`,
    meaning: 'An allowlist of addresses cannot be read, so nobody passes it. Save it again.',
    mend: 'allowlists',
  },
  origin_missing: {
    status: 403,
    sentence: 'This publishable key needs an Origin header.',
    meaning:
      'The publishable key admits named origins only, and the call named none. Publishable keys are for browsers.',
    mend: 'key',
  },
  origin_not_allowed: {
    status: 403,
    sentence: 'The origin is not allowed for this publishable key.',
    meaning:
      'The website that called is not among the key’s origins. Add its origin if it is yours.',
    mend: 'key',
  },
  origin_list_unreadable: {
    status: 403,
    sentence: 'The origin list of this publishable key cannot be read.',
    meaning: 'The key’s list of origins cannot be read, so no website passes it. Save it again.',
    mend: 'key',
  },
  secret_key_in_browser: {
    status: 403,
    sentence: 'Secret keys must not be used in a browser. Use a publishable key.',
    meaning:
      'A secret key was sent by a browser, where anyone can read it. Revoke it, and use a publishable key there.',
    mend: 'key',
  },
  preflight_not_open: {
    status: 403,
    sentence: 'This route is not open to browsers.',
    meaning: 'A browser asked to call a route that is not open to browsers. Call it from a server.',
    mend: null,
  },
  kind_not_accepted: {
    status: 403,
    sentence: ({ accepts, kind }: { readonly kind: Kind; readonly accepts: readonly Kind[] }) =>
      `This route does not accept ${plural(kind)}; it accepts ${plurals(accepts)}.`,
    meaning:
      'The route does not accept this kind of key. Create one of a kind that the product accepts.',
    mend: 'keys',
  },
  publishable_not_open: {
    status: 403,
    sentence: ({ may }: { readonly may: string }) => `Publishable keys may only ${may}.`,
    meaning: 'The route is not open to publishable keys. Call it from a server, with a secret key.',
    mend: 'keys',
  },
  product_not_granted: {
    status: 403,
    sentence: ({ product }: { readonly product: string }) =>
      `API key does not have access to the product: ${product}`,
    meaning:
      'The key does not have this product. Add the product to the key if the caller should have it.',
    mend: 'key',
  },
  organization_lacks_product: {
    status: 403,
    sentence: ({ product }: { readonly product: string }) =>
      `The organization does not have access to the product: ${product}`,
    meaning:
      'The organization does not have this product, whatever its keys say. An operator can add it.',
    mend: null,
  },
  scope_missing: {
    status: 403,
    sentence: ({ scope }: { readonly scope: string }) =>
      `API key does not have the required scope: ${scope}`,
    meaning:
      'The key lacks the scope that the route needs. Add the scope if the caller should have it.',
    mend: 'key',
  },
  department_missing: {
    status: 403,
    sentence: `The ${SPELLED.department} header is required here.`,
    meaning: 'The route needs the header X-Approver-Department, and the call had none.',
    mend: 'service_user',
  },
  department_not_allowed: {
    status: 403,
    sentence: 'The service user does not act for this department.',
    meaning:
      'The service user does not act for the department that the call named. Add it if it should.',
    mend: 'service_user',
  },
  environment_not_configured: {
    status: 403,
    sentence: ({ environment }: { readonly environment: string }) =>
      `There is no ${environment} environment here.`,
    meaning:
      'The product has no upstream in the key’s environment. An operator can set one up, or use a key of the other environment.',
    mend: null,
  },
  plan_unknown: {
    status: 403,
    sentence: 'The plan of this organization is not known here.',
    meaning:
      'The organization’s plan is not known here, so no limit could be told. An operator must choose one that is.',
    mend: null,
  },
  record_unreadable: {
    status: 403,
    sentence: 'The record of this API key cannot be read.',
    meaning:
      'The record of the key cannot be read, so nothing is granted. Save the key again, or create another.',
    mend: 'key',
  },
  // 404, 405: nothing here
  route_unknown: {
    status: 404,
    sentence: 'There is nothing at this method and path.',
    meaning:
      'There is nothing at this method and path. The caller must compare both with the product’s description.',
    mend: null,
  },
  host_unknown: {
    status: 404,
    sentence: 'This host is not served here.',
    meaning: 'The call was sent to a host name that is not served here.',
    mend: null,
  },
  method_unknown: {
    status: 405,
    sentence: 'This method is not supported.',
    meaning: 'The HTTP method is not supported.',
    mend: null,
  },
  // 429: not now
  rate_limited: {
    status: 429,
    sentence: ({
      retryAfterSeconds,
    }: {
      readonly limits: readonly LimitState[]
      readonly retryAfterSeconds: number
    }) => `Rate limit exceeded. Retry after ${retryAfterSeconds} seconds.`,
    meaning:
      'More calls came than the limits let through. The caller must wait as Retry-After says, or needs a larger plan.',
    mend: 'usage',
  },
  authentication_failures: {
    status: 429,
    sentence: ({ retryAfterSeconds }: { readonly retryAfterSeconds: number }) =>
      `Too many failed authentications. Retry after ${retryAfterSeconds} seconds.`,
    meaning:
      'Too many wrong keys came from this address, so it has to wait a while. Look for a caller with an old key.',
    mend: null,
  },
  // 5xx: we, or the upstream, cannot
  upstream_unreachable: {
    status: 502,
    sentence: 'The upstream could not be reached.',
    meaning:
      'The product behind the gate could not be reached. The call was in order; try again, and tell an operator if it stays so.',
    mend: null,
  },
  upstream_timeout: {
    status: 504,
    sentence: 'The upstream did not answer in time.',
    meaning: 'The product behind the gate did not answer in time. It may have done what was asked.',
    mend: null,
  },
  upstream_invalid: {
    status: 502,
    sentence: 'The upstream gave no valid answer.',
    meaning:
      'The product behind the gate answered with something that is no HTTP answer. The call was in order; tell an operator.',
    mend: null,
  },
  guard_unreachable: {
    status: 503,
    sentence: UNCHECKED,
    meaning:
      'The key could not be checked just then, so the call did not pass. Trying again after a second helps.',
    mend: null,
  },
  records_unreachable: {
    status: 503,
    sentence: UNCHECKED,
    meaning:
      'The records could not be read just then, so the call did not pass. Trying again after a second helps.',
    mend: null,
  },
  audit_unreachable: {
    status: 503,
    sentence: 'The call could not be put on record. Retry after 1 second.',
    meaning:
      'The call must be on record before it is made, and could not be put there. Trying again after a second helps.',
    mend: null,
  },
  control_unreachable: {
    status: 503,
    sentence:
      'The management plane did not answer; what was asked may have been done all the same.',
    meaning:
      'The management plane did not answer the gate in time. What was asked may have been done all the same: look before you ask again.',
    mend: null,
  },
  misconfigured: {
    status: 503,
    sentence: 'The edge is not configured.',
    meaning: 'The gate itself is not configured. An operator must mend that.',
    mend: null,
  },
  internal_error: {
    status: 500,
    sentence: 'Something went wrong here.',
    meaning: 'Something went wrong in the gate itself. Tell an operator the request’s number.',
    mend: null,
  },
} as const satisfies Readonly<Record<string, Row>>
