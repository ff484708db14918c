import { expect, it } from 'vitest'

import { CLIENT_LOST, codeToSend, UPSTREAM_LOST } from '../../../src/gate/relay/close-code.ts'

it.each<[number, number | undefined]>([
  [1000, 1000],
  [1001, 1001],
  [1011, 1011],
  [3000, 3000],
  [4999, 4999],
  [1005, undefined],
  [1006, UPSTREAM_LOST],
  [1015, UPSTREAM_LOST],
])('%i is sent as %s', (received, sent) => {
  expect(codeToSend(received, UPSTREAM_LOST)).toBe(sent)
})

it('what stands for something that was not sent is never sent', () => {
  for (const lost of [UPSTREAM_LOST, CLIENT_LOST]) {
    for (const code of [1005, 1006, 1015]) {
      expect([1005, 1006, 1015]).not.toContain(codeToSend(code, lost))
    }
  }
})
