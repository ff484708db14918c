// The API's sentences, taken apart for the field that they belong to.

import { expect, test } from 'vitest'

import { faultOf } from '../../../src/control/console/kit/fault.ts'

const LABELS = { name: 'Name', ips: 'Addresses', products: 'Products', quotas: 'Quotas' }

test.each([
  ['name: must not hold control characters', 'name', 'must not hold control characters'],
  ['name: Too small: expected string to have >=1 characters', 'name', 'must not be empty'],
  [
    'name: Too big: expected string to have <=200 characters',
    'name',
    'must have at most 200 characters',
  ],
  ['products: Too small: expected array to have >=1 items', 'products', 'choose at least one'],
  ['ips[3]: foo is no address: at all', 'ips', 'entry 4: foo is no address: at all'],
  ['ips.0: Invalid input: expected string, received number', 'ips', 'entry 1: must be a string'],
  ['quotas.plan: at most 5', 'quotas', 'at most 5'],
  ['organization: operators must name one', undefined, 'organization: operators must name one'],
  ['The key is revoked for good.', undefined, 'The key is revoked for good.'],
])('%s', (detail, field, sentence) => {
  expect(faultOf({ detail }, LABELS)).toEqual({ field, sentence })
})
