import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { PATH_KEPT_MAX_LENGTH, REDACTED, redactPath } from '../../src/audit/redact.ts'
import { keyPrefix, randomBase62 } from '../../src/credentials/format.ts'

const BODY = 'Zk3Qm8Lr2Vx9Tb5Nc7Wd1Yf4Gh6Jp0Su'
/** As `openssl rand -hex 32` gives it. */
const HEX = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'
const JWT =
  'eyJhbGciOiJFZERTQSIsInR5cCI6InZrK2p3dCJ9.eyJpc3MiOiJodHRwczovL2VkZ2UifQ.c2lnbmF0dXJlLW9mLXRoZS10ZXN0'

describe('redactPath: what looks like a credential is cut off, with all behind it', () => {
  it.each([
    ['a secret key', `/api/v1/sessions/vk_live_${BODY}`],
    ['a sandbox key', `/api/v1/sessions/vk_sandbox_${BODY}`],
    ['a publishable key', `/api/v1/sessions/vk_pub_live_${BODY}`],
    ['an access token', `/api/v1/sessions/vk_tok_live_${BODY}/result`],
    ['the example of the documentation', '/api/v1/sessions/vk_live_abc123def456'],
    ['a key that is cut off', `/api/v1/sessions/vk_live_${BODY.slice(0, 5)}`],
    [
      'a key that goes on in the next segment',
      `/api/v1/sessions/vk_live_${BODY.slice(0, 9)}/${BODY.slice(9)}`,
    ],
    ['a key in other case', `/api/v1/sessions/VK_LIVE_${BODY}`],
    ['a key with hyphens', `/api/v1/sessions/vk-live-${BODY}`],
    ['a key without its second underscore', `/api/v1/sessions/vk_live${BODY}`],
    ['a key without its first underscore', `/api/v1/sessions/vklive_${BODY}`],
    ['a key with a misspelled prefix', `/api/v1/sessions/vk_liev_${BODY}`],
    ['a key without its prefix', `/api/v1/sessions/${BODY}`],
    ['a key without its prefix, a character short', `/api/v1/sessions/${BODY.slice(1)}`],
    ['a key behind a name', `/api/v1/sessions/key=vk_live_${BODY}`],
    ['a key run into a word', `/api/v1/sessions/keyvk_live_${BODY}x`],
    ['a key escaped', `/api/v1/sessions/vk%5Flive%5F${BODY}`],
    ['a key escaped twice', `/api/v1/sessions/vk%255Flive%255F${BODY}`],
    ['a key behind an escaped slash', `/api/v1/sessions/a%2Fvk_live_${BODY}`],
    [
      'a key with an escaped character within',
      `/api/v1/sessions/vk_live_${BODY.slice(0, 9)}%00${BODY.slice(9)}`,
    ],
    ['a key of another brand', `/api/v1/sessions/sk_live_${BODY}`],
    [
      'a key without its prefix, cut in two',
      `/api/v1/sessions/${BODY.slice(0, 16)}/${BODY.slice(16)}`,
    ],
    [
      'a key without its prefix, cut in two by an escaped slash',
      `/api/v1/sessions/${BODY.slice(0, 12)}%2f${BODY.slice(12)}`,
    ],
    ['an admin token as docs/deploying.md makes it', `/api/v1/sessions/${HEX}`],
    ['an admin token in upper case', `/api/v1/sessions/${HEX.toUpperCase()}`],
    ['an admin token escaped', `/api/v1/sessions/${HEX.replaceAll('a', '%61')}`],
    ['an admin token a character short', `/api/v1/sessions/${HEX.slice(1)}`],
    ['an admin token behind its scheme', `/api/v1/sessions/Bearer%20${HEX}/result`],
    ['an admin token cut in two', `/api/v1/sessions/${HEX.slice(0, 20)}/${HEX.slice(20)}`],
    ['a JWT', `/api/v1/sessions/${JWT}`],
    ['a JWT without its signature', `/api/v1/sessions/${JWT.slice(0, JWT.lastIndexOf('.') + 1)}`],
    ['the payload of a JWT', `/api/v1/sessions/${JWT.split('.')[1]}`],
    ['a JWT in other case', `/api/v1/sessions/EY${JWT.slice(2)}`],
    ['a JWT behind its scheme', `/api/v1/sessions/Bearer%20${JWT}`],
    ['a JWT with slashes for dots', `/api/v1/sessions/${JWT.replaceAll('.', '/')}`],
  ])('%s', (_guarantee, path) => {
    expect(redactPath(path, 'vk')).toBe(`/api/v1/sessions/${REDACTED}`)
  })

  it.each([
    ['/'],
    ['/api/v1/sessions/01HZY8Q6S3F7N2M4K5T9V0W1X2/documents/7'],
    ['/api/v1/sessions/3f2b8c1e-9d47-4c55-8a10-1b2c3d4e5f60/result'],
    // SHA-1 and MD5. SHA-256 has the form of a secret.
    ['/api/v1/identities/a94a8fe5ccb19ba61c4c0873d391e987982fbbd3/documents/7'],
    ['/api/v1/identities/5d41402abc4b2a76b9719d911017c592'],
    ['/edge/v1/keys/key_4Jq8Zt1Nd6Wc3Rv9Xb2Ms7Lf/rotate'],
    ['/api/v1/sessions/01HZY8Q6S3F7N2M4K5T9V0W1X2/01HZY8Q6S3F7N2M4K5T9V0W1X3'],
    ['/api/v1/documents/V1StGXR8Z5jdHi6BmyTab/pages/12'],
    ['/verificationSessions/documentVerificationResults/ofTheApplicant2026'],
    ['/api/v1/identities/V1StGXR8_Z5jdHi6B-myT'],
    ['/api/v1/live/sandbox/sessions'],
    ['/status/is-live-streaming'],
    ['/vkyc/live-sessions'],
    ['/team/hockey-players.2026.html'],
    ['/reports/Quarterly-Report-for-the-Year-2025-final-version.pdf'],
    ['/Caf%C3%A9/%F0%9F%98%80'],
  ])('%s is kept as it is', (path) => {
    expect(redactPath(path, 'vk')).toBe(path)
  })

  it('query and fragment are cut off, whatever they hold', () => {
    expect(redactPath('/a/b?key=1#c', 'vk')).toBe('/a/b')
    expect(redactPath('/a/b#c?d', 'vk')).toBe('/a/b')
  })

  it('the brand is the setting', () => {
    expect(redactPath('/a/acme-live-Zk3Q', 'acme')).toBe(`/a/${REDACTED}`)
    expect(redactPath('/a/acme-live-Zk3Q', 'vk')).toBe('/a/acme-live-Zk3Q')
  })
})

