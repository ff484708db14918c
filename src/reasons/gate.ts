// Every reason for which the gate refuses, in one table: what it is on the wire and what the caller is told. The
// code is stable: it is `X-Edge-Reason`, and stands in the audit. docs/reference.md, the console and the OpenAPI
// document take it from here. What each means to who runs the edge is in meanings.ts, which the gate does not
// carry.

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
  },
  credential_multiple: {
    status: 400,
    sentence: 'Send exactly one credential, in one header.',
  },
  credential_misplaced: {
    status: 400,
    sentence: ({ header }: { readonly header: string }) =>
      `${header} holds a credential. Send it in ${SPELLED.apiKey} or ${SPELLED.authorization} alone.`,
  },
  // 401: nobody, or nobody any more
  credential_missing: {
    status: 401,
    sentence: UNAUTHORIZED,
  },
  credential_invalid: {
    status: 401,
    sentence: unauthorized,
  },
  credential_unknown: {
    status: 401,
    sentence: unauthorized,
  },
  key_revoked: {
    status: 401,
    sentence: unauthorized,
  },
  key_expired: {
    status: 401,
    sentence: unauthorized,
  },
  organization_suspended: {
    status: 401,
    sentence: unauthorized,
  },
  service_user_disabled: {
    status: 401,
    sentence: unauthorized,
  },
  // 403: somebody, but not this, or not from there; or not in the clear
  insecure: {
    status: 403,
    sentence: 'Use https. A key that was sent without it may have been read: replace it.',
  },
  address_unknown: {
    status: 403,
    sentence: NOT_ON_LIST,
  },
  address_not_allowed: {
    status: 403,
    sentence: notOnList,
  },
  address_list_unreadable: {
    status: 403,
    sentence: ({ list }: Listed) => `The IP allowlist of this ${list} cannot be read.`,
  },
  origin_missing: {
    status: 403,
    sentence: 'This publishable key needs an Origin header.',
  },
  origin_not_allowed: {
    status: 403,
    sentence: 'The origin is not allowed for this publishable key.',
  },
  origin_list_unreadable: {
    status: 403,
    sentence: 'The origin list of this publishable key cannot be read.',
  },
  secret_key_in_browser: {
    status: 403,
    sentence: 'Secret keys must not be used in a browser. Use a publishable key.',
  },
  preflight_not_open: {
    status: 403,
    sentence: 'This route is not open to browsers.',
  },
  kind_not_accepted: {
    status: 403,
    sentence: ({ accepts, kind }: { readonly kind: Kind; readonly accepts: readonly Kind[] }) =>
      `This route does not accept ${plural(kind)}; it accepts ${plurals(accepts)}.`,
  },
  publishable_not_open: {
    status: 403,
    sentence: ({ may }: { readonly may: string }) => `Publishable keys may only ${may}.`,
  },
  product_not_granted: {
    status: 403,
    sentence: ({ product }: { readonly product: string }) =>
      `API key does not have access to the product: ${product}`,
  },
  organization_lacks_product: {
    status: 403,
    sentence: ({ product }: { readonly product: string }) =>
      `The organization does not have access to the product: ${product}`,
  },
  scope_missing: {
    status: 403,
    sentence: ({ scope }: { readonly scope: string }) =>
      `API key does not have the required scope: ${scope}`,
  },
  department_missing: {
    status: 403,
    sentence: `The ${SPELLED.department} header is required here.`,
  },
  department_not_allowed: {
    status: 403,
    sentence: 'The service user does not act for this department.',
  },
  environment_not_configured: {
    status: 403,
    sentence: ({ environment }: { readonly environment: string }) =>
      `There is no ${environment} environment here.`,
  },
  plan_unknown: {
    status: 403,
    sentence: 'The plan of this organization is not known here.',
  },
  record_unreadable: {
    status: 403,
    sentence: 'The record of this API key cannot be read.',
  },
  // 404, 405: nothing here
  route_unknown: {
    status: 404,
    sentence: 'There is nothing at this method and path.',
  },
  host_unknown: {
    status: 404,
    sentence: 'This host is not served here.',
  },
  method_unknown: {
    status: 405,
    sentence: 'This method is not supported.',
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
  },
  quota_exceeded: {
    status: 429,
    sentence: ({
      used,
      retryAfterSeconds,
    }: {
      readonly limits: readonly LimitState[]
      readonly retryAfterSeconds: number
      /** The limit that is used up. */
      readonly used: LimitState
    }) =>
      used.period === 'balance'
        ? `The balance "${used.name}" is used up.`
        : `The quota "${used.name}" of this ${used.period} is used up. It begins anew in ${retryAfterSeconds} seconds.`,
  },
  authentication_failures: {
    status: 429,
    sentence: ({ retryAfterSeconds }: { readonly retryAfterSeconds: number }) =>
      `Too many failed authentications. Retry after ${retryAfterSeconds} seconds.`,
  },
  // 5xx: we, or the upstream, cannot
  upstream_unreachable: {
    status: 502,
    sentence: 'The upstream could not be reached.',
  },
  upstream_timeout: {
    status: 504,
    sentence: 'The upstream did not answer in time.',
  },
  upstream_invalid: {
    status: 502,
    sentence: 'The upstream gave no valid answer.',
  },
  guard_unreachable: {
    status: 503,
    sentence: UNCHECKED,
  },
  records_unreachable: {
    status: 503,
    sentence: UNCHECKED,
  },
  audit_unreachable: {
    status: 503,
    sentence: 'The call could not be put on record. Retry after 1 second.',
  },
  control_unreachable: {
    status: 503,
    sentence:
      'The management plane did not answer; what was asked may have been done all the same.',
  },
  misconfigured: {
    status: 503,
    sentence: 'The edge is not configured.',
  },
  internal_error: {
    status: 500,
    sentence: 'Something went wrong here.',
  },
} as const satisfies Readonly<Record<string, Row>>
