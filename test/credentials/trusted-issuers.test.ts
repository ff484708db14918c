import { describe, expect, test } from 'vitest'
import { verifyJwt } from '../../src/credentials/jwt.ts'
import {
  generateSigningKey,
  loadSigningKeys,
  publicJwks,
} from '../../src/credentials/signing-keys.ts'
import { parseTrustedIssuers, remoteIssuers } from '../../src/credentials/trusted-issuers.ts'
import { AUDIENCE, ISSUER, mintValid, NOW_MS, PRODUCTS } from './fixtures.ts'
import { json, serve } from './jwks-server.ts'

const ENTRY = {
  issuer: 'https://partner.example/tenant',
  jwks_url: 'https://partner.example/tenant/keys',
  audience: AUDIENCE,
  algorithms: ['ES256', 'EdDSA'],
  typ: 'at+jwt',
}

describe('the setting', () => {
  test.each([
    ['absent', undefined],
    ['empty text', ''],
    ['an empty array', []],
    ['an empty array as text', '[]'],
  ])('%s trusts nobody', (_name, setting) => {
    expect(parseTrustedIssuers(setting, ISSUER)).toEqual({ ok: true, value: [] })
  })

  test('text and array mean the same, and typ is ours unless given', () => {
    const { typ: _, ...untyped } = ENTRY
    const { jwks_url: jwksUrl, ...rest } = ENTRY
    const wanted = { ok: true, value: [{ ...rest, jwksUrl, typ: 'vk+jwt' }] }
    expect(parseTrustedIssuers([untyped], ISSUER)).toEqual(wanted)
    expect(parseTrustedIssuers(JSON.stringify([untyped]), ISSUER)).toEqual(wanted)
  })

  test.each(['http://localhost:8080/keys', 'http://127.0.0.1/keys', 'http://[::1]:1/keys'])(
    'http is allowed on loopback: %s',
    (url) => {
      expect(parseTrustedIssuers([{ ...ENTRY, jwks_url: url }], ISSUER).ok).toBe(true)
    },
  )

  test.each<[string, unknown, string]>([
    ['text that is not JSON', '[', 'must be a JSON array'],
    ['null', null, 'must be a JSON array'],
    ['an object', ENTRY, 'must be a JSON array'],
    ['an entry that is text', ['https://partner.example'], '[0] must be an object'],
    ['an unknown field', [{ ...ENTRY, jwksUrl: 'x' }], '[0] has an unknown field: jwksUrl'],
    ['no issuer', [{ ...ENTRY, issuer: undefined }], '[0].issuer must be an https URL'],
    ['an issuer over http', [{ ...ENTRY, issuer: 'http://partner.example' }], '.issuer must be'],
    ['an issuer that is no URL', [{ ...ENTRY, issuer: 'partner' }], '.issuer must be'],
    ['keys over http', [{ ...ENTRY, jwks_url: 'http://partner.example/k' }], '.jwks_url must be'],
    ['keys in a file', [{ ...ENTRY, jwks_url: 'file:///etc/keys' }], '.jwks_url must be'],
    ['keys in the setting', [{ ...ENTRY, jwks_url: 'data:,{}' }], '.jwks_url must be'],
    [
      'a host that begins like loopback',
      [{ ...ENTRY, jwks_url: 'http://localhost.evil.example/' }],
      '.jwks_url must be',
    ],
    [
      'loopback as a user name',
      [{ ...ENTRY, jwks_url: 'http://localhost@evil.example/' }],
      '.jwks_url must be',
    ],
    [
      'a password in the URL',
      [{ ...ENTRY, jwks_url: 'https://a:b@partner.example/' }],
      '.jwks_url must be',
    ],
    ['a fragment', [{ ...ENTRY, jwks_url: 'https://partner.example/#k' }], '.jwks_url must be'],
    ['a backslash', [{ ...ENTRY, jwks_url: 'https:\\\\partner.example' }], '.jwks_url must be'],
    ['no audience', [{ ...ENTRY, audience: '' }], '.audience must be'],
    ['several audiences', [{ ...ENTRY, audience: [AUDIENCE] }], '.audience must be'],
    ['no algorithm', [{ ...ENTRY, algorithms: [] }], '.algorithms must be'],
    ['algorithms as text', [{ ...ENTRY, algorithms: 'ES256' }], '.algorithms must be'],
    [
      'a symmetric algorithm',
      [{ ...ENTRY, algorithms: ['ES256', 'HS256'] }],
      '.algorithms must be',
    ],
    ['no signature', [{ ...ENTRY, algorithms: ['none'] }], '.algorithms must be'],
    ['an algorithm twice', [{ ...ENTRY, algorithms: ['ES256', 'ES256'] }], '.algorithms must be'],
    ['the generic typ', [{ ...ENTRY, typ: 'jwt' }], '.typ must be a specific type'],
    ['an empty typ', [{ ...ENTRY, typ: '' }], '.typ must be a specific type'],
    ['ourselves', [{ ...ENTRY, issuer: ISSUER }], '[0].issuer must differ'],
    ['ourselves with a slash', [{ ...ENTRY, issuer: `${ISSUER}/` }], '[0].issuer must differ'],
    [
      'ourselves in capitals',
      [{ ...ENTRY, issuer: 'https://EDGE.example.com' }],
      '.issuer must differ',
    ],
    ['an issuer twice', [ENTRY, { ...ENTRY, audience: 'b' }], '[1].issuer must differ'],
  ])('%s is refused by name', (_name, setting, reason) => {
    const parsed = parseTrustedIssuers(setting, ISSUER)
    if (parsed.ok) throw new Error('was accepted')
    expect(parsed.error).toMatch(/^TRUSTED_ISSUERS/)
    expect(parsed.error).toContain(reason)
  })
})

