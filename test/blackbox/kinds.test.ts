// Which kind of credential may do what, in which environment, for which organization.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { Kind } from '../../src/catalog/define.ts'
import { insertOrganization } from '../../src/dev/statements.ts'
import { startEdge, type CredentialOptions, type TestEdge } from '../harness/edge.ts'
import { outcome, present, refusalOf } from './call.ts'

let edge: TestEdge
beforeAll(async () => {
  edge = await startEdge()
})
afterAll(() => edge.stop())

const KINDS: readonly Kind[] = ['secret', 'publishable', 'jwt', 'access_token']
const DEPARTMENT = { 'x-approver-department': 'retail' }

/** One row of each product, and the kinds that it accepts. */
const doors: readonly (readonly [method: string, path: string, product: string, ...Kind[]])[] = [
  ['POST', '/api/v1/sessions', 'verifa', 'secret', 'publishable'],
  ['POST', '/document-processing', 'document_verification', 'jwt'],
  ['POST', '/screening/request', 'aml_screening', 'jwt'],
  ['POST', '/api/v1/ingest', 'vault', 'access_token'],
]

describe('each product accepts its kinds of credential and no other', () => {
  const cases = doors.flatMap(([method, path, product, ...accepted]) =>
    KINDS.map((kind) => ({ kind, method, path, product, accepted: accepted.includes(kind) })),
  )
  test.each(cases)('$kind, $method $path: $accepted', async ({ accepted, ...at }) => {
    const key = await edge.mint(at.kind)
    const headers = { ...present(at.kind, key), ...DEPARTMENT }
    const seen = await outcome(edge, at.path, { method: at.method, headers })
    expect(seen).toBe(accepted ? '200' : '403 kind_not_accepted')
  })
})

describe('publishable keys may only create verification sessions', () => {
  const refused = [
    ['GET', '/api/v1/sessions'],
    ['GET', '/api/v1/sessions/s1'],
    ['GET', '/api/v1/sessions/s1/result'],
    ['PATCH', '/api/v1/sessions/s1'],
    ['POST', '/api/v1/sessions/s1/documents'],
    ['GET', '/api/v1/identities'],
    ['POST', '/api/v1/webhooks'],
  ] as const
  test.each(refused)('%s %s is refused', async (method, path) => {
    const key = await edge.mint('publishable')
    const answer = await edge.fetch(path, { method, headers: present('publishable', key) })
    expect(await refusalOf(answer)).toEqual({
      status: 403,
      reason: 'publishable_not_open',
      detail: 'Publishable keys may only create verification sessions.',
    })
  })

  test('also when a row of D1 says they have the scopes', async () => {
    const key = await edge.mint('publishable', { scopes: ['sessions:create', 'sessions:read'] })
    const headers = present('publishable', key)
    expect(await outcome(edge, '/api/v1/sessions', { headers })).toBe('403 publishable_not_open')
  })
})

describe('the environment of a credential is the environment that it reaches', () => {
  const cases = doors.flatMap(([method, path, , ...accepted]) =>
    accepted.flatMap((kind) =>
      (['live', 'sandbox'] as const).map((environment) => ({ kind, method, path, environment })),
    ),
  )
  test.each(cases)('$kind $environment, $method $path', async ({ kind, environment, ...at }) => {
    const key = await edge.mint(kind, { environment })
    const headers = { ...present(kind, key), ...DEPARTMENT, 'x-edge-environment': 'live' }
    expect(await outcome(edge, at.path, { method: at.method, headers })).toBe('200')
    const received = edge.upstream.received.at(-1)
    expect(received?.target).toBe(`/${environment}${at.path}`)
    expect(received?.headers['x-edge-environment']).toBe(environment)
  })

  test('a product without that environment refuses, and nothing reaches the other', async () => {
    const { url } = edge.upstream
    const only = await startEdge({ bindings: { UPSTREAMS: { verifa: { live: `${url}/live` } } } })
    try {
      const key = await only.mint('secret', { environment: 'sandbox' })
      const answer = await only.fetch('/api/v1/sessions', { headers: present('secret', key) })
      expect(await refusalOf(answer)).toMatchObject({
        status: 403,
        reason: 'environment_not_configured',
      })
      const jwt = await only.mint('jwt')
      const path = '/document-processing'
      expect(await outcome(only, path, { headers: present('jwt', jwt) })).toBe(
        '403 environment_not_configured',
      )
    } finally {
      await only.stop()
    }
  })
})

