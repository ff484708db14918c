import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { signAssertion, type AssertedRequest } from '../../src/credentials/assertion.ts'
import { verifyJwt } from '../../src/credentials/jwt.ts'
import { mintJwt } from '../../src/credentials/mint-jwt.ts'
import {
  generateSigningKey,
  loadSigningKeys,
  publicJwks,
} from '../../src/credentials/signing-keys.ts'
import { issuerOf, PRODUCTS } from './fixtures.ts'
import { json, serve, type JwksServer } from './jwks-server.ts'
import { createEdgeVerifier } from './upstream-example.ts'

const key = await generateSigningKey()
const signingKeys = await loadSigningKeys([key])
const NOW_MS = Date.now() // the upstream's verifier has a clock of its own
const FACTS = {
  issuer: 'https://edge.example.com',
  keyId: 'key_1',
  org: 'org_1',
  env: 'live',
  keyType: 'access_token',
  scopes: ['ingest', 'search'],
  product: 'vault',
  serviceUser: 'su_1',
  sourceSystem: 'crm',
  departments: ['claims'],
} as const
const REQUEST = {
  method: 'POST',
  path: '/api/v1/ingest',
  clientIp: '192.0.2.7',
  requestId: 'req_1',
  department: 'claims',
}

test('an assertion says who called, for which product, for 60 seconds', async () => {
  const { token, expiresAtMs } = await signAssertion(signingKeys, FACTS, 1_767_225_600_999)
  expect(expiresAtMs).toBe(1_767_225_660_000)
  expect(decodeProtectedHeader(token)).toEqual({
    alg: 'EdDSA',
    typ: 'vk-assertion+jwt',
    kid: key.kid,
  })
  expect(decodeJwt(token)).toEqual({
    iss: 'https://edge.example.com',
    aud: 'vault',
    sub: 'key_1',
    iat: 1_767_225_600,
    exp: 1_767_225_660,
    org: 'org_1',
    env: 'live',
    key_type: 'access_token',
    scopes: ['ingest', 'search'],
    product: 'vault',
    service_user: 'su_1',
    source_system: 'crm',
    departments: ['claims'],
  })
})

test('what a key does not have is absent, not null', async () => {
  const { serviceUser: _u, sourceSystem: _s, departments: _d, ...facts } = FACTS
  const claims = decodeJwt((await signAssertion(signingKeys, facts, NOW_MS)).token)
  for (const name of ['service_user', 'source_system', 'departments', 'method', 'department']) {
    expect(claims).not.toHaveProperty(name)
  }
})

test('an assertion for a request is bound to that request as well', async () => {
  const { token } = await signAssertion(signingKeys, FACTS, NOW_MS, REQUEST)
  expect(decodeJwt(token)).toMatchObject({
    sub: 'key_1',
    method: 'POST',
    path: '/api/v1/ingest',
    client_ip: '192.0.2.7',
    request_id: 'req_1',
    department: 'claims',
  })
})

test('an assertion sent back as an API key is refused for its typ', async () => {
  const { token } = await signAssertion(signingKeys, FACTS, NOW_MS)
  const issuer = issuerOf(signingKeys, { audience: 'vault' })
  const outcome = await verifyJwt(token, [issuer], PRODUCTS, NOW_MS)
  expect(outcome).toEqual({ ok: false, error: 'typ_unexpected' })
})

