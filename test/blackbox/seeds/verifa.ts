// Seed 001: secret and publishable keys, scopes, environments, lists, errors.

import { expect } from 'vitest'

import { refusalOf } from '../call.ts'
import { VERIFA_CONSOLE } from './console.ts'
import { call, callWith, type Check, type Seed } from './seed.ts'
import { origins, publishableRows } from './verifa-publishable.ts'
import { scopeRows } from './verifa-scopes.ts'

const CREATE = 'POST /api/v1/sessions'
const READ = 'GET /api/v1/sessions'

const prefix =
  (kind: 'secret' | 'publishable', environment: 'live' | 'sandbox', form: RegExp): Check =>
  async (edge) => {
    const key = await edge.mint(kind, { environment })
    expect(key.value).toMatch(form)
    expect(await call(edge, kind, key, CREATE)).toBe('200')
    expect(edge.upstream.received.at(-1)?.target).toBe(`/${environment}/api/v1/sessions`)
  }

const separateEnvironments: Check = async (edge) => {
  for (const environment of ['live', 'sandbox'] as const) {
    for (const kind of ['secret', 'publishable'] as const) {
      expect(await callWith(edge, kind, { environment }, CREATE)).toBe('200')
      const { target, headers } = edge.upstream.received.at(-1) ?? {}
      expect(target).toBe(`/${environment}/api/v1/sessions`)
      expect(headers?.['x-edge-environment']).toBe(environment)
    }
  }
}

const notInBrowsers: Check = async (edge) => {
  const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://shop.example' }
  expect(await callWith(edge, 'secret', {}, READ, headers)).toBe('403 secret_key_in_browser')
}

const addresses: Check = async (edge) => {
  const key = await edge.mint('secret', { ips: ['203.0.113.7', '2001:db8::/32'] })
  const from = async (address: string): Promise<number> => {
    const answer = await edge.fetch('/api/v1/sessions', {
      headers: { 'x-api-key': key.value },
      address,
    })
    await answer.body?.cancel()
    return answer.status
  }
  expect(await from('203.0.113.7')).toBe(200)
  expect(await from('2001:db8:1::9')).toBe(200)
  expect(await from('203.0.113.8')).toBe(403)
  expect(await from('2001:db9::9')).toBe(403)
}

const unauthorized: Check = async (edge) => {
  for (const headers of [undefined, { 'x-api-key': 'vk_live_abc123def456' }]) {
    const answer = await edge.fetch('/api/v1/sessions', headers ? { headers } : {})
    expect(answer.status).toBe(401)
    expect(await answer.json()).toStrictEqual({
      error: 'unauthorized',
      detail: 'Invalid or missing API key.',
      status_code: 401,
    })
  }
}

const forbidden: Check = async (edge) => {
  const headers = { 'x-api-key': (await edge.mint('secret')).value }
  const answer = await edge.fetch('/api/v1/webhooks', { method: 'POST', headers })
  expect(answer.status).toBe(403)
  expect(await answer.json()).toStrictEqual({
    error: 'forbidden',
    detail: 'API key does not have the required scope: webhooks:write',
    status_code: 403,
  })
}

