import { readFileSync } from 'node:fs'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signAssertion } from '../../src/keys/assertion.ts'
import { verifyJwt } from '../../src/keys/jwt.ts'
import { mintJwt } from '../../src/keys/mint-jwt.ts'
import { generateSigningKey, loadSigningKeys, publicJwks } from '../../src/keys/signing-keys.ts'
import { issuerOf, PRODUCTS } from './fixtures.ts'
import { json, serve } from './jwks-server.ts'
import type { JwksServer } from './jwks-server.ts'
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
    const example = readFileSync(new URL('test/keys/upstream-example.ts', root), 'utf8')
    expect(document).toContain(`\`\`\`ts\n${example}\`\`\`\n`)
  })

  /** What the verifier says of an assertion header, as the product `vault`. */
  async function verify(assertion: string | undefined) {
    const headers = new Headers(assertion === undefined ? {} : { 'X-Edge-Assertion': assertion })
    return createEdgeVerifier(server.origin, 'vault')(headers)
  }
  async function sign(over: object = {}, nowMs = NOW_MS): Promise<string> {
    const facts = { ...FACTS, issuer: server.origin, ...over }
    return (await signAssertion(signingKeys, facts, nowMs)).token
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

  const refused: [string, () => Promise<string | undefined>][] = [
    ['no header', () => Promise.resolve(undefined)],
    ['an empty header', () => Promise.resolve('')],
    ['a header that is only present', () => Promise.resolve('true')],
    ['a tampered claim', tamper],
    ['a signature by a stranger under our kid', signByStranger],
    ['an expired assertion', () => sign({}, NOW_MS - 70_000)],
    ['an assertion for another product', () => sign({ product: 'verifa' })],
    ['an assertion of another deployment', () => sign({ issuer: 'https://other.example' })],
    ['a JWT API key', mintApiKey],
    ['two assertions in one header', async () => `${await sign()}, ${await sign()}`],
  ]
  test.each(refused)('refuses %s', async (_name, assertion) => {
    expect(await verify(await assertion())).toBeUndefined()
  })
})
