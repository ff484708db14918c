import { expect, it } from 'vitest'

import type { KeyRecord } from '../../src/credentials/record.ts'
import { checkStatus } from '../../src/gate/status.ts'
import { principalWith, SERVICE_USER, verdictOf } from './records.ts'

const NOW_MS = 1_000

it.each<[guarantee: string, record: Partial<KeyRecord>, verdict: string]>([
  ['a key that is in force passes', {}, 'pass'],
  ['a revoked key is refused', { revokedAt: 1 }, 'key_revoked'],
  [
    'also where it is to be revoked later: there is no such thing',
    { revokedAt: 2_000 },
    'key_revoked',
  ],
  ['a key passes until its deadline', { expiresAt: NOW_MS + 1 }, 'pass'],
  ['a key ends at its very deadline', { expiresAt: NOW_MS }, 'key_expired'],
  [
    'a key of a suspended organization is refused',
    { organizationSuspendedAt: 1 },
    'organization_suspended',
  ],
  ['a token of a service user passes', { serviceUser: SERVICE_USER }, 'pass'],
  [
    'a token of a disabled service user is refused',
    { serviceUser: { ...SERVICE_USER, disabledAt: 1 } },
    'service_user_disabled',
  ],
  ['revoked is said before expired', { revokedAt: 1, expiresAt: 1 }, 'key_revoked'],
])('%s', (_guarantee, record, verdict) => {
  expect(verdictOf(checkStatus(principalWith(record), 'ApiKey', NOW_MS))).toBe(verdict)
})