describe('the verifier that docs/upstream.md gives to upstreams', () => {
  let server: JwksServer
  beforeAll(async () => {
    server = await serve(json(publicJwks([key])))
  })
  afterAll(() => server[Symbol.asyncDispose]())

  test('is in the document, word for word', () => {
    const root = new URL('../../', import.meta.url)
    const document = readFileSync(new URL('docs/upstream.md', root), 'utf8')
    const example = readFileSync(new URL('test/credentials/upstream-example.ts', root), 'utf8')
    expect(document).toContain(`\`\`\`ts\n${example}\`\`\`\n`)
  })

  type Verify = ReturnType<typeof createEdgeVerifier>
  /** What the developer reads. */
  let log: string[] = []
  beforeEach(() => (log = []))
  const verifier = (environment: 'live' | 'sandbox' = 'live'): Verify =>
    createEdgeVerifier(server.origin, 'vault', environment, (reason) => log.push(reason))
  /** What the verifier says of an assertion header, as the product `vault`. */
  async function verify(assertion: string | undefined) {
    const headers = new Headers(assertion === undefined ? {} : { 'X-Edge-Assertion': assertion })
    return verifier()(headers)
  }
  async function sign(
    over: object = {},
    nowMs = NOW_MS,
    request?: AssertedRequest,
  ): Promise<string> {
    const facts = { ...FACTS, issuer: server.origin, ...over }
    return (await signAssertion(signingKeys, facts, nowMs, request)).token
  }
  /** The same assertion with one claim rewritten and the old signature. */
  async function tamper(): Promise<string> {
    const [header, payload = '', signature] = (await sign()).split('.')
    const claims = Buffer.from(payload, 'base64url').toString().replace('org_1', 'org_2')
    return [header, Buffer.from(claims).toString('base64url'), signature].join('.')
  }
  async function signByStranger(): Promise<string> {
    const stranger = await loadSigningKeys([await generateSigningKey()])
    const facts = { ...FACTS, issuer: server.origin }
    return (await signAssertion({ ...stranger, kid: key.kid }, facts, NOW_MS)).token
  }
  function mintApiKey(): Promise<string> {
    const claims = { jti: 'key_1', sub: 'svc_1', org: 'org_1', products: ['vault'] }
    const times = { issuedAtMs: NOW_MS, expiresAtMs: NOW_MS + 60_000 }
    const parties = { signingKeys, issuer: server.origin, audience: 'vault' }
    return mintJwt({ ...parties, ...claims, ...times, env: 'live' })
  }

  test('accepts a fresh assertion for its product and returns the facts', async () => {
    expect(await verify(await sign())).toMatchObject({ sub: 'key_1', org: 'org_1', env: 'live' })
    expect(server.requests).toContain('/.well-known/jwks.json')
  })

  const refused: [string, () => Promise<string | undefined>, RegExp][] = [
    ['no header', () => Promise.resolve(undefined), /there is no x-edge-assertion header/],
    ['an empty header', () => Promise.resolve(''), /there is no x-edge-assertion header/],
    ['a header that is only present', () => Promise.resolve('true'), /it is no JWT/],
    ['a tampered claim', tamper, /its signature is wrong/],
    ['a signature by a stranger under our kid', signByStranger, /its signature is wrong/],
    ['an expired assertion', () => sign({}, NOW_MS - 70_000), /it has expired/],
    ['an assertion for another product', () => sign({ product: 'verifa' }), /its aud is not/],
    [
      'an assertion of another deployment',
      () => sign({ issuer: 'https://other.example' }),
      /its iss/,
    ],
    ['an assertion of another environment', () => sign({ env: 'sandbox' }), /its env is not live/],
    ['a JWT API key', mintApiKey, /its typ is not/],
    [
      'two assertions in one header',
      async () => `${await sign()}, ${await sign()}`,
      /there are two/,
    ],
  ]
  test.each(refused)(
    'refuses %s, and says so in the log alone',
    async (_name, assertion, reason) => {
      const text = await assertion()
      expect(await verify(text)).toBeUndefined()
      expect(log).toHaveLength(1)
      expect(log[0]).toMatch(reason)
      for (const part of (text ?? '').split(/[., ]+/).filter((one) => one.length > 4)) {
        expect(log[0]).not.toContain(part)
      }
    },
  )

  test('says that the keys are out of reach', async () => {
    const away = createEdgeVerifier('http://127.0.0.1:1', 'vault', 'live', (one) => log.push(one))
    expect(await away(new Headers({ 'x-edge-assertion': await sign() }))).toBeUndefined()
    expect(log[0]).toContain(
      'are the keys at http://127.0.0.1:1/.well-known/jwks.json within reach?',
    )
  })

  test('an assertion that a sandbox upstream received passes no live one', async () => {
    const headers = new Headers({ 'x-edge-assertion': await sign({ env: 'sandbox' }) })
    expect(await verifier('live')(headers)).toBeUndefined()
    expect(await verifier('sandbox')(headers)).toMatchObject({ env: 'sandbox' })
  })

  test('takes the headers of Node and Express, in any case, and fails loudly without any', async () => {
    const assertion = await sign()
    const facts = { sub: 'key_1' }
    expect(await verifier()({ 'x-edge-assertion': assertion })).toMatchObject(facts)
    expect(await verifier()({ 'X-Edge-Assertion': [assertion] })).toMatchObject(facts)
    expect(await verifier()({ host: 'a', 'x-edge-assertion': undefined })).toBeUndefined()
    const twice = { 'x-edge-assertion': assertion, 'X-Edge-Assertion': assertion }
    expect(await verifier()(twice)).toBeUndefined()
    expect(log).toEqual([
      expect.stringContaining('there is no x-edge-assertion header'),
      expect.stringContaining('there are two x-edge-assertion headers'),
    ])
    const nothing = undefined as unknown as Headers
    await expect(verifier()(nothing)).rejects.toThrow('give request.headers')
  })

  test('behind a real Node server, with req.headers', async () => {
    const check = verifier()
    const upstream = createServer((request, response) => {
      const answer = async (): Promise<void> => {
        response.statusCode = (await check(request.headers)) ? 200 : 401
        response.end()
      }
      void answer()
    })
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve))
    const { port } = upstream.address() as AddressInfo
    const status = async (headers: [string, string][]) =>
      (await fetch(`http://127.0.0.1:${port}/`, { headers })).status
    const assertion = await sign()
    expect(await status([['X-Edge-Assertion', assertion]])).toBe(200)
    expect(await status([])).toBe(401)
    const twice: [string, string][] = [assertion, assertion].map((one) => ['x-edge-assertion', one])
    expect(await status(twice)).toBe(401)
    await new Promise((resolve) => upstream.close(resolve))
  })

  test.each([
    ['the call that it names', { method: 'POST', path: '/api/v1/ingest' }, undefined],
    ['another method', { method: 'GET', path: '/api/v1/ingest' }, 'it is for another method'],
    ['another path', { method: 'POST', path: '/api/v1/other' }, 'it is for another path'],
  ])('bound to a request: %s', async (_which, received, reason) => {
    const headers = new Headers({ 'x-edge-assertion': await sign({}, NOW_MS, REQUEST) })
    const claims = await verifier()(headers, received)
    expect(log).toEqual(reason === undefined ? [] : [`edge assertion refused: ${reason}`])
    expect(claims === undefined).toBe(reason !== undefined)
  })

  test('not bound to a request, where the upstream compares it, it is refused', async () => {
    const headers = new Headers({ 'x-edge-assertion': await sign() })
    expect(await verifier()(headers, { method: 'POST', path: '/api/v1/ingest' })).toBeUndefined()
    expect(log[0]).toContain(`set assertion: 'request' for vault in the catalog`)
  })
})
