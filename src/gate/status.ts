// Whether the credential is still one. The caller holds the real secret, so the reason may be told.

import type { Principal } from '../credentials/principal.ts'
import { err, ok, type Result } from '../lib/result.ts'
import type { Scheme } from '../credentials/kinds.ts'
import type { Denial } from '../reasons/denial.ts'

/** Refuses what is revoked, expired, suspended or disabled. A key ends at its very deadline. */
export function checkStatus(
  { record, expiresAt }: Principal,
  scheme: Scheme,
  nowMs: number,
): Result<void, Denial> {
  if (record.revokedAt !== null) return err({ reason: 'key_revoked', scheme })
  if (nowMs >= expiresAt) return err({ reason: 'key_expired', scheme })
  if (record.organizationSuspendedAt !== null) {
    return err({ reason: 'organization_suspended', scheme })
  }
  if (record.serviceUser !== null && record.serviceUser.disabledAt !== null) {
    return err({ reason: 'service_user_disabled', scheme })
  }
  return ok(undefined)
}