export const verifa: Seed = {
  file: '001_1af78b71be34adec.txt',
  shown: {
    'All API requests are authenticated using API keys passed in the X-API-Key header.': async (
      edge,
    ) => {
      const key = await edge.mint('secret')
      expect(await call(edge, 'secret', key, READ)).toBe('200')
      expect(await call(edge, 'jwt', key, READ)).toBe('401 credential_invalid')
      const answer = await edge.fetch(`/api/v1/sessions?api_key=${key.value}`)
      expect((await refusalOf(answer)).reason).toBe('credential_missing')
    },
    [`$curl https://api.withverifa.com/api/v1/sessions \\ > -H "X-API-Key: vk_live_your_key_here"`]:
      async (edge) => {
        const key = await edge.mint('secret')
        expect(key.value).toMatch(/^vk_live_[0-9A-Za-z]+$/)
        expect(await call(edge, 'secret', key, READ)).toBe('200')
      },
    'Verifa supports two types of API keys:': async (edge) => {
      for (const kind of ['secret', 'publishable'] as const) {
        expect(await callWith(edge, kind, {}, CREATE)).toBe('200')
        expect(edge.upstream.received.at(-1)?.headers['x-edge-key-type']).toBe(kind)
      }
      expect(await callWith(edge, 'access_token', {}, CREATE)).toBe('403 kind_not_accepted')
    },
    'Secret keys are used for server-side API calls.': notInBrowsers,
    'They have full access to your configured scopes and should never be exposed in client-side code.':
      async (edge) => {
        const scopes = ['cases:read', 'org:write']
        const key = await edge.mint('secret', { scopes })
        expect(await call(edge, 'secret', key, 'GET /api/v1/cases')).toBe('200')
        expect(await call(edge, 'secret', key, 'PATCH /api/v1/organization')).toBe('200')
        await notInBrowsers(edge)
      },
    'Productionvk_live_vk_live_abc123def456...': prefix(
      'secret',
      'live',
      /^vk_live_[0-9A-Za-z]{32}$/,
    ),
    'Sandboxvk_sandbox_vk_sandbox_abc123def456...': prefix(
      'secret',
      'sandbox',
      /^vk_sandbox_[0-9A-Za-z]{32}$/,
    ),
    'Productionvk_pub_live_vk_pub_live_abc123def456...': prefix(
      'publishable',
      'live',
      /^vk_pub_live_[0-9A-Za-z]{32}$/,
    ),
    'Sandboxvk_pub_sandbox_vk_pub_sandbox_abc123def456...': prefix(
      'publishable',
      'sandbox',
      /^vk_pub_sandbox_[0-9A-Za-z]{32}$/,
    ),
    ...publishableRows,
    'A sandbox key can only access sandbox resources, and a live key can only access live resources.':
      separateEnvironments,
    ...scopeRows,
    'Never expose secret keys in client-side code.': notInBrowsers,
    'Use publishable keys (vk_pub_*) for frontend integrations and keep secret keys on your server.':
      notInBrowsers,
    'Use separate keys for sandbox and production.': separateEnvironments,
    'This prevents test data from mixing with live verifications.': separateEnvironments,
    'Set allowed origins on publishable keys.': origins,
    'Restrict which domains can use your publishable key to prevent unauthorized usage.': origins,
    'For additional security, you can restrict API key usage to specific IP addresses or CIDR ranges.':
      addresses,
    'Contact support to configure IP allowlisting for your organization.': async (edge) => {
      const key = await edge.mint('secret')
      const list = `organization_ips (organization_id, cidr) VALUES ('org_test', '203.0.113.0/24')`
      await edge.sql(`INSERT INTO ${list}`)
      await edge.sync()
      expect(await call(edge, 'secret', key, READ)).toBe('403 address_not_allowed')
      await edge.sql(`DELETE FROM organization_ips WHERE organization_id = 'org_test'`)
      await edge.sql(`UPDATE organizations SET ip_restricted = 0 WHERE id = 'org_test'`)
      await edge.sync()
      expect(await call(edge, 'secret', key, READ)).toBe('200')
    },
    'If the API key is missing or invalid, the API returns 401 Unauthorized:': unauthorized,
    '1{ 2 "error": "unauthorized", 3 "detail": "Invalid or missing API key.", 4 "status_code": 401 5}':
      unauthorized,
    'If the key lacks the required scope for an endpoint, the API returns 403 Forbidden:':
      forbidden,
    '1{ 2 "error": "forbidden", 3 "detail": "API key does not have the required scope: webhooks:write", 4 "status_code": 403 5}':
      forbidden,
    'Rate Limiting — Plan-based rate limits per key': async (edge) => {
      const quota = async (): Promise<string | null> => {
        const headers = { 'x-api-key': (await edge.mint('secret')).value }
        const answer = await edge.fetch('/api/v1/sessions', { headers })
        await answer.body?.cancel()
        return answer.headers.get('x-ratelimit-limit')
      }
      for (const [plan, limit] of [
        ['free', '300'],
        ['starter', '600'],
        ['enterprise', '1000'],
      ]) {
        await edge.sql(`UPDATE organizations SET plan = '${plan}' WHERE id = 'org_test'`)
        expect(await quota()).toBe(limit)
      }
    },
    ...VERIFA_CONSOLE,
  },
  nothing: [
    'Authentication',
    'Key types',
    'Secret keys (default)',
    'EnvironmentPrefixExample',
    'Publishable keys',
    'Publishable keys are safe to embed in JavaScript because:',
    'Use publishable keys with the verifa.js SDK for the simplest possible frontend integration.',
    'Scopes',
    'Default scopes',
    'Management scopes',
    'ScopeDescription',
    'Security best practices',
    'IP allowlisting',
    'Error responses',
    'JavaScript SDK — Using publishable keys with verifa.js',
  ],
}
