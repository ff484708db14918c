// Secrets that change: signing keys and peppers; and what survives a restart.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { generateSigningKey } from '../../src/credentials/signing-keys.ts'
import { startEdge, type TestEdge } from '../harness/edge.ts'
import { outcome, present } from './call.ts'

const OLD_PEPPER = 'the-old-pepper-of-the-tests-0123456789ab'
const NEW_PEPPER = 'the-new-pepper-of-the-tests-0123456789ab'
const current = await generateSigningKey()
const retired = await generateSigningKey()
const removed = await generateSigningKey()
const { d: _, ...retiredPublic } = retired

let edge: TestEdge
beforeAll(async () => {
  edge = await startEdge({
    signingKey: current,
    bindings: {
      SIGNING_KEYS: JSON.stringify({ keys: [current, retiredPublic] }),
      KEY_PEPPER: `${NEW_PEPPER},${OLD_PEPPER}`,
    },
  })
})
afterAll(() => edge.stop())

const callSignedBy = async (signingKey: typeof current): Promise<string> => {
  const key = await edge.mint('jwt', { signingKey })
  return await outcome(edge, '/document-processing', { headers: present('jwt', key) })
}

describe('signing keys', () => {
  test('the JWKS holds the public halves of all of them and nothing else', async () => {
    const answer = await edge.fetch('/.well-known/jwks.json')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toContain('json')
    expect(answer.headers.get('cache-control')).toMatch(/max-age=\d+/)
    const text = await answer.text()
    expect(text).not.toContain(current.d)
    const { keys } = JSON.parse(text) as { keys: Record<string, string>[] }
    expect(keys.map(({ kid }) => kid)).toEqual([current.kid, retired.kid])
    for (const key of keys) {
      expect(Object.keys(key).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x'])
    }
  })

  test('a JWT that a retired key signed is accepted while its public half is listed', async () => {
    expect(await callSignedBy(current)).toBe('200')
    expect(await callSignedBy(retired)).toBe('200')
  })

  test('one that a key signed which is not listed is refused, whatever its row says', async () => {
    expect(await callSignedBy(removed)).toBe('401 credential_invalid')
    expect(await callSignedBy({ ...removed, kid: current.kid })).toBe('401 credential_invalid')
  })

  test('assertions are signed by the first, and verify against the JWKS', async () => {
    const key = await edge.mint('access_token', { pepper: NEW_PEPPER })
    const headers = { ...present('access_token', key), 'x-approver-department': 'retail' }
    await outcome(edge, '/api/v1/ingest', { method: 'POST', headers })
    const received = edge.upstream.received.at(-1)?.headers ?? {}
    const assertion = received['x-edge-assertion'] ?? ''
    expect(decodeProtectedHeader(assertion)).toEqual({
      alg: 'EdDSA',
      typ: 'vk-assertion+jwt',
      kid: current.kid,
    })
    const jwks = createRemoteJWKSet(new URL(`${edge.url}/.well-known/jwks.json`))
    const { payload } = await jwtVerify(assertion, jwks, {
      issuer: 'http://localhost',
      audience: 'vault',
      typ: 'vk-assertion+jwt',
    })
    expect(payload).toMatchObject({
      sub: key.id,
      org: 'org_test',
      env: 'live',
      key_type: 'access_token',
      scopes: ['ingest', 'search'],
      service_user: `su_${key.id.slice(4)}`,
      source_system: 'vkyc',
      departments: ['retail'],
    })
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBeLessThanOrEqual(60)
  })

  test('an assertion is no credential', async () => {
    const value = edge.upstream.received.at(-1)?.headers['x-edge-assertion'] ?? ''
    expect(value).not.toBe('')
    const headers = { authorization: `Bearer ${value}` }
    expect(await outcome(edge, '/document-processing', { headers })).toBe('401 credential_invalid')
  })
})

const callUnder = async (pepper?: string): Promise<string> => {
  const key = await edge.mint('secret', pepper === undefined ? {} : { pepper })
  return await outcome(edge, '/api/v1/sessions', { headers: present('secret', key) })
}

describe('peppers', () => {
  test('keys of the new and of the old pepper work', async () => {
    expect(await callUnder(NEW_PEPPER)).toBe('200')
    expect(await callUnder(OLD_PEPPER)).toBe('200')
  })

  test('a key that was minted under neither is refused, although its row is there', async () => {
    expect(await callUnder('another-pepper-of-the-tests-0123456789ab')).toBe(
      '401 credential_invalid',
    )
    expect(await callUnder()).toBe('401 credential_invalid')
  })
})

test('keys, lists and what was spent survive a restart', async () => {
  const storage = await mkdtemp(join(tmpdir(), 'portcullis-storage-'))
  const signingKey = await generateSigningKey()
  const post = { method: 'POST' }
  try {
    const first = await startEdge({ storage, signingKey })
    const open = await first.mint('publishable')
    const confined = await first.mint('secret', { ips: ['203.0.113.0/24'] })
    const spend = { ...post, headers: present('publishable', open) }
    for (let i = 0; i < 9; i++) expect(await outcome(first, '/api/v1/sessions', spend)).toBe('200')
    await first.sql(`UPDATE credentials SET origin_restricted = 0 WHERE id = '${open.id}'`)
    await first.stop()

    const second = await startEdge({ storage, signingKey })
    try {
      expect(await outcome(second, '/api/v1/sessions', spend)).toBe('200')
      expect(await outcome(second, '/api/v1/sessions', spend)).toBe('429 rate_limited')
      const headers = present('secret', confined)
      const from = (address: string) => outcome(second, '/api/v1/sessions', { headers, address })
      expect(await from('203.0.113.1')).toBe('200')
      expect(await from('192.0.2.1')).toBe('403 address_not_allowed')
    } finally {
      await second.stop()
    }
  } finally {
    await rm(storage, { recursive: true, force: true })
  }
})
