// What bears no tag of ours costs KV and D1 a read to be told apart. An address whose look-ups failed
// too often is refused before they are asked; nothing of ours is touched by that.

import { env } from 'cloudflare:workers'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'

import type { Bindings } from './bindings.ts'
import { HELD_FOR_MS } from '../../src/gate/lookup-failures.ts'
import { counting, type Calls } from './counting.ts'
import { outcome, startIsolate, type Isolate } from './isolate.ts'
import { applySchema, makeOrganization, mint, run } from './rows.ts'

const READ = '/api/v1/sessions/s_1'
const PREFIX = 'sk_live_'
const ISSUER = 'https://idp.example.com'
const JWKS = `${ISSUER}/jwks`
const AUDIENCE = 'https://edge.test'
/** Of LOOKUP_FAILURES in wrangler.toml, an address and minute. */
const LIMIT = 60
const HELD = '429 authentication_failures'
const UNKNOWN = '401 credential_unknown'
const START = Math.ceil(Date.now() / 1000) * 1000

let organization = ''
let signer: CryptoKey
let isolate: Isolate
let calls: Calls
let clients = 0
const stranger = (): string => `198.18.0.${++clients}`

/** As the binding counts within one minute; the real one turns to the next whenever the clock does. */
function limiter(): Bindings['LOOKUP_FAILURES'] {
  const counts = new Map<string, number>()
  return {
    limit: async ({ key }) => {
      counts.set(key, (counts.get(key) ?? 0) + 1)
      return { success: (counts.get(key) ?? 0) <= LIMIT }
    },
  }
}

/** A key minted elsewhere; `id` is its row's. */
async function imported(value: string, id: string): Promise<void> {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(value))
  const digest = [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0'))
  await run(
    `INSERT INTO credentials (id, organization_id, kind, environment, name, digest, scopes, products)
     VALUES ('${id}', '${organization}', 'secret', 'live', 'Imported', '${digest.join('')}',
       '["sessions:read"]', '["verifa"]')`,
  )
}

const foreign = (jti: string): Promise<string> =>
  new SignJWT({ org: organization, env: 'live', products: ['document_verification'] })
    .setProtectedHeader({ alg: 'EdDSA', kid: 'f1', typ: 'at+jwt' })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject('s')
    .setJti(jti)
    .setIssuedAt()
    .setExpirationTime('10m')
    .sign(signer)

beforeAll(async () => {
  await applySchema()
  organization = await makeOrganization()
  const pair = await generateKeyPair('EdDSA', { extractable: true })
  signer = pair.privateKey
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'f1', alg: 'EdDSA', use: 'sig' }
  const real = globalThis.fetch
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const url = input instanceof Request ? input.url : String(input)
    return url === JWKS ? Response.json({ keys: [jwk] }) : await real(input, init)
  })
})
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: START })
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  const counted = counting({ LOOKUP_FAILURES: limiter() })
  calls = counted.calls
  const settings = {
    IMPORTED_PREFIXES: [PREFIX],
    TRUSTED_ISSUERS: [
      { issuer: ISSUER, jwks_url: JWKS, audience: AUDIENCE, algorithms: ['EdDSA'], typ: 'at+jwt' },
    ],
  }
  isolate = await startIsolate({ ...counted.bindings, ...settings })
})
afterEach(() => {
  vi.useRealTimers()
})

const present = async (key: string, address: string): Promise<string> =>
  outcome(await isolate.call(READ, { key, address }))

/** So many failed look-ups of keys that nobody has. */
async function fail(address: string, n: number): Promise<string[]> {
  const answers: string[] = []
  for (let i = 0; i < n; i++) {
    answers.push(await present(`${PREFIX}${address}-${String(i).padStart(16, '0')}`, address))
  }
  return answers
}

const storage = ({ 'kv.get': kv = 0, 'd1.first': d1 = 0 }: Record<string, number>): number =>
  kv + d1

