// Every way in which the gate refuses, as one union. `reason` is the stable code of `X-Edge-Reason`;
// the fields beside it are what the public sentence needs and never hold a credential.

import type { Kind, Scheme } from '../credentials/kinds.ts'
import type { LimitState } from '../guard/limit.ts'

/** Why a path has no single meaning, in words for the caller. */
export type PathFlaw = string

export type Denial =
  // 400: the request has no single meaning
  | { readonly reason: 'path_ambiguous'; readonly flaw: PathFlaw }
  | { readonly reason: 'credential_multiple' }
  | { readonly reason: 'credential_misplaced'; readonly header: string }
  // 401: nobody, or nobody any more
  | { readonly reason: 'credential_missing' }
  | { readonly reason: 'credential_invalid'; readonly scheme: Scheme }
  | { readonly reason: 'credential_unknown'; readonly scheme: Scheme }
  | { readonly reason: 'key_revoked'; readonly scheme: Scheme }
  | { readonly reason: 'key_expired'; readonly scheme: Scheme }
  | { readonly reason: 'organization_suspended'; readonly scheme: Scheme }
  | { readonly reason: 'service_user_disabled'; readonly scheme: Scheme }
  // 403: somebody, but not this, or not from there; or not in the clear
  | { readonly reason: 'insecure' }
  | { readonly reason: 'address_unknown' }
  | { readonly reason: 'address_not_allowed'; readonly list: 'organization' | 'key' }
  | { readonly reason: 'address_list_unreadable'; readonly list: 'organization' | 'key' }
  | { readonly reason: 'origin_missing' }
  | { readonly reason: 'origin_not_allowed' }
  | { readonly reason: 'origin_list_unreadable' }
  | { readonly reason: 'secret_key_in_browser' }
  | { readonly reason: 'preflight_not_open' }
  | {
      readonly reason: 'kind_not_accepted'
      readonly kind: Kind
      readonly accepts: readonly Kind[]
    }
  | { readonly reason: 'publishable_not_open'; readonly may: string }
  | { readonly reason: 'product_not_granted'; readonly product: string }
  | { readonly reason: 'organization_lacks_product'; readonly product: string }
  | { readonly reason: 'scope_missing'; readonly scope: string }
  | { readonly reason: 'department_missing' }
  | { readonly reason: 'department_not_allowed' }
  | { readonly reason: 'environment_not_configured'; readonly environment: string }
  | { readonly reason: 'plan_unknown' }
  | { readonly reason: 'record_unreadable' }
  // 404, 405: nothing here
  | { readonly reason: 'route_unknown' }
  | { readonly reason: 'host_unknown' }
  | { readonly reason: 'method_unknown' }
  // 429: not now
  | {
      readonly reason: 'rate_limited'
      readonly limits: readonly LimitState[]
      readonly retryAfterSeconds: number
    }
  | { readonly reason: 'authentication_failures'; readonly retryAfterSeconds: number }
  // 5xx: we, or the upstream, cannot
  | { readonly reason: 'upstream_unreachable' }
  | { readonly reason: 'upstream_timeout' }
  | { readonly reason: 'upstream_invalid' }
  | { readonly reason: 'guard_unreachable' }
  | { readonly reason: 'records_unreachable' }
  | { readonly reason: 'audit_unreachable' }
  | { readonly reason: 'control_unreachable' }
  | { readonly reason: 'misconfigured' }
  | { readonly reason: 'internal_error' }

export type Reason = Denial['reason']
