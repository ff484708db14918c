// Work in slices: in its order, and others have their turn between two of them.

import { expect, it } from 'vitest'

import { inSlices } from '../../src/lib/slices.ts'

it('serves others between two slices, and before what follows', async () => {
  const order: string[] = []
  const asOthers = (name: string): void => void setTimeout(() => order.push(name), 0)
  const load = (name: string) => async (): Promise<void> => {
    order.push(name)
    asOthers(`after ${name}`)
  }
  await inSlices([load('a'), load('b')])
  order.push('what follows')
  expect(order).toEqual(['a', 'after a', 'b', 'after b', 'what follows'])
})
