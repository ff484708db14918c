// The resources by which the API is loaded are those of its operations.

import { expect, it } from 'vitest'

import { OPERATIONS } from '../../../src/catalog/operations.ts'
import { RESOURCES } from '../../../src/control/api/resources.ts'

it('the first segments of the operations’ paths are the resources', () => {
  const segments = Object.values(OPERATIONS).map(({ pattern }) => pattern.split('/')[1])
  expect(new Set(segments)).toEqual(new Set(RESOURCES.keys()))
})
