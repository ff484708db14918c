// Seed 002: service users and their access tokens.

import { expect } from 'vitest'

import { refusalOf } from '../call.ts'
import { VAULT_CONSOLE } from './console.ts'
import { call, callWith, type Check, type Seed } from './seed.ts'

const RETAIL = { 'x-approver-department': 'retail' }
const INGEST = 'POST /api/v1/ingest'
const SEARCHES = ['GET /api/v1/search/customer', 'GET /api/v1/search/documents']

/** The call of the seed's cURL line: a multipart form with two parts. */
const curl: Check = async (edge) => {
  const { id, value } = await edge.mint('access_token')
  const body = new FormData()
  body.append('file', new Blob(['%PDF-1.7'], { type: 'application/pdf' }), 'document.pdf')
  body.append('metadata', '{"source_tag":"vkyc","external_id":"session-123","department":"retail"}')
  const headers = { authorization: `Bearer ${value}`, 'X-Approver-Department': 'retail' }
  const answer = await edge.fetch('/api/v1/ingest', { method: 'POST', headers, body })
  expect(answer.status).toBe(200)
  await answer.body?.cancel()
  const received = edge.upstream.received.at(-1)
  expect(received?.target).toBe('/live/api/v1/ingest')
  expect(received?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/)
  expect(received?.body).toContain('"external_id":"session-123"')
  expect(received?.body).toContain('filename="document.pdf"')
  expect(received?.headers['x-approver-department']).toBe('retail')
  expect(received?.headers['x-edge-service-user']).toBe(`su_${id.slice(4)}`)
  expect(JSON.stringify(received?.rawHeaders)).not.toContain(value)
}

/** Every forwarded call names the service user, also in what the edge signed. */
const attributed: Check = async (edge) => {
  const key = await edge.mint('access_token')
  for (const at of [INGEST, ...SEARCHES, 'GET /api/v1/documents/d1/download']) {
    expect(await call(edge, 'access_token', key, at, RETAIL)).toBe('200')
    const headers = edge.upstream.received.at(-1)?.headers ?? {}
    expect(headers['x-edge-service-user']).toBe(`su_${key.id.slice(4)}`)
    expect(headers['x-edge-source-system']).toBe('vkyc')
    const claims = Buffer.from(headers['x-edge-assertion']?.split('.')[1] ?? '', 'base64url')
    expect(JSON.parse(claims.toString())).toMatchObject({
      service_user: `su_${key.id.slice(4)}`,
      source_system: 'vkyc',
    })
  }
}

export const vault: Seed = {
  file: '002_c4bd2c69b52a5950.txt',
  shown: {
    'VKYC, Document Service, and other source systems use these credentials for ingest and search API calls.':
      async (edge) => {
        const key = await edge.mint('access_token')
        for (const at of [INGEST, ...SEARCHES]) {
          expect(await call(edge, 'access_token', key, at, RETAIL)).toBe('200')
        }
        for (const at of ['GET /api/v1/sessions', 'POST /document-processing']) {
          expect(await call(edge, 'access_token', key, at, RETAIL)).toBe('403 kind_not_accepted')
        }
      },
    'Machine-to-machine authentication is separate from human portal login.': async (edge) => {
      const { value } = await edge.mint('access_token')
      const headers = { cookie: `session=${value}; access_token=${value}` }
      const answer = await edge.fetch('/api/v1/search/customer', { headers })
      expect((await refusalOf(answer)).reason).toBe('credential_missing')
    },
    'Copy the token immediately; it is used as the bearer credential in API calls.': async (
      edge,
    ) => {
      const key = await edge.mint('access_token')
      expect(key.value).toMatch(/^vk_tok_live_[0-9A-Za-z]{32}$/)
      const [at = ''] = SEARCHES
      expect(await call(edge, 'access_token', key, at)).toBe('200')
      expect(await call(edge, 'secret', key, at)).toBe('401 credential_invalid')
      const [row] = await edge.sql(`SELECT * FROM credentials WHERE id = '${key.id}'`)
      expect(JSON.stringify(row)).not.toContain(key.value.slice(-32))
    },
    'Reference the token in ingest requests:': curl,
    [`curl -X POST '/api/v1/ingest' \\ -H 'Authorization: Bearer <access_token>' \\ -H 'X-Approver-Department: retail' \\ -F 'file=@./document.pdf' \\ -F 'metadata={"source_tag":"vkyc","external_id":"session-123","document_category":"kyc_vkyc","department":"retail"}'Benefits`]:
      async (edge) => {
        await curl(edge)
        expect(await callWith(edge, 'access_token', {}, INGEST)).toBe('403 department_missing')
        const other = { 'x-approver-department': 'treasury' }
        expect(await callWith(edge, 'access_token', {}, INGEST, other)).toBe(
          '403 department_not_allowed',
        )
      },
    'Authenticated machine push: Every integrator call is tied to a known service identity.':
      attributed,
    'Token rotation: Mint new tokens without changing service user configuration.': async (
      edge,
    ) => {
      const first = await edge.mint('access_token')
      const serviceUser = `su_${first.id.slice(4)}`
      const row = () => edge.sql(`SELECT * FROM service_users WHERE id = '${serviceUser}'`)
      const before = await row()
      const second = await edge.mint('access_token', { serviceUser })
      for (const key of [first, second]) {
        expect(await call(edge, 'access_token', key, INGEST, RETAIL)).toBe('200')
        expect(edge.upstream.received.at(-1)?.headers['x-edge-service-user']).toBe(serviceUser)
      }
      await edge.sql(`UPDATE credentials SET revoked_at = 1 WHERE id = '${first.id}'`)
      await edge.sync()
      expect(await call(edge, 'access_token', first, INGEST, RETAIL)).toBe('401 key_revoked')
      expect(await call(edge, 'access_token', second, INGEST, RETAIL)).toBe('200')
      expect(await row()).toEqual(before)
    },
    'Enter a name and source system identifier.': async (edge) => {
      const user = (source: string): Promise<unknown> =>
        edge.sql(
          `INSERT INTO service_users (id, organization_id, name, source_system) VALUES ('su_${crypto.randomUUID().replaceAll('-', '')}', 'org_test', 'N', '${source}')`,
        )
      for (const source of ['vkyc', 'doc_service', 'branch_scan']) await user(source)
      for (const source of ['', 'V KYC', 'vkyc\nX-Edge-Org-Id: x', 'é']) {
        await expect(user(source)).rejects.toThrow('CHECK')
      }
    },
    ...VAULT_CONSOLE,
  },
  nothing: [
    'API Keys',
    'Overview',
    'Key Features',
    'Implementation',
    'Step 1: Create a service user',
    'Step 2: Mint an access token',
    'Step 3: Use in integrations',
    'Next Steps',
  ],
}
