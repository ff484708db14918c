// Which POSTs come from a page of the console's own.

import { expect, test } from 'vitest'

import { holdsToken, isOwnOrigin } from '../../../src/control/console/csrf.ts'

const OWN = 'https://edge.example.com'

test.each([
  [true, { origin: OWN }],
  [true, { origin: OWN, 'sec-fetch-site': 'same-origin' }],
  [false, {}],
  [false, { 'sec-fetch-site': 'same-origin' }],
  [false, { origin: 'null' }],
  [false, { origin: `${OWN}.evil.example` }],
  [false, { origin: 'http://edge.example.com' }],
  [false, { origin: `${OWN}:8443` }],
  [false, { origin: OWN, 'sec-fetch-site': 'same-site' }],
  [false, { origin: OWN, 'sec-fetch-site': 'cross-site' }],
  [false, { origin: OWN, 'sec-fetch-site': 'none' }],
] as const)('%s: %j', (own, headers) => {
  const asked = { url: `${OWN}/edge/console/sign-in`, headers: new Headers(headers) }
  expect(isOwnOrigin(asked)).toBe(own)
})

const holds = (form: string): boolean => holdsToken(new URLSearchParams(form), 'abc')

test('a form holds the session’s token whole, or it does not', () => {
  expect(holds('csrf=abc')).toBe(true)
  for (const form of ['', 'csrf=', 'csrf=ab', 'csrf=abd', 'token=abc'])
    expect(holds(form)).toBe(false)
})
