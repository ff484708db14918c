// A gate and a control that were deployed with different secrets: nothing is minted that the gate would not
// know, revoking works, and the API, the console and the log say what differs.

import { afterAll, beforeAll, expect, test } from 'vitest'

import { ADMIN_TOKEN, startEdge, type TestEdge } from '../harness/edge.ts'
import { refusalOf } from './call.ts'
import { CONSOLE, newClient } from './console/client.ts'
import { until } from './control/world.ts'

const OTHER = 'another-pepper-0123456789abcdef0123456789'
const OPERATOR = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' }
const IN_TEST = '?organization=org_test'

let edge: TestEdge
const log: string[] = []
beforeAll(async () => {
  edge = await startEdge({
    bindingsOf: { control: { KEY_PEPPER: OTHER, KEY_BRAND: 'vk', AUDIENCE: 'else' } },
    onLog: (line) => log.push(line),
  })
})
afterAll(() => edge.stop())

const post = (path: string, body: object = {}): Promise<Response> =>
  edge.fetch(`/edge/v1${path}${IN_TEST}`, {
    ...{ method: 'POST', headers: OPERATOR },
    body: JSON.stringify(body),
  })

test('nothing is minted: no key, no JWT, no successor, no token', async () => {
  const key = await edge.mint('secret', {})
  const asked: [string, object][] = [
    ['/keys', { kind: 'secret', name: 'n', environment: 'live' }],
    ['/keys', { kind: 'jwt', name: 'n', environment: 'live', products: ['document_verification'] }],
    [`/keys/${key.id}/rotate`, {}],
  ]
  for (const [path, body] of asked) {
    const answer = await refusalOf(await post(path, body))
    expect([path, answer.status, answer.reason]).toEqual([path, 503, 'misconfigured'])
  }
  expect(await edge.sql('SELECT id FROM credentials')).toEqual([{ id: key.id }])
  // It still calls.
  const headers = { 'x-api-key': key.value }
  expect((await edge.fetch('/api/v1/sessions', { headers })).status).toBe(200)
})

test('revoking works', async () => {
  const key = await edge.mint('secret', {})
  const headers = { 'x-api-key': key.value }
  expect((await edge.fetch('/api/v1/sessions', { headers })).status).toBe(200)
  expect((await post(`/keys/${key.id}/revoke`)).status).toBe(200)
  expect(await refusalOf(await edge.fetch('/api/v1/sessions', { headers }))).toMatchObject({
    reason: 'key_revoked',
  })
})

test('what differs is told to operators, by name, and to nobody its value', async () => {
  const records = await edge.fetch('/edge/v1/records', { headers: OPERATOR })
  expect(await records.json()).toMatchObject({ settings_differ: ['AUDIENCE', 'KEY_PEPPER'] })
  await until(async () => log.some((line) => line.includes('gate and control differ')))
  expect(log.join('\n')).toContain('gate and control differ in AUDIENCE, KEY_PEPPER')
  expect(log.join('\n')).not.toContain(OTHER)
  const client = newClient(edge)
  await client.post(`${CONSOLE}/sign-in`, { token: ADMIN_TOKEN })
  const { text } = await client.get(`${CONSOLE}/organizations`)
  expect(text).toContain('do not have the same AUDIENCE, KEY_PEPPER')
  expect(text).toContain('Until then no key can be made. Revoking works.')
})
