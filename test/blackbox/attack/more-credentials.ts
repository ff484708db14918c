// Ways of presenting a credential, of our own. `{{LIVE}}` and `{{JWT}}` are valid ones.

import type { AttackInput } from './corpus.ts'

export interface CredentialRow {
  readonly name: string
  readonly input: AttackInput
  readonly status: number
  /** Of a refusal; none: forwarded. */
  readonly reason?: string
}

const on = (headers: AttackInput['headers'] & {}, more: AttackInput = {}): AttackInput => ({
  target: '/orders/1',
  headers,
  ...more,
})
const apiKey = (value: string): AttackInput => on([['X-API-Key', value]])
const authorization = (value: string): AttackInput => on([['Authorization', value]])

const MULTIPLE = { status: 400, reason: 'credential_multiple' }
const MISSING = { status: 401, reason: 'credential_missing' }
const MISPLACED = { status: 400, reason: 'credential_misplaced' }
const INVALID = { status: 401, reason: 'credential_invalid' }
const FORWARDED = { status: 200 }

const form = [['Content-Type', 'application/x-www-form-urlencoded']] as const

export const credentialRows: readonly CredentialRow[] = [
  {
    name: 'the key twice',
    input: on([
      ['X-API-Key', '{{LIVE}}'],
      ['X-API-Key', '{{LIVE}}'],
    ]),
    ...MULTIPLE,
  },
  {
    name: 'two keys',
    input: on([
      ['X-API-Key', '{{LIVE}}'],
      ['x-api-key', '{{LIVE2}}'],
    ]),
    ...MULTIPLE,
  },
  {
    name: 'a valid key behind a bad one',
    input: on([
      ['X-API-Key', 'x'],
      ['X-API-Key', '{{LIVE}}'],
    ]),
    ...MULTIPLE,
  },
  { name: 'keys joined by a comma', input: apiKey('{{LIVE}},{{LIVE}}'), ...MULTIPLE },
  { name: 'a key with a trailing comma', input: apiKey('{{LIVE}},'), ...MULTIPLE },
  {
    name: 'two Authorization lines',
    input: on([
      ['Authorization', 'Bearer {{JWT}}'],
      ['Authorization', 'Bearer {{JWT}}'],
    ]),
    ...MULTIPLE,
  },
  {
    name: 'two bearer tokens in one line',
    input: authorization('Bearer {{JWT}}, Bearer {{JWT}}'),
    ...MULTIPLE,
  },
  {
    name: 'key and Basic',
    input: on([
      ['X-API-Key', '{{LIVE}}'],
      ['Authorization', 'Basic Zm9v'],
    ]),
    ...MULTIPLE,
  },
  // The runtime drops an Authorization line without a value.
  {
    name: 'key and an empty Authorization',
    input: on([
      ['X-API-Key', '{{LIVE}}'],
      ['Authorization', ''],
    ]),
    ...FORWARDED,
  },
  {
    name: 'bearer token and an empty key',
    input: on([
      ['X-API-Key', ''],
      ['Authorization', 'Bearer {{JWT}}'],
    ]),
    ...MULTIPLE,
  },
  { name: 'an empty key', input: apiKey(''), ...INVALID },
  { name: 'an empty Authorization', input: authorization(''), ...MISSING },
  { name: 'the word null', input: apiKey('null'), ...INVALID },
  { name: 'the prefix alone', input: apiKey('vk_live_'), ...INVALID },
  { name: 'a key with Bearer before it', input: apiKey('Bearer {{LIVE}}'), ...INVALID },
  { name: 'a quoted key', input: apiKey('"{{LIVE}}"'), ...INVALID },
  { name: 'a key in another case', input: apiKey('VK_LIVE_{{LIVE}}'), ...INVALID },
  { name: 'a key with a percent escape', input: apiKey('%76{{LIVE}}'), ...INVALID },
  { name: 'a key with a letter outside ASCII', input: apiKey('{{LIVE}}é'), ...INVALID },
  { name: 'a key in full-width letters', input: apiKey('ｖｋ_live_'), ...INVALID },
  { name: 'a key and 60 KB more', input: apiKey(`{{LIVE}}${'A'.repeat(60_000)}`), ...INVALID },
  {
    name: 'a bearer token and 60 KB more',
    input: authorization(`Bearer {{JWT}}${'A'.repeat(60_000)}`),
    ...INVALID,
  },
  { name: 'BEARER in capitals', input: authorization('BEARER {{JWT}}'), ...FORWARDED },
  {
    name: 'white space around the value',
    input: authorization('  Bearer {{JWT}}\t '),
    ...FORWARDED,
  },
  { name: 'Bearer without a space', input: authorization('Bearer{{JWT}}'), ...INVALID },
  { name: 'Bearer with a tab', input: authorization('Bearer\t{{JWT}}'), ...INVALID },
  { name: 'Bearer with three spaces', input: authorization('Bearer   {{JWT}}'), ...INVALID },
  { name: 'Bearer with something behind', input: authorization('Bearer {{JWT}} x'), ...INVALID },
  { name: 'Bearer with a parameter', input: authorization('Bearer {{JWT}};v=1'), ...INVALID },
  { name: 'Bearer with quotes', input: authorization('Bearer "{{JWT}}"'), ...INVALID },
  { name: 'Bearer token=…', input: authorization('Bearer token={{JWT}}'), ...INVALID },
  { name: 'Bearer Bearer …', input: authorization('Bearer Bearer {{JWT}}'), ...INVALID },
  { name: 'Bearer undefined', input: authorization('Bearer undefined'), ...INVALID },
  { name: 'the JWT under Basic', input: authorization('Basic {{JWT}}'), ...INVALID },
  { name: 'the JWT under JWT', input: authorization('JWT {{JWT}}'), ...INVALID },
  { name: 'the JWT under Token', input: authorization('Token {{JWT}}'), ...INVALID },
  { name: 'the JWT under DPoP', input: authorization('DPoP {{JWT}}'), ...INVALID },
  { name: 'the JWT with no scheme', input: authorization('{{JWT}}'), ...INVALID },
  { name: 'the JWT with padding', input: authorization('Bearer {{JWT}}='), ...INVALID },
  { name: 'the JWT with a fourth part', input: authorization('Bearer {{JWT}}.e30'), ...INVALID },
  { name: 'a secret key under Basic', input: authorization('Basic {{LIVE}}'), ...INVALID },
  {
    name: 'a publishable key as bearer token',
    input: authorization('Bearer {{PUB_LIVE}}'),
    ...INVALID,
  },
  { name: 'a key under x_api_key', input: on([['x_api_key', '{{LIVE}}']]), ...MISSING },
  { name: 'a key under X-Api_Key', input: on([['X-Api_Key', '{{LIVE}}']]), ...MISSING },
  { name: 'a key under Api-Key', input: on([['Api-Key', '{{LIVE}}']]), ...MISSING },
  {
    name: 'a key in a cookie',
    input: on([['Cookie', 'X-API-Key={{LIVE}}; api_key={{LIVE}}']]),
    ...MISSING,
  },
  {
    name: 'a token under Proxy-Authorization',
    input: on([['Proxy-Authorization', 'Bearer {{JWT}}']]),
    ...MISSING,
  },
  {
    name: 'a token under X-Forwarded-Authorization',
    input: on([['X-Forwarded-Authorization', 'Bearer {{JWT}}']]),
    ...MISSING,
  },
  {
    name: 'a key as WebSocket protocol',
    input: on([['Sec-WebSocket-Protocol', '{{LIVE}}']]),
    ...MISPLACED,
  },
  {
    name: 'a key as WebSocket protocol beside the one that counts',
    input: on([
      ['X-API-Key', '{{LIVE}}'],
      ['Sec-WebSocket-Protocol', 'chat, {{LIVE2}}'],
    ]),
    ...MISPLACED,
  },
  {
    name: 'a key in the query',
    input: { target: '/orders/1?X-API-Key={{LIVE}}&key={{LIVE}}' },
    ...MISSING,
  },
  { name: 'a key in the path', input: { target: '/orders/{{LIVE}}' }, ...MISSING },
  {
    name: 'a key in a form',
    input: on(form, { method: 'POST', body: 'api_key=x&access_token=y' }),
    ...MISSING,
  },
  {
    name: 'a key of our own identity',
    input: on([
      ['X-Edge-Key-Id', 'key_1'],
      ['X-Edge-Org-Id', 'org_test'],
    ]),
    ...MISSING,
  },
]
