// What crosses the gate, and what does not, in both directions.

import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { freePort } from '../harness/free-port.ts'
import { startUpstream, type RecordingUpstream } from '../harness/upstream.ts'
import { newState, startDev, writeDevVars, type DevProcess } from './dev-process.ts'
import { apiKey, bearer, send } from './send.ts'

const state = newState()
let dev: DevProcess
/** Stands for AML Screening; it sees names, order and duplicates as they came over the wire. */
let own: RecordingUpstream

beforeAll(async () => {
  own = await startUpstream()
  await writeDevVars(state.dir, {
    UPSTREAMS: {
      aml_screening: { live: own.url },
      verifa: { sandbox: `http://127.0.0.1:${await freePort()}` },
    },
  })
  dev = await startDev(state.dir)
})
afterAll(async () => {
  await dev.stop()
  await own.stop()
  state.remove()
})

test('the upstream is told who calls, with an assertion that the JWKS verifies', async () => {
  const headers = { ...bearer(dev.value('access_token')), 'x-approver-department': 'retail' }
  const answer = await send(dev.url, '/api/v1/ingest?source=scan', {
    method: 'POST',
    headers,
    body: 'x',
  })
  const { received } = answer.upstream()
  const { id } = dev.demo.credentials['access_token'] ?? {}
  expect(received).toMatchObject({ path: '/api/v1/ingest', query: 'source=scan', body_bytes: 1 })
  expect(received.headers).toMatchObject({
    'x-edge-request-id': answer.headers['x-request-id'],
    'x-edge-org-id': 'org_demo',
    'x-edge-key-id': id,
    'x-edge-key-type': 'access_token',
    'x-edge-environment': 'live',
    'x-edge-product': 'vault',
    'x-edge-scopes': 'ingest search',
    'x-edge-service-user': 'su_demo',
    'x-edge-source-system': 'vkyc',
    'x-edge-client-ip': '127.0.0.1',
    'x-approver-department': 'retail',
  })
  const keys = createRemoteJWKSet(new URL(`${dev.url}/.well-known/jwks.json`))
  const { payload } = await jwtVerify(received.headers['x-edge-assertion'] ?? '', keys, {
    algorithms: ['EdDSA'],
    issuer: dev.url,
    audience: 'vault',
    typ: 'vk-assertion+jwt',
  })
  expect(payload).toMatchObject({ sub: id, org: 'org_demo', env: 'live', service_user: 'su_demo' })
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBeLessThanOrEqual(60)
})

test('nothing that the client sends poses as identity; no credential goes up', async () => {
  own.received.length = 0
  const token = dev.value('jwt_full')
  const forged = {
    'X-Edge-Org-Id': 'org_forged',
    X_Edge_Org_Id: 'org_forged',
    'x.edge.org.id': 'org_forged',
    'X-EDGE_Assertion': 'forged',
    'X-Forwarded-For': '203.0.113.7',
    Forwarded: 'for=203.0.113.7',
    'X-Real-IP': '203.0.113.7',
    'X-Original-URL': '/admin',
    'X-HTTP-Method-Override': 'DELETE',
    Cookie: 'session=1',
    Connection: 'close, X-Mine',
    'X-Mine': '1',
    'X-Passes': ['one', 'two'],
  }
  const headers = { ...forged, ...bearer(token), 'Content-Type': 'text/plain' }
  const answer = await send(dev.url, '/screening/request', { method: 'POST', headers, body: 'x' })
  expect(answer.status).toBe(200)
  const [one] = own.received
  if (!one) throw new Error('nothing reached the upstream')
  const { rawHeaders, headers: received } = one
  const text = JSON.stringify(rawHeaders)
  for (const secret of [token, 'org_forged', 'forged', '203.0.113.7', '/admin', 'session=1']) {
    expect(text).not.toContain(secret)
  }
  expect(received).not.toHaveProperty('x-mine')
  expect(received['x-passes']).toBe('one, two')
  const identity = rawHeaders
    .map(([name]) => name.toLowerCase())
    .filter((n) => n.startsWith('x-edge-'))
  expect(new Set(identity).size).toBe(identity.length)
  expect(received['x-edge-org-id']).toBe('org_demo')
})

test('who reaches a demo upstream without the gate is refused there', async () => {
  const through = await send(dev.url, '/api/v1/sessions', {
    headers: apiKey(dev.value('secret_live')),
  })
  const { received } = through.upstream()
  const host = received.headers['host'] ?? ''
  const direct = await send(`http://${host}`, '/api/v1/sessions', {
    headers: { 'x-edge-org-id': 'org_demo' },
  })
  expect(direct.status).toBe(401)
  expect(direct.upstream().assertion.valid).toBe(false)
})

test("the upstream's CORS, identity and connection headers do not reach the client", async () => {
  const hostile = await send(dev.url, '/api/v1/demo/hostile', {
    headers: apiKey(dev.value('secret_live')),
  })
  const usual = own.answer
  own.answer = (_request, response) => {
    response.writeHead(200, {
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Allow-Credentials': 'true',
      'X-Edge-Org-Id': 'org_forged',
      Connection: 'close, X-Internal',
      'X-Internal': '1',
      'Content-Type': 'application/json',
    })
    response.end('{}')
  }
  const headers = bearer(dev.value('jwt_full'))
  const wire = await send(dev.url, '/high-risk/search', { method: 'POST', headers })
  own.answer = usual
  for (const answer of [hostile, wire]) {
    expect(answer.status).toBe(200)
    const names = Object.keys(answer.headers)
    expect(names.filter((name) => /^access-control-|^x-edge-/.test(name))).toEqual([])
    expect(answer.headers['cache-control']).toBe('private, no-store')
  }
  expect(wire.headers).not.toHaveProperty('x-internal')
})

test('a redirect is handed back, not followed', async () => {
  const headers = apiKey(dev.value('secret_live'))
  const to = `${own.url}/elsewhere`
  own.received.length = 0
  const answer = await send(dev.url, `/api/v1/demo/redirect?to=${encodeURIComponent(to)}`, {
    headers,
  })
  expect([answer.status, answer.headers.location]).toEqual([302, to])
  expect(own.received).toEqual([])
})

test('an upstream that does not begin to answer in time: 504', async () => {
  const started = Date.now()
  const headers = apiKey(dev.value('secret_live'))
  const answer = await send(dev.url, '/api/v1/demo/slow?ms=10000', { headers })
  expect(answer.json()).toEqual({
    error: 'gateway_timeout',
    detail: 'The upstream did not answer in time.',
    status_code: 504,
  })
  expect(answer.status).toBe(504)
  expect(answer.headers['x-edge-reason']).toBe('upstream_timeout')
  expect(Date.now() - started).toBeGreaterThanOrEqual(1_900)
  expect((await send(dev.url, '/api/v1/demo/slow?ms=300', { headers })).status).toBe(200)
})

test('an upstream that is not there: 502, with a fixed text', async () => {
  const headers = apiKey(dev.value('secret_sandbox'))
  const answer = await send(dev.url, '/api/v1/sessions', { headers })
  expect(answer.json()).toEqual({
    error: 'bad_gateway',
    detail: 'The upstream could not be reached.',
    status_code: 502,
  })
  expect(answer.status).toBe(502)
  expect(answer.headers['x-edge-reason']).toBe('upstream_unreachable')
})
