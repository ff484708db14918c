// The rows of the shipped catalog, written out by hand: each is granted by its scope or product and refused
// without it.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { startEdge, type TestEdge } from '../harness/edge.ts'
import { outcome, present, refusalOf } from './call.ts'

let edge: TestEdge
beforeAll(async () => {
  edge = await startEdge()
})
afterAll(() => edge.stop())

const SCOPES = [
  ...[
    'sessions:read',
    'sessions:create',
    'sessions:write',
    'verifications:read',
    'identities:read',
  ],
  ...['webhooks:read', 'webhooks:write', 'keys:read', 'keys:write', 'org:read', 'org:write'],
  ...['screening:read', 'screening:write', 'workflows:read', 'workflows:write'],
  ...['cases:read', 'cases:write', 'lists:read', 'lists:write', 'documents:write'],
  ...['audit:read', 'analytics:read'],
]

type Row = readonly [verb: string, path: string, ...scopes: string[]]

const sessions: readonly Row[] = [
  ['POST', '/sessions', 'sessions:create', 'sessions:write'],
  ['GET', '/sessions', 'sessions:read'],
  ['HEAD', '/sessions', 'sessions:read'],
  ['GET', '/sessions/s1', 'sessions:read'],
  ['GET', '/sessions/s1/events/2', 'sessions:read'],
  ['GET', '/sessions/s1/result', 'verifications:read'],
  ['HEAD', '/sessions/s1/result', 'verifications:read'],
  ['GET', '/sessions/s1/documents', 'verifications:read'],
  ['GET', '/sessions/s1/documents/d1/front', 'verifications:read'],
  ['POST', '/sessions/s1/documents', 'documents:write'],
  ['PATCH', '/sessions/s1', 'sessions:write'],
  ['DELETE', '/sessions/s1', 'sessions:write'],
  ['POST', '/sessions/s1/expire', 'sessions:write'],
  ['PUT', '/sessions/s1/documents', 'sessions:write'],
  ['POST', '/sessions/s1/documents/d1', 'sessions:write'],
  ['POST', '/sessions/s1/result', 'sessions:write'],
  ['GET', '/results', 'verifications:read'],
  ['GET', '/results/r1', 'verifications:read'],
  ['GET', '/identities', 'identities:read'],
  ['GET', '/identities/i1/history', 'identities:read'],
  ['GET', '/audit', 'audit:read'],
  ['GET', '/audit/findings/1', 'audit:read'],
  ['GET', '/analytics', 'analytics:read'],
  ['GET', '/analytics/monthly', 'analytics:read'],
]

const resources = [
  ['webhooks', 'webhooks'],
  ['api-keys', 'keys'],
  ['organization', 'org'],
  ['checks', 'screening'],
  ['workflows', 'workflows'],
  ['cases', 'cases'],
  ['lists', 'lists'],
].flatMap(([path = '', scope = '']): Row[] => [
  ['GET', `/${path}`, `${scope}:read`],
  ['HEAD', `/${path}/1`, `${scope}:read`],
  ['GET', `/${path}/1/2`, `${scope}:read`],
  ['POST', `/${path}`, `${scope}:write`],
  ['PUT', `/${path}/1`, `${scope}:write`],
  ['PATCH', `/${path}/1`, `${scope}:write`],
  ['DELETE', `/${path}/1/2`, `${scope}:write`],
])

describe('a row of the verifa product', () => {
  test.each([...sessions, ...resources])('%s %s by %s', async (method, path, ...scopes) => {
    const target = `/api/v1${path}`
    for (const scope of scopes) {
      const key = await edge.mint('secret', { scopes: [scope] })
      const headers = present('secret', key)
      expect(await outcome(edge, target, { method, headers })).toBe('200')
      expect(edge.upstream.received.at(-1)).toMatchObject({ method, target: `/live${target}` })
    }
    const others = SCOPES.filter((scope) => !scopes.includes(scope))
    const key = await edge.mint('secret', { scopes: others })
    const headers = present('secret', key)
    expect(await outcome(edge, target, { method, headers })).toBe('403 scope_missing')
    if (method === 'HEAD') return
    const refusal = await refusalOf(await edge.fetch(target, { method, headers }))
    expect(refusal.detail).toBe(`API key does not have the required scope: ${scopes[0]}`)
  })
})