test('we are recognized however our own issuer is written', () => {
  const entry = { ...ENTRY, issuer: 'https://edge.example.com' }
  expect(parseTrustedIssuers([entry], 'https://Edge.Example.com/').ok).toBe(false)
})

describe('the keys of a trusted issuer', () => {
  const partner = 'https://partner.example'

  /** Verify one partner's token twice against the JWK set at this URL. */
  async function verifyTwice(jwksUrl: string, signing: Parameters<typeof loadSigningKeys>[0]) {
    const entry = { issuer: partner, jwks_url: jwksUrl, audience: AUDIENCE, algorithms: ['EdDSA'] }
    const parsed = parseTrustedIssuers([entry], ISSUER)
    if (!parsed.ok) throw new Error(parsed.error)
    const issuers = remoteIssuers(parsed.value)
    const signingKeys = await loadSigningKeys(signing)
    const token = await mintValid({ signingKeys, issuer: partner })
    await verifyJwt(token, issuers, PRODUCTS, NOW_MS)
    return verifyJwt(token, issuers, PRODUCTS, NOW_MS)
  }

  test('are fetched from its URL, once', async () => {
    const key = await generateSigningKey()
    await using server = await serve(json(publicJwks([key])))
    const outcome = await verifyTwice(`${server.origin}/keys`, [key])
    expect(outcome).toMatchObject({ ok: true, value: { issuer: partner, jti: 'key_1' } })
    expect(server.requests).toEqual(['/keys'])
  })

  test('are not fetched again at once for a kid that is not among them', async () => {
    await using server = await serve(json(publicJwks([await generateSigningKey()])))
    const outcome = await verifyTwice(`${server.origin}/keys`, [await generateSigningKey()])
    expect(outcome).toEqual({ ok: false, error: 'key_unknown' })
    expect(server.requests).toEqual(['/keys'])
  })

  test.each([301, 302, 307, 308])('are not looked for behind a redirect (%i)', async (status) => {
    const key = await generateSigningKey()
    await using server = await serve((request, response) => {
      if (request.url === '/elsewhere') json(publicJwks([key]))(request, response)
      else response.writeHead(status, { location: '/elsewhere' }).end()
    })
    const outcome = await verifyTwice(`${server.origin}/keys`, [key])
    expect(outcome).toEqual({ ok: false, error: 'keys_unavailable' })
    expect(server.requests).not.toContain('/elsewhere')
  })

  test.each<[string, number, unknown]>([
    ['an error', 500, {}],
    ['a success other than 200', 203, { keys: [] }],
    ['something other than a JWK set', 200, { keys: 'none' }],
    ['null', 200, null],
  ])(
    'are unavailable after %s, and the next token does not ask again',
    async (_n, status, body) => {
      await using server = await serve(json(body, status))
      const outcome = await verifyTwice(`${server.origin}/keys`, [await generateSigningKey()])
      expect(outcome).toEqual({ ok: false, error: 'keys_unavailable' })
      expect(server.requests).toEqual(['/keys'])
    },
  )

  test('are unavailable when nobody answers', async () => {
    const server = await serve(json({}))
    await server[Symbol.asyncDispose]()
    const outcome = await verifyTwice(`${server.origin}/keys`, [await generateSigningKey()])
    expect(outcome).toEqual({ ok: false, error: 'keys_unavailable' })
  })
})
