import { describe, expect, it } from 'vitest'

import { hintsLater, hintsNow, readHint } from '../../../src/control/webhooks/hint.ts'

describe('hints', () => {
  it('come back as they were sent, in messages of bounded size', () => {
    const ids = Array.from({ length: 120 }, (_, i) => `dlv_${i}`)
    const messages = hintsNow(ids)
    expect(messages.map(({ body }) => body.deliveryIds.length)).toEqual([50, 50, 20])
    expect(messages.flatMap(({ body }) => readHint(structuredClone(body)))).toEqual(ids)
    expect(hintsNow([])).toEqual([])
  })

  it('arrive when a retry is due, and are left to the cron beyond what a queue can wait', () => {
    const retries = [
      { deliveryId: 'a', dueAt: 5001 },
      { deliveryId: 'b', dueAt: -1 },
      { deliveryId: 'c', dueAt: 12 * 3_600_000 + 1 },
    ]
    expect(hintsLater(retries, 0)).toEqual([
      { body: { kind: 'webhooks', version: 1, deliveryIds: ['a'] }, delaySeconds: 6 },
      { body: { kind: 'webhooks', version: 1, deliveryIds: ['b'] }, delaySeconds: 0 },
    ])
  })

  it('are read in the form that they had before messages named their kind', () => {
    expect(readHint({ deliveryIds: ['dlv_1'] })).toEqual(['dlv_1'])
  })

  const head = { kind: 'webhooks', version: 1 }
  it.each([
    [null],
    [undefined],
    ['dlv_1'],
    [7],
    [{}],
    [head],
    [{ deliveryIds: 'dlv_1' }],
    [{ deliveryIds: [1, null] }],
    [{ ...head, deliveryIds: ['../x'] }],
    [{ ...head, deliveryIds: ['dlv_1'], table: 'credentials' }],
    [{ ...head, version: 2, deliveryIds: ['dlv_1'] }],
    [{ ...head, deliveryIds: Array.from({ length: 51 }, () => 'dlv_1') }],
  ])('%j is none', (body) => {
    expect(readHint(body)).toBeUndefined()
  })
})
