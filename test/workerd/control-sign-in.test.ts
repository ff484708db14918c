// What the console's sign-in asks: whom Cloudflare Access vouches for, operator or not, whether a
// token is the admin token, and of which organizations a person is a member. Access' certificates are
// served by a stand-in for the network, and signed with real keys.

import { env } from 'cloudflare:workers'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { beforeAll, describe, expect, it, vi } from 'vitest'

import { accessEmail } from '../../src/control/api/actor.ts'
import { memberships } from '../../src/control/api/members/find.ts'
import { applySchema, makeOrganization, run } from './rows.ts'

const TEAM = 'people.cloudflareaccess.com'
const access = { teamDomain: TEAM, audience: 'console', operators: ['olga@example.com'] }

let key: CryptoKey
beforeAll(async () => {
  await applySchema()
  const pair = await generateKeyPair('RS256', { extractable: true })
  key = pair.privateKey
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }
  vi.spyOn(globalThis, 'fetch').mockImplementation(() =>
    Promise.resolve(Response.json({ keys: [jwk] })),
  )
})

const assertionOf = (email: unknown, audience = access.audience): Promise<string> =>
  new SignJWT({ email })
    .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
    .setIssuer(`https://${TEAM}`)
    .setAudience(audience)
    .setSubject('user-1')
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(key)

const signIn = (assertion: string, init: RequestInit = {}): Request => {
  const headers = new Headers(init.headers)
  headers.set('cf-access-jwt-assertion', assertion)
  return new Request('https://edge.test/edge/console/sign-in', { ...init, headers })
}

describe('accessEmail', () => {
  it.each([
    ['olga@example.com', 'olga@example.com'],
    ['ann@example.com', 'ann@example.com'],
    ['Ann@Example.com', 'ann@example.com'],
  ])('%s is known as %s', async (email, expected) => {
    expect(await accessEmail(signIn(await assertionOf(email)), { access })).toBe(expected)
  })

  it('knows nobody by another application’s assertion, none, or a name that is no text', async () => {
    const other = await assertionOf('ann@example.com', 'another')
    const names = ['', ['a@b.example'], 'bo\u212a@example.com', 'ann@example.com ', 'ann']
    const unusable = await Promise.all(names.map((name) => assertionOf(name)))
    for (const assertion of [other, 'x', ...unusable]) {
      expect(await accessEmail(signIn(assertion), { access })).toBeUndefined()
    }
    expect(await accessEmail(new Request('https://edge.test/'), { access })).toBeUndefined()
  })

  it('knows nobody where Access is not configured', async () => {
    const assertion = await assertionOf('ann@example.com')
    expect(await accessEmail(signIn(assertion), { access: null })).toBeUndefined()
  })

  it('knows nobody when another site’s page sends a form', async () => {
    const assertion = await assertionOf('ann@example.com')
    const from = (site: string) =>
      signIn(assertion, { method: 'POST', headers: { 'sec-fetch-site': site } })
    expect(await accessEmail(from('cross-site'), { access })).toBeUndefined()
    expect(await accessEmail(from('same-origin'), { access })).toBe('ann@example.com')
  })
})

describe('memberships', () => {
  it('are those of the address alone, with the names of the organizations', async () => {
    const [a, b] = [await makeOrganization(), await makeOrganization()]
    await run(
      `UPDATE organizations SET name = 'Zeta' WHERE id = '${a}'`,
      `UPDATE organizations SET name = 'Alpha' WHERE id = '${b}'`,
      `INSERT INTO members (organization_id, email, role) VALUES
        ('${a}', 'ann@example.com', 'administrator'), ('${b}', 'ann@example.com', 'viewer'),
        ('${a}', 'bob@example.com', 'viewer')`,
    )
    expect(await memberships(env.DB, 'ann@example.com')).toEqual([
      { organizationId: b, organizationName: 'Alpha', role: 'viewer' },
      { organizationId: a, organizationName: 'Zeta', role: 'administrator' },
    ])
    for (const email of ['eve@example.com', '', '%', 'ANN@example.com']) {
      expect(await memberships(env.DB, email)).toEqual([])
    }
  })
})
