import { describe, expect, it } from 'vitest'

import { recordFromRow, type KeyRecord } from '../../src/credentials/record.ts'

const ROW = {
  id: 'key_1',
  generation: 3,
  kind: 'access_token',
  environment: 'live',
  organization_id: 'org_1',
  plan: 'free',
  scopes: '["ingest","search"]',
  products: '["vault"]',
  organization_products: '["vault","verifa"]',
  quotas: '{"plan":5}',
  expires_at: 9,
  revoked_at: null,
  suspended_at: null,
  service_user_id: 'su_1',
  su_id: 'su_1',
  source_system: 'vkyc',
  departments: '["retail"]',
  disabled_at: null,
  organization_ips: '["10.0.0.0/8"]',
  key_ips: null,
  origins: '[]',
  origin_owners: '{}',
}

const RECORD: KeyRecord = {
  id: 'key_1',
  generation: 3,
  kind: 'access_token',
  environment: 'live',
  organizationId: 'org_1',
  plan: 'free',
  scopes: ['ingest', 'search'],
  products: ['vault'],
  organizationProducts: ['vault', 'verifa'],
  quotas: { plan: 5 },
  serviceUser: { id: 'su_1', sourceSystem: 'vkyc', departments: ['retail'], disabledAt: null },
  organizationIps: ['10.0.0.0/8'],
  keyIps: null,
  origins: [],
  expiresAt: 9,
  revokedAt: null,
  originOwners: {},
  organizationSuspendedAt: null,
  readAt: 77,
}

describe('recordFromRow', () => {
  it('reads a whole row', () => {
    expect(recordFromRow(ROW, 77)).toStrictEqual(RECORD)
  })

  it('a key without a service user has none', () => {
    const row = { ...ROW, kind: 'secret', service_user_id: null, su_id: null }
    expect(recordFromRow(row, 77)?.serviceUser).toBeNull()
  })

  it('an empty list admits nobody, no list everybody: they are not the same', () => {
    expect(recordFromRow({ ...ROW, key_ips: '[]' }, 77)?.keyIps).toStrictEqual([])
    expect(recordFromRow({ ...ROW, key_ips: null }, 77)?.keyIps).toBeNull()
  })
})

describe('a damaged row is no record', () => {
  const lists = [null, '', 'x', '{}', 'null', '"a"', '[1]', '[null]', '[""]', '["a"', 5, undefined]
  const texts = [null, '', 5, undefined]
  const times = ['', '5', 1.5, NaN, Infinity, undefined]
  const damage: Record<string, readonly unknown[]> = {
    id: texts,
    generation: [null, '3', 1.5, NaN, 2 ** 53, undefined],
    kind: [...texts, 'admin', 'Secret', 'toString'],
    environment: [...texts, 'test', 'LIVE'],
    organization_id: texts,
    plan: texts,
    scopes: lists,
    products: lists,
    organization_products: lists,
    quotas: [
      null,
      '',
      'x',
      '[]',
      'null',
      '5',
      '{"plan":0}',
      '{"plan":-1}',
      '{"plan":"5"}',
      '{"plan":1.5}',
      '{"plan":null}',
      '{"plan":1e300}',
      undefined,
    ],
    expires_at: times,
    revoked_at: times,
    suspended_at: times,
    // The service user that the row names is not there, or of another organization.
    su_id: texts,
    source_system: texts,
    departments: lists,
    disabled_at: times,
    organization_ips: lists.filter((value) => value !== null),
    key_ips: lists.filter((value) => value !== null),
    origins: lists.filter((value) => value !== null),
    origin_owners: ['', '[]', '"a"', '{"https://*.a.example":1}', null, undefined],
  }
  const cases = Object.entries(damage).flatMap(([name, values]) =>
    values.map((value) => [name, value] as const),
  )
  it.each(cases)('%s = %j', (name, value) => {
    expect(recordFromRow({ ...ROW, [name]: value }, 77)).toBeUndefined()
  })

  it('every column is looked at: without it there is no record', () => {
    for (const name of Object.keys(ROW)) {
      // Without it the service user is still read, and must still be whole.
      if (name === 'service_user_id') continue
      const { [name as keyof typeof ROW]: _, ...rest } = ROW
      expect([name, recordFromRow(rest, 77)]).toStrictEqual([name, undefined])
    }
  })
})
