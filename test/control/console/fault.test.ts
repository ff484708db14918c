// The API's sentences, taken apart for the field that they belong to.

import { expect, test } from 'vitest'

import { faultOf } from '../../../src/control/console/kit/fault.ts'

const LABELS = { name: 'Name', ips: 'Addresses', products: 'Products', quotas: 'Quotas' }

test.each([
  ['name: must not hold control characters', 'name', 'name', 'must not hold control characters'],
  ['name: must not be empty', 'name', 'name', 'must not be empty'],
  ['ips[3]: foo is no address: at all', 'ips[3]', 'ips', 'entry 4: foo is no address: at all'],
  ['ips.0: must be a string', 'ips.0', 'ips', 'entry 1: must be a string'],
  ['quotas.plan: at most 5', 'quotas.plan', 'quotas', 'at most 5'],
  [
    'organization: operators must name one',
    'organization',
    undefined,
    'organization: operators must name one',
  ],
  ['The key is revoked for good.', undefined, undefined, 'The key is revoked for good.'],
])('%s', (detail, at, field, sentence) => {
  expect(faultOf({ detail, field: at }, LABELS)).toEqual({ field, sentence })
})
