// What seed 001 says of publishable keys.

import { expect } from 'vitest'

import { call, callWith, type Check } from './seed.ts'

const CREATE = 'POST /api/v1/sessions'
const READ = 'GET /api/v1/sessions'

const onlyCreates: Check = async (edge) => {
  const key = await edge.mint('publishable')
  expect(await call(edge, 'publishable', key, CREATE)).toBe('200')
  const others = [
    READ,
    'GET /api/v1/sessions/s1',
    'GET /api/v1/sessions/s1/result',
    'GET /api/v1/results/r1',
    'GET /api/v1/identities',
    'PATCH /api/v1/sessions/s1',
    'DELETE /api/v1/sessions/s1',
    'POST /api/v1/sessions/s1/documents',
    'POST /api/v1/webhooks',
    'GET /api/v1/api-keys',
  ]
  for (const at of others) {
    expect([at, await call(edge, 'publishable', key, at)]).toEqual([at, '403 publishable_not_open'])
  }
}

export const origins: Check = async (edge) => {
  const key = await edge.mint('publishable', { origins: ['https://app.example.com'] })
  const from = (origin: string) => call(edge, 'publishable', key, CREATE, { origin })
  expect(await from('https://app.example.com')).toBe('200')
  expect(await from('https://elsewhere.example')).toBe('403 origin_not_allowed')
  expect(await call(edge, 'publishable', key, CREATE)).toBe('403 origin_missing')
  expect(await callWith(edge, 'publishable', {}, CREATE, { origin: 'https://any.example' })).toBe(
    '200',
  )
}

export const publishableRows: Readonly<Record<string, Check>> = {
  'Publishable keys are designed for use in frontend code (browsers, SPAs, mobile webviews).':
    async (edge) => {
      const origin = 'https://shop.example'
      const preflight = await edge.fetch('/api/v1/sessions', {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'x-api-key',
        },
      })
      expect(preflight.status).toBe(204)
      expect(preflight.headers.get('access-control-allow-headers')).toMatch(/x-api-key/i)
      const key = await edge.mint('publishable')
      const headers = { origin, 'x-api-key': key.value, 'sec-fetch-site': 'cross-site' }
      const answer = await edge.fetch('/api/v1/sessions', { method: 'POST', headers })
      await answer.body?.cancel()
      expect(answer.status).toBe(200)
      expect(answer.headers.get('access-control-allow-origin')).toBe(origin)
    },
  'They can only create verification sessions — they cannot read results, access PII, or manage resources.':
    onlyCreates,
  'They can only call POST /api/v1/sessions (scope: sessions:create)': async (edge) => {
    await onlyCreates(edge)
    expect(await callWith(edge, 'publishable', { scopes: [] }, CREATE)).toBe('403 scope_missing')
  },
  'Session creation responses contain no sensitive data': async (edge) => {
    const key = await edge.mint('publishable')
    const headers = { 'x-api-key': key.value, origin: 'https://shop.example' }
    const answer = await edge.fetch('/api/v1/sessions', { method: 'POST', headers })
    const told = JSON.stringify([[...answer.headers], await answer.text()])
    for (const secret of [key.value, key.id, 'org_test', 'x-edge-', 'assertion']) {
      expect(told).not.toContain(secret)
    }
  },
  'Result retrieval requires a secret key on your server': async (edge) => {
    const at = 'GET /api/v1/sessions/s1/result'
    expect(await callWith(edge, 'publishable', {}, at)).toBe('403 publishable_not_open')
    expect(await callWith(edge, 'secret', {}, at)).toBe('200')
  },
  'They have a stricter rate limit (10 requests/minute)': async (edge) => {
    const key = await edge.mint('publishable')
    for (let i = 0; i < 10; i++) expect(await call(edge, 'publishable', key, CREATE)).toBe('200')
    expect(await call(edge, 'publishable', key, CREATE)).toBe('429 rate_limited')
  },
  'You can optionally restrict them to specific origins (domains)': origins,
}
