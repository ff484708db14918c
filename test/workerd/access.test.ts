// Operators by Cloudflare Access: the assertion is verified with the team's own keys, and only the
// listed people are operators. Access itself is the one part that is not ours: its certificates are
// served here by a stand-in for the network, and signed with real keys.

import { env } from 'cloudflare:workers'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'

import { accessEmail, readOperator } from '../../src/control/api/actor.ts'
import { Tries } from '../../src/control/tries/tries.ts'
import type { ControlSettings } from '../../src/control/settings.ts'

/** The client ID of a service token, as Cloudflare makes them. */
const SERVICE = '0123456789abcdef0123456789abcdef.access'
const TEAM = 'acme.cloudflareaccess.com'
const AUDIENCE = 'a-tag-of-the-application'
const settings = {
  brand: 'vk',
  adminToken: 'admin-token-of-the-tests-0123456789abcdef',
  access: { teamDomain: TEAM, audience: AUDIENCE, operators: ['olga@example.com', SERVICE] },
} as unknown as ControlSettings

let key: CryptoKey
let stranger: CryptoKey

beforeAll(async () => {
  const pair = await generateKeyPair('RS256', { extractable: true })
  key = pair.privateKey
  stranger = (await generateKeyPair('RS256')).privateKey
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const url = input instanceof Request ? input.url : String(input)
    expect(url).toBe(`https://${TEAM}/cdn-cgi/access/certs`)
    return Response.json({ keys: [jwk] })
  })
})

afterEach(() => vi.mocked(fetch).mockClear())

interface Claims {
  readonly iss?: string
  readonly aud?: string
  readonly email?: string
  readonly expiresIn?: string
}

const assertion = (claims: Claims = {}, signer = key): Promise<string> =>
  new SignJWT({ email: claims.email ?? 'olga@example.com' })
    .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
    .setIssuer(claims.iss ?? `https://${TEAM}`)
    .setAudience(claims.aud ?? AUDIENCE)
    .setSubject('user-1')
    .setIssuedAt()
    .setExpirationTime(claims.expiresIn ?? '1m')
    .sign(signer)

/** What Access says of a service token: whose it is it does not know. */
const ofService = (common_name: string, sub = '', more: object = {}): Promise<string> =>
  new SignJWT({ common_name, type: 'app', ...more })
    .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
    .setIssuer(`https://${TEAM}`)
    .setAudience(AUDIENCE)
    .setSubject(sub)
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(key)

const tries = new Tries(env.TRIES)

/** Who a request makes an operator, if anyone. */
const operatorOf = async (request: Request, over: Partial<ControlSettings> = {}) => {
  const check = { settings: { ...settings, ...over }, tries }
  const found = await readOperator(request, check, undefined, Date.now())
  if (!found.ok) throw new Error('held')
  return found.value
}

const read = (token: string, over: Partial<ControlSettings> = {}) =>
  operatorOf(
    new Request('https://edge.test/edge/v1/keys', {
      headers: { 'cf-access-jwt-assertion': token },
    }),
    over,
  )

describe('an assertion of Cloudflare Access', () => {
  it('makes a listed person an operator, by the name that Access vouches for', async () => {
    expect(await read(await assertion())).toStrictEqual({
      type: 'operator',
      name: 'olga@example.com',
    })
    const shouted = await assertion({ email: 'Olga@Example.com' })
    expect(await read(shouted)).toMatchObject({ type: 'operator' })
  })

  it.each<[string, Claims]>([
    ['of a person who is not listed', { email: 'mallory@example.com' }],
    ['for another application', { aud: 'another-application' }],
    ['of another team', { iss: 'https://evil.cloudflareaccess.com' }],
    ['that has expired', { expiresIn: '-1s' }],
  ])('%s makes nobody an operator', async (_what, claims) => {
    expect(await read(await assertion(claims))).toBeUndefined()
  })

  it('makes a listed service token an operator, and no other, nor a person of its name', async () => {
    const listed = await read(await ofService(SERVICE))
    expect(listed).toStrictEqual({ type: 'operator', name: SERVICE })
    expect(await read(await ofService(SERVICE.replace('0', 'f')))).toBeUndefined()
    expect(await read(await ofService(SERVICE, 'user-1'))).toBeUndefined()
    const mallory = { email: 'mallory@example.com' }
    expect(await read(await ofService(SERVICE, '', mallory))).toBeUndefined()
    const headers = { 'cf-access-jwt-assertion': await ofService(SERVICE) }
    const request = new Request('https://edge.test/edge/console/sign-in', { headers })
    expect(await accessEmail(request, settings)).toBeUndefined()
  })

  it('signed by somebody else makes nobody an operator', async () => {
    expect(await read(await assertion({}, stranger))).toBeUndefined()
  })

  it.each(['', 'x', 'ey.ey.ey'])('that is none (%j) makes nobody an operator', async (token) => {
    expect(await read(token)).toBeUndefined()
  })

  it.each<[string, string | null, boolean]>([
    ['GET', 'cross-site', true],
    ['POST', 'same-origin', true],
    ['POST', null, true],
    ['POST', 'cross-site', false],
    ['DELETE', 'same-site', false],
  ])('%s from %s: another site cannot write in a person’s name', async (method, site, expected) => {
    const headers = new Headers({ 'cf-access-jwt-assertion': await assertion() })
    if (site) headers.set('sec-fetch-site', site)
    const request = new Request('https://edge.test/edge/v1/keys', { method, headers })
    expect((await operatorOf(request)) !== undefined).toBe(expected)
  })

  it('counts for nothing where Access is not configured, and nothing is fetched', async () => {
    expect(await read(await assertion(), { access: null })).toBeUndefined()
    expect(fetch).not.toHaveBeenCalled()
  })
})

const withToken = (authorization: string) =>
  operatorOf(new Request('https://edge.test/edge/v1/keys', { headers: { authorization } }))

describe('the admin token', () => {
  it('makes an operator, and nothing near it does', async () => {
    const { adminToken } = settings
    expect(await withToken(`Bearer ${adminToken}`)).toMatchObject({ name: 'admin-token' })
    for (const wrong of [adminToken.slice(1), `${adminToken}x`, adminToken.toUpperCase(), 'x']) {
      expect(await withToken(`Bearer ${wrong}`)).toBeUndefined()
    }
    expect(await withToken(`Basic ${adminToken}`)).toBeUndefined()
  })
})
