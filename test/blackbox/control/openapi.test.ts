// /edge/openapi.json: it is valid, says what the gate's own table says, and a client that a generator
// made of it manages keys.

import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { OPERATIONS } from '../../../src/catalog/operations.ts'
import { API_PREFIX } from '../../../src/lib/paths.ts'
import { ADMIN_TOKEN, startEdge, type TestEdge } from '../../harness/edge.ts'
import { outcome } from '../call.ts'
import type { KeyBody, PageBody, ReceiptBody } from './call.ts'
import { generateClient } from './generated-client.ts'
import {
  examplesOf,
  flawOf,
  operationsOf,
  type Document,
  type Json,
  type Operation,
} from './openapi-document.ts'
import { NAMES, scopesOf, WITH_BODY } from './requests.ts'
import { ALL_PRODUCTS, ALL_SCOPES } from './world.ts'

let edge: TestEdge
let document: Document
let operations: Map<string, Operation>
beforeAll(async () => {
  edge = await startEdge()
  const answer = await edge.fetch('/edge/openapi.json')
  document = (await answer.json()) as Document
  operations = operationsOf(document)
})
afterAll(() => edge.stop())

const placeOf = (name: (typeof NAMES)[number]): string => {
  const { verb, pattern } = OPERATIONS[name]
  return `${verb} ${API_PREFIX}${pattern.replace(/:([a-z]+)/g, '{$1}')}`
}

test('is a valid document of OpenAPI 3.1, open to everyone', async () => {
  expect(document.openapi).toBe('3.1.0')
  const verdict = await new Validator().validate(structuredClone(document) as never)
  expect(verdict.errors).toBeUndefined()
  expect(verdict.valid).toBe(true)
})

test('has every operation of the table, and none beyond', () => {
  expect([...operations.keys()].toSorted()).toEqual(NAMES.map(placeOf).toSorted())
  for (const [place, { operationId }] of operations) {
    expect(placeOf(operationId as (typeof NAMES)[number])).toBe(place)
  }
})

describe.each(NAMES)('%s', (name) => {
  test('says who may call it, what it answers, and what goes wrong', () => {
    const operation = operations.get(placeOf(name))
    const { description = '', security = [], responses = {}, requestBody } = operation ?? {}
    for (const scope of scopesOf(name)) {
      expect(description).toContain(scope)
      expect(security).toContainEqual({ key: [scope] })
    }
    expect(security.length).toBe(
      Math.max(scopesOf(name).length, OPERATIONS[name].access === 'any key' ? 2 : 0) + 1,
    )
    for (const scheme of security.flatMap(Object.keys)) {
      expect(document.components.securitySchemes).toHaveProperty(scheme)
    }
    expect(Object.keys(responses).filter((status) => status.startsWith('2'))).not.toEqual([])
    for (const status of ['400', '401', '403', '404', '409', '422', '429', '503']) {
      expect(responses[status]?.content).toEqual({
        'application/json': { schema: { $ref: '#/components/schemas/Problem' } },
      })
    }
    expect(requestBody !== undefined).toBe(WITH_BODY.includes(name))
  })
})

test('every example is one by its own schema', () => {
  const examples = examplesOf(document as unknown as Json)
  expect(examples.length).toBeGreaterThan(10)
  for (const { place, example, schema } of examples) {
    expect([place, flawOf(example, schema, document)]).toEqual([place, undefined])
  }
})

test('what is answered is as the document says, and nothing that it does not know', async () => {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` }
  const query = '?organization=org_test'
  await edge.mint('jwt', { expiresAt: Date.now() + 60_000 })
  await edge.mint('publishable', { ips: ['10.0.0.0/8'], origins: ['https://a.example.com'] })
  await edge.fetch(`/edge/v1/members/ann@example.com${query}`, {
    method: 'PUT',
    headers: { ...headers, 'content-type': 'application/json' },
    body: '{"role": "viewer"}',
  })
  for (const path of [
    'keys',
    'service-users',
    'organization',
    'webhooks',
    'audit',
    'usage',
    'members',
    'audit/verify',
  ]) {
    const place = `GET /edge/v1/${path}`
    const answer = await edge.fetch(`/edge/v1/${path}${query}`, { headers })
    const content = operations.get(place)?.responses['200']?.content?.['application/json']
    const { schema } = content as { schema: Json }
    expect([place, flawOf((await answer.json()) as Json, schema, document)]).toEqual([
      place,
      undefined,
    ])
  }
})

test('a generated client has a function for every operation, and runs the life of a key', async () => {
  const { value } = await edge.mint('secret', { scopes: ALL_SCOPES, products: ALL_PRODUCTS })
  const client = await generateClient(document, edge.url, value)
  for (const name of NAMES) expect(client.functions).toContain(name)
  const use = (key: { value: string }): Promise<string> =>
    outcome(edge, '/api/v1/sessions', { headers: { 'x-api-key': key.value } })

  const created = await client.call<KeyBody>('createKey', {
    body: { kind: 'secret', name: 'generated', scopes: ['sessions:read'] },
    headers: { 'Idempotency-Key': 'of-the-generated-client' },
  })
  expect(created.response.status).toBe(201)
  const key = created.data as KeyBody
  expect(await use(key)).toBe('200')

  const listed = await client.call<PageBody<KeyBody>>('listKeys', {
    query: { search: 'generated' },
  })
  expect(listed.data?.items.map(({ id }) => id)).toEqual([key.id])
  const path = { id: key.id }
  const got = await client.call<KeyBody>('getKey', { path })
  expect(got.data).toMatchObject({ name: 'generated', state: 'active' })

  await client.call('updateKey', { path, body: { scopes: ['identities:read'] } })
  expect(await use(key)).toBe('403 scope_missing')
  await client.call('updateKey', { path, body: { scopes: ['sessions:read'] } })

  const rotated = await client.call<{ key: KeyBody }>('rotateKey', {
    path,
    body: { grace_seconds: 0 },
  })
  const fresh = rotated.data?.key as KeyBody
  expect(await use(key)).toBe('401 key_expired')
  expect(await use(fresh)).toBe('200')

  const revoked = await client.call<ReceiptBody>('revokeKey', { path: { id: fresh.id } })
  expect(revoked.data?.enforced_at).toBeGreaterThanOrEqual(revoked.data?.revoked_at ?? Infinity)
  expect(await use(fresh)).toBe('401 key_revoked')

  const refused = await client.call('getKey', { path: { id: 'key_nope' } })
  expect(refused.error).toEqual({
    error: 'not_found',
    detail: 'There is no such key here.',
    status_code: 404,
  })
})
