// Seed 000: Bearer JWT API keys with product permissions.

import { decodeProtectedHeader, jwtVerify, createRemoteJWKSet } from 'jose'
import { expect } from 'vitest'

import { refusalOf } from '../call.ts'
import { DOSSIERS_CONSOLE } from './console.ts'
import { call, callWith, type Check, type Seed } from './seed.ts'

const DOCUMENTS = [
  'POST /document-processing',
  'GET /document-processing',
  'GET /document-processing/d1/x',
]
const SCREENING = ['POST /screening/request', 'POST /high-risk/search']
const EACH = [...DOCUMENTS, ...SCREENING]

const only =
  (product: string, granted: readonly string[]): Check =>
  async (edge) => {
    const key = await edge.mint('jwt', { products: [product] })
    for (const at of EACH) {
      const expected = granted.includes(at) ? '200' : '403 product_not_granted'
      expect([at, await call(edge, 'jwt', key, at)]).toEqual([at, expected])
    }
  }

/** 401 with the challenge, and nothing reaches the upstream. */
const unauthorized: Check = async (edge) => {
  const before = edge.upstream.received.length
  const key = await edge.mint('jwt')
  const now = Date.now()
  const expired = await edge.mint('jwt', { issuedAt: now - 120_000, expiresAt: now - 60_000 })
  const values = [
    undefined,
    '',
    'Bearer',
    'Basic Zm9v',
    key.value,
    `Bearer ${key.value}x`,
    `Bearer ${expired.value}`,
    'Bearer nonsense',
  ]
  for (const authorization of values) {
    const headers = authorization === undefined ? {} : { authorization }
    const answer = await edge.fetch('/document-processing', { method: 'POST', headers })
    const { status, detail } = await refusalOf(answer)
    expect([authorization, status]).toEqual([authorization, 401])
    expect(detail).toBe('Invalid or missing API key.')
  }
  expect(edge.upstream.received).toHaveLength(before)
}

const setProducts = (list: string[]) =>
  `UPDATE organizations SET products = '${JSON.stringify(list)}' WHERE id = 'org_test'`

export const dossiers: Seed = {
  file: '000_d45f8929f101f3b6.txt',
  shown: {
    'All Dossiers API endpoints require authentication via a Bearer JWT API key.': async (edge) => {
      for (const at of EACH) {
        const [method = '', path = ''] = at.split(' ')
        const answer = await edge.fetch(path, { method })
        expect((await refusalOf(answer)).status).toBe(401)
        expect(await callWith(edge, 'secret', {}, at)).toBe('403 kind_not_accepted')
        expect(await callWith(edge, 'jwt', {}, at)).toBe('200')
      }
    },
    'Include the API key in the Authorization header of every request:': async (edge) => {
      const { value } = await edge.mint('jwt')
      const path = '/document-processing'
      expect(await call(edge, 'jwt', { value }, `GET ${path}`)).toBe('200')
      expect(await call(edge, 'secret', { value }, `GET ${path}`)).toBe('401 credential_invalid')
      const answer = await edge.fetch(`${path}?access_token=${value}&key=${value}`)
      expect((await refusalOf(answer)).reason).toBe('credential_missing')
    },
    'The key is a signed JWT.': async (edge) => {
      const { id, value } = await edge.mint('jwt')
      expect(decodeProtectedHeader(value)).toMatchObject({ alg: 'EdDSA', typ: 'vk+jwt' })
      const jwks = createRemoteJWKSet(new URL(`${edge.url}/.well-known/jwks.json`))
      const { payload } = await jwtVerify(value, jwks)
      expect(payload).toMatchObject({ jti: id, org: 'org_test', env: 'live' })
    },
    'The API validates it on every request and checks that your organization has access to the product being called.':
      async (edge) => {
        const key = await edge.mint('jwt')
        const at = 'POST /screening/request'
        expect(await call(edge, 'jwt', key, at)).toBe('200')
        await edge.sql(setProducts(['verifa', 'document_verification', 'vault']))
        await edge.sync()
        expect(await call(edge, 'jwt', key, at)).toBe('403 organization_lacks_product')
        await edge.sql(setProducts(['verifa', 'document_verification', 'aml_screening', 'vault']))
        await edge.sync()
      },
    'Each API key has product-level permissions.': only('document_verification', DOCUMENTS),
    'If you try to call an endpoint for a product that is not enabled on your key, the API will return a 403 Forbidden response.':
      async (edge) => {
        const key = await edge.mint('jwt', { products: ['document_verification'] })
        const headers = { authorization: `Bearer ${key.value}` }
        const answer = await edge.fetch('/screening/request', { method: 'POST', headers })
        expect(await refusalOf(answer)).toEqual({
          status: 403,
          reason: 'product_not_granted',
          detail: 'API key does not have access to the product: aml_screening',
        })
      },
    'Document Verification | POST /document-processing, GET /document-processing/*': only(
      'document_verification',
      DOCUMENTS,
    ),
    'AML Screening | POST /screening/request, POST /high-risk/search': only(
      'aml_screening',
      SCREENING,
    ),
    'You can create multiple API keys with different permission scopes — for example, one key for your document verification pipeline and another for your AML screening integration.':
      async (edge) => {
        const documents = await edge.mint('jwt', { products: ['document_verification'] })
        const screening = await edge.mint('jwt', { products: ['aml_screening'] })
        expect(await call(edge, 'jwt', documents, 'POST /document-processing')).toBe('200')
        expect(await call(edge, 'jwt', screening, 'POST /screening/request')).toBe('200')
        expect(await call(edge, 'jwt', screening, 'POST /document-processing')).toMatch(/^403/)
      },
    'Invalidate a key — immediately revokes access (cannot be undone)': async (edge) => {
      const key = await edge.mint('jwt')
      const at = 'GET /document-processing'
      for (let i = 0; i < 3; i++) expect(await call(edge, 'jwt', key, at)).toBe('200')
      await edge.sql(`UPDATE credentials SET revoked_at = 1 WHERE id = '${key.id}'`)
      await edge.sync()
      expect(await call(edge, 'jwt', key, at)).toBe('401 key_revoked')
    },
    '401 Unauthorized | Missing or malformed Authorization header, or the API key JWT is invalid/expired':
      unauthorized,
    '403 Forbidden | The API key is valid but does not have permission to access the requested product':
      only('aml_screening', SCREENING),
    'Use separate keys for development and production environments': async (edge) => {
      for (const environment of ['live', 'sandbox'] as const) {
        expect(await callWith(edge, 'jwt', { environment }, 'GET /document-processing')).toBe('200')
        expect(edge.upstream.received.at(-1)?.target).toBe(`/${environment}/document-processing`)
      }
    },
    'Restrict each key to only the products it needs': only('aml_screening', SCREENING),
    ...DOSSIERS_CONSOLE,
  },
  nothing: [
    'Getting Your API Key',
    'Using Your API Key',
    'Code',
    'Product Permissions',
    'Product | Endpoints',
    'Key Management',
    'Error Responses',
    'Status Code | Meaning',
    'Security Best Practices',
    'Store API keys in environment variables or a secrets manager — never commit them to source control',
  ],
}