describe('of a path that is too long a beginning is looked at', () => {
  it.each([
    ['begins in what is kept', 2_040],
    ['lies across what is kept', 2_020],
    ['is behind it', 2_060],
  ])('a token that %s is not shown', (_place, at) => {
    for (const secret of [
      HEX,
      BODY,
      `vk_live_${BODY}`,
      JWT,
      escaped(HEX, [3]),
      escaped(BODY, [2]),
    ]) {
      const path = `/${'-'.repeat(at - 2)}/${secret}${'/x'.repeat(8_000)}`
      const shown = redactPath(path, 'vk')
      expect(shown).toBe(`/${'-'.repeat(at - 2)}/${REDACTED}`)
    }
  })

  it('and the event says that something is missing', () => {
    const shown = redactPath(`/${'-'.repeat(16_000)}`, 'vk')
    expect(shown.length).toBeGreaterThan(PATH_KEPT_MAX_LENGTH)
    expect(shown.length).toBeLessThan(3 * PATH_KEPT_MAX_LENGTH)
  })
})

describe('imported keys, by their prefixes', () => {
  it.each([
    ['/a/legacy-0123456789abcdef/b', `/a/${REDACTED}`],
    ['/a/LEGACY-0123456789abcdef', `/a/${REDACTED}`],
    ['/a/x%3Dlegacy%2D0123456789', `/a/${REDACTED}`],
    ['/api-keys/legacy-7', '/api-keys/legacy-7'],
  ])('%s', (path, shown) => {
    expect(redactPath(path, 'vk', ['legacy-', 'key'])).toBe(shown)
    expect(redactPath(path, 'vk')).toBe(path)
  })
})

const prefixes = (['secret', 'publishable', 'access_token'] as const).flatMap((kind) =>
  (['live', 'sandbox'] as const).map((environment) => keyPrefix('vk', kind, environment)),
)
/** JSON in base64url. */
const part = (members: fc.Arbitrary<unknown>) =>
  members.map((value) => Buffer.from(JSON.stringify(value)).toString('base64url'))
const anyKey = fc
  .tuple(
    fc.constantFrom(...prefixes),
    fc.constant(null).map(() => randomBase62(32)),
  )
  .map(([prefix, body]) => ({ prefix, body }))
const segment = fc.stringMatching(/^[a-z0-9._~-]{0,12}$/)
const around = fc.tuple(fc.array(segment, { maxLength: 3 }), fc.array(segment, { maxLength: 2 }))

/** Some characters as escapes, some of those escaped again. */
function escaped(text: string, picks: readonly number[]): string {
  return Array.from(text)
    .map((character, i) => {
      const hex = character.charCodeAt(0).toString(16)
      return ['', '', `%${hex}`, `%25${hex}`][picks[i % picks.length] ?? 0] || character
    })
    .join('')
}

describe('no secret survives', () => {
  it('a key anywhere, escaped anyhow, with one character of it changed, left out or put in', () => {
    const change = fc.record({
      at: fc.nat(45),
      kind: fc.constantFrom('none', 'replace', 'remove', 'insert'),
      by: fc.stringMatching(/^[0-9A-Za-z_.~!$-]$/),
    })
    const picks = fc.array(fc.nat(3), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(
        anyKey,
        change,
        picks,
        around,
        ({ prefix, body }, { at, kind, by }, how, path) => {
          const key = prefix + body
          const near =
            kind === 'none'
              ? key
              : key.slice(0, at) +
                (kind === 'remove' ? '' : by) +
                key.slice(kind === 'insert' ? at : at + 1)
          const [before, after] = path
          const raw = ['', ...before, escaped(near, how), ...after].join('/')
          const shown = redactPath(raw, 'vk')
          expect(shown.startsWith(['', ...before, ''].join('/'))).toBe(true)
          // Eight characters in a row of the random part are 48 bits.
          for (let i = 0; i + 8 <= body.length; i++)
            expect(shown).not.toContain(body.slice(i, i + 8))
          expect(shown.endsWith(REDACTED)).toBe(true)
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it('a JWT anywhere, escaped anyhow', () => {
    const token = fc.tuple(
      part(fc.record({ alg: fc.constant('EdDSA'), kid: fc.string() })),
      part(fc.record({ iss: fc.string(), jti: fc.uuid() })),
      fc
        .uint8Array({ minLength: 64, maxLength: 64 })
        .map((a) => Buffer.from(a).toString('base64url')),
    )
    const picks = fc.array(fc.nat(3), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(token, picks, around, (parts, how, [before, after]) => {
        const raw = ['', ...before, escaped(parts.join('.'), how), ...after].join('/')
        expect(redactPath(raw, 'vk')).toBe(['', ...before, REDACTED].join('/'))
      }),
      { numRuns: 1_000 },
    )
  })
})
