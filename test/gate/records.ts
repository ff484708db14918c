// A key record that everything passes, for the tables of the gate's steps: each row changes what it is about.

import { compilePrincipal, type Principal } from '../../src/credentials/principal.ts'
import type { KeyRecord } from '../../src/credentials/record.ts'
import type { Denial } from '../../src/reasons/denial.ts'
import type { Result } from '../../src/lib/result.ts'

const RECORD: KeyRecord = {
  id: 'key_1',
  kind: 'secret',
  environment: 'live',
  organizationId: 'org_1',
  plan: 'free',
  scopes: ['read'],
  products: ['shop'],
  organizationProducts: ['shop'],
  quotas: {},
  organizationIps: null,
  keyIps: null,
  origins: null,
  expiresAt: null,
  revokedAt: null,
  originOwners: {},
  organizationSuspendedAt: null,
  serviceUser: null,
  generation: 1,
  readAt: 0,
}

export const SERVICE_USER = {
  id: 'su_1',
  sourceSystem: 'erp',
  departments: ['sales'],
  disabledAt: null,
}

export function recordWith(more: Partial<KeyRecord> = {}): KeyRecord {
  return { ...RECORD, ...more }
}

export function principalWith(more: Partial<KeyRecord> = {}): Principal {
  return compilePrincipal(recordWith(more))
}

/** The reason of a refusal; `pass` where there is none. */
export function verdictOf(result: Result<unknown, Denial>): string {
  return result.ok ? 'pass' : result.error.reason
}