async function inOrganization(products: string[], kind: Kind, options: CredentialOptions = {}) {
  const id = `org_${crypto.randomUUID().replaceAll('-', '')}`
  await edge.sql(insertOrganization({ id, name: 'Small', plan: 'free', products }))
  return present(kind, await edge.mint(kind, { ...options, organization: id }))
}

describe('products are those of the key and of the organization', () => {
  test('an organization without the product is refused', async () => {
    const headers = await inOrganization(['document_verification'], 'jwt')
    const method = 'POST'
    expect(await outcome(edge, '/document-processing', { method, headers })).toBe('200')
    expect(await outcome(edge, '/screening/request', { method, headers })).toBe(
      '403 organization_lacks_product',
    )
    const secret = await inOrganization(['vault'], 'secret')
    expect(await outcome(edge, '/api/v1/sessions', { headers: secret })).toBe(
      '403 organization_lacks_product',
    )
  })

  test('a product that the JWT names and its record has lost is refused', async () => {
    const key = await edge.mint('jwt')
    await edge.sql(`UPDATE credentials SET products = '["aml_screening"]' WHERE id = '${key.id}'`)
    await edge.sync()
    const headers = present('jwt', key)
    expect(await outcome(edge, '/document-processing', { headers })).toBe('403 product_not_granted')
  })

  test('a product that the record has and the JWT does not name is refused', async () => {
    const key = await edge.mint('jwt', { products: ['aml_screening'] })
    await edge.sql(
      `UPDATE credentials SET products = '["aml_screening","document_verification"]' WHERE id = '${key.id}'`,
    )
    await edge.sync()
    const headers = present('jwt', key)
    expect(await outcome(edge, '/document-processing', { headers })).toBe('403 product_not_granted')
  })
})

const ingest = (headers: Record<string, string>) =>
  outcome(edge, '/api/v1/ingest', { method: 'POST', headers })

describe('departments', () => {
  test('must be named, must be the service user’s, and are set again', async () => {
    const key = await edge.mint('access_token', { departments: ['retail', 'corporate'] })
    const headers = present('access_token', key)
    expect(await ingest(headers)).toBe('403 department_missing')
    const named = (value: string) => ({ ...headers, 'X-Approver-Department': value })
    for (const other of ['treasury', 'Retail', 'retail, corporate', 'retail corporate']) {
      expect(await ingest(named(other))).toBe('403 department_not_allowed')
    }
    expect(await ingest(named('corporate'))).toBe('200')
    const received = edge.upstream.received.at(-1)
    expect(received?.headers['x-approver-department']).toBe('corporate')
    expect(received?.headers['x-edge-service-user']).toMatch(/^su_/)
    expect(received?.headers['x-edge-source-system']).toBe('vkyc')
  })

  test('a service user without departments is refused where one is required', async () => {
    const key = await edge.mint('access_token', { departments: [] })
    const headers = { ...present('access_token', key), ...DEPARTMENT }
    expect(await ingest(headers)).toBe('403 department_not_allowed')
  })
})

describe('secret keys are not for browsers', () => {
  test.each(['cross-site', 'same-site', 'same-origin', 'none', 'whatever'])(
    'Sec-Fetch-Site: %s is refused',
    async (site) => {
      const key = await edge.mint('secret')
      const headers = { ...present('secret', key), 'sec-fetch-site': site }
      expect(await outcome(edge, '/api/v1/sessions', { headers })).toBe('403 secret_key_in_browser')
    },
  )

  test('a publishable key may come with it', async () => {
    const key = await edge.mint('publishable')
    const headers = { ...present('publishable', key), 'sec-fetch-site': 'cross-site' }
    expect(await outcome(edge, '/api/v1/sessions', { method: 'POST', headers })).toBe('200')
  })
})
