// The fingerprint of settings and catalog: equal for the same, another for whatever differs, and no hash of
// a secret.

import { createHash } from 'node:crypto'

import { describe, expect, it } from 'vitest'

import {
  differing,
  fingerprintOf,
  stopsMinting,
  type Fingerprint,
} from '../../src/call/fingerprint.ts'
import { shipped } from '../../src/catalog.ts'
import type { Catalog } from '../../src/catalog/define.ts'
import { loadSettings, parseSettings } from '../../src/config/settings.ts'
import { generateSigningKey } from '../../src/credentials/signing-keys.ts'

const PEPPER = 'pepper-0123456789abcdef0123456789abcdef'
const OTHER = 'other-0123456789abcdef0123456789abcdef0'
const [key, second] = [await generateSigningKey(), await generateSigningKey()]
const keysOf = (...keys: object[]): string => JSON.stringify({ keys })

const ENV: Readonly<Record<string, unknown>> = {
  ISSUER: 'https://edge.example.com',
  KEY_PEPPER: PEPPER,
  SIGNING_KEYS: keysOf(key),
  UPSTREAMS: { verifa: { live: 'https://up.example', sandbox: 'https://sand.example' } },
}

async function of(over: object = {}, catalog: Catalog = shipped): Promise<Fingerprint> {
  const parsed = parseSettings({ ...ENV, ...over }, catalog)
  if (!parsed.ok) throw new Error(parsed.error.join())
  return await fingerprintOf(parsed.value, await loadSettings(parsed.value), catalog)
}

describe('a fingerprint', () => {
  it('is the same for the same, in whatever order it is written', async () => {
    const UPSTREAMS = { verifa: { sandbox: 'https://sand.example', live: 'https://up.example/' } }
    const hosts = ['b.example', 'a.example']
    const [one, two] = [
      await of({ EDGE_HOSTS: hosts }),
      await of({ EDGE_HOSTS: hosts.toReversed() }),
    ]
    expect(two).toEqual(one)
    expect(await of({ UPSTREAMS })).toEqual(await of())
  })

  it.each<[string, object]>([
    ['AUDIENCE', { AUDIENCE: 'x' }],
    ['EDGE_HOSTS', { EDGE_HOSTS: ['x.example'] }],
    ['KEY_BRAND', { KEY_BRAND: 'acme' }],
    ['IMPORTED_PREFIXES', { IMPORTED_PREFIXES: ['sk_live_'] }],
    ['UPSTREAMS', { UPSTREAMS: { verifa: { live: 'https://else.example' } } }],
    [
      'TRUSTED_ISSUERS',
      {
        TRUSTED_ISSUERS: [
          {
            ...{ issuer: 'https://i.example', jwks_url: 'https://i.example/k', audience: 'a' },
            algorithms: ['RS256'],
          },
        ],
      },
    ],
    ['KEY_PEPPER', { KEY_PEPPER: OTHER }],
    ['KEY_PEPPER', { KEY_PEPPER: `${OTHER},${PEPPER}` }],
    ['SIGNING_KEYS', { SIGNING_KEYS: keysOf(second) }],
    ['SIGNING_KEYS', { SIGNING_KEYS: keysOf(key, second) }],
  ])('tells that %s differs', async (name, over) => {
    expect(differing(await of(over), await of())).toEqual([name])
  })

  it('tells another catalog, and the issuer with the audience that follows from it', async () => {
    const catalog = { ...shipped, publishable: { ...shipped.publishable, quota: 11 } }
    expect(differing(await of({}, catalog), await of())).toEqual(['CATALOG'])
    const moved = await of({ ISSUER: 'https://b.example' })
    expect(differing(moved, await of())).toEqual(['AUDIENCE', 'EDGE_HOSTS', 'ISSUER'])
  })

  it('passes over what only one of both knows', async () => {
    const { CATALOG: _, ...older } = await of()
    expect(differing({ ...older, NEWER: 'x' }, await of())).toEqual([])
  })

  it('holds no secret and no hash of one', async () => {
    const { CATALOG: _, ...told } = await of({ KEY_PEPPER: `${PEPPER},${OTHER}` })
    const text = JSON.stringify(told)
    for (const secret of [PEPPER, OTHER, key.d, keysOf(key)]) {
      expect(text).not.toContain(secret)
      for (const algorithm of ['md5', 'sha1', 'sha256', 'sha384', 'sha512']) {
        const digest = createHash(algorithm).update(secret)
        expect(text).not.toContain(digest.digest('hex').slice(0, 16))
      }
    }
  })

  it('stops minting where a pepper or a signing key differs, and nowhere else', () => {
    expect(
      ['KEY_PEPPER', 'SIGNING_KEYS', 'ISSUER', 'CATALOG'].filter((one) => stopsMinting([one])),
    ).toEqual(['KEY_PEPPER', 'SIGNING_KEYS'])
  })
})
