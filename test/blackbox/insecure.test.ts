// The built bundle with an https ISSUER: over a plain socket nothing is served, over https everything.

import { afterAll, beforeAll, expect, test } from 'vitest'

import { startEdge, type Minted, type TestEdge } from '../harness/edge.ts'
import { refusalOf } from './call.ts'

let edge: TestEdge
let key: Minted
beforeAll(async () => {
  const bindings = { ISSUER: 'https://edge.example.com', EDGE_HOSTS: ['localhost'] }
  edge = await startEdge({ bindings })
  key = await edge.mint('secret')
})
afterAll(() => edge.stop())

const https = (path: string, headers: Record<string, string> = {}) =>
  edge.mf.dispatchFetch(`https://edge.example.com${path}`, { headers })

test('over http a good key, a bad one and none are refused alike, and nobody is asked', async () => {
  const claims = { 'x-forwarded-proto': 'https', 'cf-visitor': '{"scheme":"https"}' }
  for (const headers of [{ 'x-api-key': key.value }, { 'x-api-key': 'vk_live_x' }, claims]) {
    const answer = await edge.fetch('/api/v1/sessions', { headers })
    expect(await refusalOf(answer)).toEqual({
      status: 403,
      reason: 'insecure',
      detail: 'Use https. A key that was sent without it may have been read: replace it.',
    })
  }
  expect(edge.upstream.received).toEqual([])
})

test('over https the same key passes, and pages keep browsers there', async () => {
  const answer = await https('/api/v1/sessions', { 'x-api-key': key.value })
  expect([answer.status, edge.upstream.received.length]).toEqual([200, 1])
  const page = await https('/edge/console/sign-in')
  expect(page.headers.get('strict-transport-security')).toBe('max-age=31536000')
})