describe('an address whose look-ups failed too often', () => {
  it('is refused before KV or D1 are asked, whatever it presents that bears no tag', async () => {
    const address = stranger()
    expect(new Set(await fail(address, LIMIT + 1))).toEqual(new Set([UNKNOWN]))
    expect(storage(calls.take())).toBeGreaterThan(LIMIT)
    const right = `${PREFIX}right-0123456789abcdef`
    await imported(right, 'key_held')
    for (const key of [`${PREFIX}another-0123456789`, right, await foreign('jti_nobody')]) {
      const answer = await isolate.call(READ, { key, address })
      expect([outcome(answer), answer.headers.get('retry-after')]).toEqual([HELD, '60'])
    }
    expect(calls.take()).toEqual({})
    // Who shares the very same string at another address is not held by that.
    expect(await present(right, stranger())).toBe('200')
  })

  it('goes on with keys of ours, and is told of them what is true', async () => {
    const address = stranger()
    await fail(address, LIMIT + 1)
    const { value } = await mint(organization, 'secret')
    expect(await present(value, address)).toBe('200')
    expect(await present(`${value.slice(0, -1)}_`, address)).toBe('401 credential_invalid')
  })

  it('goes on with a key that this isolate knows already', async () => {
    const address = stranger()
    const known = `${PREFIX}known-0123456789abcdef`
    await imported(known, 'key_known')
    expect(await present(known, address)).toBe('200')
    await fail(address, LIMIT + 1)
    expect(await present(known, address)).toBe('200')
  })

  it('is asked about again after a while', async () => {
    const address = stranger()
    await fail(address, LIMIT + 1)
    vi.setSystemTime(START + HELD_FOR_MS - 1)
    expect(await fail(address, 1)).toEqual([HELD])
    vi.setSystemTime(START + HELD_FOR_MS)
    expect(await fail(address, 1)).not.toEqual([HELD])
  })

  it('may be a /64, and only its own bucket is used up', async () => {
    for (let i = 0; i <= LIMIT; i++) await fail(`2001:db8:7:7:${i.toString(16)}::1`, 1)
    expect(await fail('2001:db8:7:7:ffff::1', 1)).toEqual([HELD])
    expect(await fail('2001:db8:7:8::1', 1)).toEqual([UNKNOWN])
    const authorization = 'Bearer admin-token-of-the-tests-0123456789abcdef'
    const address = '2001:db8:7:7::2'
    const path = '/edge/v1/organizations'
    expect(outcome(await isolate.call(path, { address, headers: { authorization } }))).toBe('200')
  })
})

describe('another issuer’s tokens', () => {
  it('count as such, and nobody is asked for their keys while the address is held', async () => {
    const address = stranger()
    for (let i = 0; i <= LIMIT; i++) {
      expect(await present(await foreign(`jti_${address}_${i}`), address)).toBe(UNKNOWN)
    }
    calls.take()
    expect(await present(await foreign('jti_more'), address)).toBe(HELD)
    expect(calls.take()).toEqual({})
  })
})

const failing = () => Promise.reject(new Error('down'))

describe('what does not hold an address', () => {
  it('forged keys of ours, however many', async () => {
    const address = stranger()
    for (let i = 0; i < 2 * LIMIT; i++) await present(`vk_live_${i}`, address)
    expect(await fail(address, 1)).toEqual([UNKNOWN])
  })

  it('one wrong key, again and again: it is looked up once', async () => {
    const address = stranger()
    for (let i = 0; i < 2 * LIMIT; i++) await present(`${PREFIX}the-very-same-one-0`, address)
    expect(calls.take()['lookups.limit']).toBe(1)
  })

  it('a limiter that does not answer', async () => {
    const other = await startIsolate({
      ...env,
      ...{ IMPORTED_PREFIXES: [PREFIX], LOOKUP_FAILURES: { limit: failing } },
    })
    const key = `${PREFIX}while-it-is-down-01`
    expect(outcome(await other.call(READ, { key, address: stranger() }))).toBe(UNKNOWN)
  })
})