const products: readonly (readonly [verb: string, path: string, product: string])[] = [
  ['POST', '/document-processing', 'document_verification'],
  ['GET', '/document-processing', 'document_verification'],
  ['GET', '/document-processing/d1/pages/2', 'document_verification'],
  ['POST', '/screening/request', 'aml_screening'],
  ['POST', '/high-risk/search', 'aml_screening'],
  ['POST', '/sanctions/search', 'aml_screening'],
]

describe('a row of a product for JWT API keys', () => {
  test.each(products)('%s %s by the product %s', async (method, path, product) => {
    const granted = await edge.mint('jwt', { products: [product] })
    expect(await outcome(edge, path, { method, headers: present('jwt', granted) })).toBe('200')
    expect(edge.upstream.received.at(-1)?.headers['x-edge-product']).toBe(product)
    const other = products.find(([, , one]) => one !== product)?.[2] ?? ''
    const refused = await edge.mint('jwt', { products: [other] })
    const answer = await edge.fetch(path, { method, headers: present('jwt', refused) })
    expect(await refusalOf(answer)).toEqual({
      status: 403,
      reason: 'product_not_granted',
      detail: `API key does not have access to the product: ${product}`,
    })
  })
})

const vault: readonly (readonly [verb: string, path: string, scope: string])[] = [
  ['POST', '/api/v1/ingest', 'ingest'],
  ['GET', '/api/v1/search/customer', 'search'],
  ['GET', '/api/v1/search/documents', 'search'],
  ['GET', '/api/v1/documents/d1/download', 'search'],
]

describe('a row of the vault', () => {
  test.each(vault)('%s %s by %s', async (method, path, scope) => {
    const other = scope === 'ingest' ? 'search' : 'ingest'
    const granted = await edge.mint('access_token', { scopes: [scope] })
    const refused = await edge.mint('access_token', { scopes: [other] })
    const send = (key: { value: string }) => ({
      method,
      headers: { ...present('access_token', key), 'x-approver-department': 'retail' },
    })
    expect(await outcome(edge, path, send(granted))).toBe('200')
    expect(await outcome(edge, path, send(refused))).toBe('403 scope_missing')
  })
})

const unlisted: readonly (readonly [verb: string, path: string])[] = [
  ['GET', '/'],
  ['GET', '/favicon.ico'],
  ['GET', '/sessions'],
  ['GET', '/api/v1'],
  ['GET', '/api/v2/sessions'],
  ['GET', '/api/v1/sessionsx'],
  ['GET', '/api/v1/Sessions'],
  ['PUT', '/api/v1/sessions'],
  ['DELETE', '/api/v1/sessions'],
  ['POST', '/api/v1/results'],
  ['POST', '/api/v1/identities'],
  ['DELETE', '/api/v1/audit'],
  ['POST', '/api/v1/analytics/monthly'],
  ['POST', '/document-processing/d1'],
  ['DELETE', '/document-processing'],
  ['GET', '/screening/request'],
  ['POST', '/screening/request/1'],
  ['POST', '/high-risk'],
  ['GET', '/api/v1/ingest'],
  ['POST', '/api/v1/ingest/1'],
  ['POST', '/api/v1/search/customer'],
  ['GET', '/api/v1/search'],
  ['GET', '/api/v1/documents/d1'],
  ['GET', '/api/v1/documents/a/b/download'],
]

describe('what has no row', () => {
  test.each(unlisted)('%s %s: 401 without a credential, 404 with one', async (method, path) => {
    const key = await edge.mint('secret', { scopes: SCOPES })
    expect(await outcome(edge, path, { method })).toBe('401 credential_missing')
    const headers = present('secret', key)
    expect(await outcome(edge, path, { method, headers })).toBe('404 route_unknown')
    const forged = { 'x-api-key': `${key.value.slice(0, -1)}_` }
    expect(await outcome(edge, path, { method, headers: forged })).toBe('401 credential_invalid')
  })
})
