// The wire: exact bodies, challenges, preflights, and what is the edge's own.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { startEdge, type TestEdge } from '../harness/edge.ts'
import { outcome, present, refusalOf } from './call.ts'

let edge: TestEdge
beforeAll(async () => {
  edge = await startEdge()
})
afterAll(() => edge.stop())

const SESSIONS = '/api/v1/sessions'

describe('bodies, byte for byte', () => {
  test('401', async () => {
    const answer = await edge.fetch(SESSIONS)
    expect(await answer.text()).toBe(
      '{"error":"unauthorized","detail":"Invalid or missing API key.","status_code":401}',
    )
  })

  test('403', async () => {
    const headers = present('secret', await edge.mint('secret'))
    const answer = await edge.fetch('/api/v1/webhooks', { method: 'POST', headers })
    expect(await answer.text()).toBe(
      '{"error":"forbidden","detail":"API key does not have the required scope: webhooks:write","status_code":403}',
    )
  })

  test('every 401 says the same, whatever was wrong', async () => {
    const revoked = await edge.mint('secret')
    await edge.sql(`UPDATE credentials SET revoked_at = 1 WHERE id = '${revoked.id}'`)
    const presented: Record<string, string>[] = [
      {},
      { 'x-api-key': 'nonsense' },
      present('secret', revoked),
      { authorization: 'Bearer nonsense' },
      { authorization: 'Basic bm9uc2Vuc2U=' },
    ]
    for (const headers of presented) {
      const refusal = await refusalOf(await edge.fetch(SESSIONS, { headers }))
      expect(refusal).toMatchObject({ status: 401, detail: 'Invalid or missing API key.' })
    }
  })
})

const challenges = async (headers: Record<string, string>): Promise<string> => {
  const answer = await edge.fetch(SESSIONS, { headers })
  await answer.body?.cancel()
  return answer.headers.get('www-authenticate') ?? ''
}

describe('WWW-Authenticate', () => {
  test('names both schemes, without an error where nothing was presented', async () => {
    expect(await challenges({})).toBe('ApiKey realm="portcullis", Bearer realm="portcullis"')
  })

  test('says invalid_token of a bearer token, and of nothing else', async () => {
    expect(await challenges({ authorization: 'Bearer nonsense' })).toContain(
      'error="invalid_token"',
    )
    expect(await challenges({ 'x-api-key': 'nonsense' })).not.toContain('error')
  })
})

const preflight = (path: string, method: string, origin = 'https://app.example.com') =>
  edge.fetch(path, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'content-type,x-api-key',
    },
  })

describe('preflights', () => {
  test('on the route that is open to publishable keys: 204 with what a browser needs', async () => {
    const answer = await preflight(SESSIONS, 'POST')
    expect(answer.status).toBe(204)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'access-control-allow-origin': 'https://app.example.com',
      'access-control-allow-methods': 'POST',
      vary: 'Origin',
    })
    expect(answer.headers.get('access-control-allow-headers')?.toLowerCase()).toContain('x-api-key')
    expect(Number(answer.headers.get('access-control-max-age'))).toBeGreaterThan(0)
    expect(answer.headers.has('access-control-allow-credentials')).toBe(false)
    expect(answer.headers.get('x-request-id')).not.toBeNull()
  })

  test.each([
    [SESSIONS, 'GET'],
    [SESSIONS, 'DELETE'],
    [SESSIONS, 'post'],
    ['/api/v1/sessions/s1', 'GET'],
    ['/api/v1/webhooks', 'POST'],
    ['/document-processing', 'POST'],
    ['/api/v1/ingest', 'POST'],
    ['/nowhere', 'GET'],
  ])('on %s for %s: no CORS headers', async (path, method) => {
    const answer = await preflight(path, method)
    expect(answer.status).toBe(403)
    const names = [...answer.headers.keys()]
    expect(names.filter((name) => name.startsWith('access-control-'))).toEqual([])
  })

  test('on a path of two meanings: 400', async () => {
    const answer = await preflight('/api/v1%2fsessions', 'POST')
    expect(await refusalOf(answer)).toMatchObject({ status: 400, reason: 'path_ambiguous' })
  })

  test('an origin that is none is never echoed', async () => {
    for (const origin of ['null', '*', 'x', 'https://a.example/', 'https://a b']) {
      const answer = await preflight(SESSIONS, 'POST', origin)
      expect(answer.headers.has('access-control-allow-origin')).toBe(false)
    }
  })

  test('is answered although the database has gone', async () => {
    const broken = await startEdge({ onLog: () => undefined })
    try {
      const key = await broken.mint('secret')
      await broken.sql('DROP TABLE credential_origins; DROP TABLE credential_ips')
      const headers = { origin: 'https://a.example', 'access-control-request-method': 'POST' }
      const answer = await broken.fetch(SESSIONS, { method: 'OPTIONS', headers })
      expect(answer.status).toBe(204)
      const call = await broken.fetch(SESSIONS, { headers: present('secret', key) })
      expect(await refusalOf(call)).toMatchObject({ status: 503, reason: 'records_unreachable' })
      expect(broken.upstream.received).toEqual([])
    } finally {
      await broken.stop()
    }
  })
})

describe('an answer on a route that is not open to publishable keys', () => {
  test('has no CORS headers, forwarded or refused', async () => {
    const headers = { ...present('secret', await edge.mint('secret')), origin: 'https://a.example' }
    for (const path of [SESSIONS, '/api/v1/webhooks', '/nowhere']) {
      const answer = await edge.fetch(path, { headers })
      await answer.body?.cancel()
      const names = [...answer.headers.keys()]
      expect(names.filter((name) => name.startsWith('access-control-'))).toEqual([])
    }
  })
})

describe('what is the edge’s own is never forwarded', () => {
  test.each([
    ['GET', '/edge'],
    ['GET', '/edge/'],
    ['GET', '/edge/anything/else'],
    ['PUT', '/edge/health'],
    ['DELETE', '/.well-known/jwks.json'],
    ['GET', '/%65dge/v1/nothing'],
  ])('%s %s', async (method, path) => {
    const headers = present('secret', await edge.mint('secret'))
    const seen = await outcome(edge, path, { method, headers })
    expect(seen).toMatch(/^40[1345] /)
  })

  test('health answers without a credential, and with any Host', async () => {
    const answer = await edge.fetch('/edge/health')
    expect(answer.status).toBe(200)
    expect(await answer.text()).toBe('{"status":"ok"}')
    const other = await edge.raw('GET /edge/health HTTP/1.1\r\nHost: probe.internal\r\n\r\n')
    expect(other.status).toBe(200)
    expect(edge.upstream.received.filter(({ target }) => target.includes('health'))).toEqual([])
  })
})
