// People before the console: Cloudflare Access vouches for them, with certificates that the edge is
// handed in place of the network's.

import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { expect } from 'vitest'

import { startEdge, type TestEdge } from '../../harness/edge.ts'
import { CONSOLE, newClient, type Client } from './client.ts'

const TEAM = 'console.cloudflareaccess.com'
const AUDIENCE = 'the-console'
/** Of the assertion; longer than any test. */
const LIVES = '30m'

export interface People {
  readonly edge: TestEdge
  /** A browser in front of which Access vouches for this person, signed in. */
  readonly enter: (email: string) => Promise<Client>
  /** The assertion itself. */
  readonly assertion: (email: string) => Promise<string>
}

/** Control as it is built, which finds Access' certificates without a network. */
const withCertificates = (jwks: object): string => `
import Control from './edge.js'
export * from './edge.js'

const fetchAnything = globalThis.fetch
globalThis.fetch = (asked, options) =>
  String(asked?.url ?? asked) === 'https://${TEAM}/cdn-cgi/access/certs'
    ? Promise.resolve(Response.json(${JSON.stringify(jwks)}))
    : fetchAnything(asked, options)

export default Control
`

export async function startPeople(): Promise<People> {
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }
  const edge = await startEdge({
    shells: { control: withCertificates({ keys: [jwk] }) },
    bindings: {
      ACCESS: { team_domain: TEAM, audience: AUDIENCE, operators: ['olga@example.com'] },
    },
  })
  const assertion = async (email: string): Promise<string> =>
    await new SignJWT({ email })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .setIssuer(`https://${TEAM}`)
      .setAudience(AUDIENCE)
      .setSubject(email)
      .setIssuedAt()
      .setExpirationTime(LIVES)
      .sign(privateKey)
  return {
    edge,
    assertion,
    async enter(email) {
      const client = newClient(edge, { 'cf-access-jwt-assertion': await assertion(email) })
      const { status } = await client.get(`${CONSOLE}/sign-in`)
      expect([status, client.cookie === '']).toEqual([303, false])
      return client
    },
  }
}
