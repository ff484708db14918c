// A key that has leaked: its value is revoked by, and repeated nowhere.

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { importPeppers, mintKey } from '../../src/credentials/digest.ts'
import {
  generateSigningKey,
  loadSigningKeys,
  parseSigningKeys,
} from '../../src/credentials/signing-keys.ts'
import { mintJwt } from '../../src/credentials/mint-jwt.ts'
import { Stop, type Ops } from '../../src/cli/answer.ts'
import { revokeWhere } from '../../src/cli/direct/revoke-statements.ts'
import { idOfValue } from '../../src/cli/direct/value.ts'
import { execute } from '../../src/cli/direct/wrangler.ts'
import { readValue } from '../../src/cli/pasted.ts'
import { insertCredential, insertOrganization } from '../../src/dev/statements.ts'
import { database, NO_EDGE, runOps, sandbox, SCHEMA, type Sandbox } from './harness.ts'

const ORG = 'org_4fXo0qPYB1mTz7Qe'
const NOW = Date.UTC(2026, 10, 28)
const VALUE = 'vk_live_9sKd2LmQx7VbT0aW4fXo0qPYB1mTz7Qe'
const JWT = 'eyJhbGciOiJFZERTQSJ9.eyJqdGkiOiJrZXlfOXNLZDJMbVF4N1ZiVDBhVyJ9.c2lnbmF0dXJlX29mX2l0'

let here: Sandbox
let ops: Ops
beforeAll(async () => {
  here = await sandbox()
  const io = { env: {}, out: () => {}, err: () => {}, now: () => NOW, input: async () => '' }
  ops = {
    io,
    sync: false,
    url: NO_EDGE,
    vars: here.vars,
    persistTo: here.directory,
  }
})
afterAll(() => here.remove())

describe('what is pasted', () => {
  it.each([
    VALUE,
    ` ${VALUE}\n`,
    `"${VALUE}"`,
    `'${VALUE}',`,
    `Bearer ${VALUE}`,
    `X-API-Key: ${VALUE}`,
    `-H 'x-api-key: ${VALUE}' \\`,
    `Authorization: Bearer ${VALUE}\r\n`,
    `"Authorization": "Bearer ${VALUE}"`,
    `export API_KEY="${VALUE}"`,
    `\`${VALUE}\``,
  ])('%j is the value', (text) => expect(readValue(text)).toBe(VALUE))

  it.each(['', ' \n', '""', `${VALUE} ${VALUE}`, `${VALUE}\n${VALUE}`, 'x'.repeat(20_001)])(
    'is refused where it is none, or more than one',
    (text) => expect(() => readValue(text)).toThrow(Stop),
  )
})

/** Rows of credentials, of every kind, and the values that they belong to. */
async function furnished() {
  const db = database()
  db.exec(insertOrganization({ id: ORG, name: 'A', plan: 'free', products: [] }))
  db.exec(
    `INSERT INTO service_users (id, organization_id, name, source_system) VALUES ('su_1', '${ORG}', 'U', 'u')`,
  )
  const { KEY_PEPPER = '', SIGNING_KEYS = '' } = parseEnv(readFileSync(here.vars, 'utf8'))
  const peppers = await importPeppers([KEY_PEPPER])
  const values: Record<string, string> = {}
  const base = {
    ...{ organizationId: ORG, environment: 'live' as const, name: 'K', scopes: [], products: [] },
    ...{ expiresAt: null, ips: [], origins: [] },
  }
  for (const kind of ['secret', 'publishable', 'access_token'] as const) {
    const { id, value, digest } = await mintKey(peppers, 'vk', kind, 'live')
    const serviceUserId = kind === 'access_token' ? 'su_1' : null
    db.exec(insertCredential({ ...base, id, kind, digest, serviceUserId }))
    values[id] = value
  }
  values['key_ofAJwt'] = await jwtOf(NO_EDGE, 'key_ofAJwt', SIGNING_KEYS)
  const row = { ...base, kind: 'jwt' as const, digest: null, serviceUserId: null }
  db.exec(insertCredential({ ...row, id: 'key_ofAJwt' }))
  values['key_imported'] = 'sk_live_minted_elsewhere'
  const sha256 = createHash('sha256').update('sk_live_minted_elsewhere').digest('hex')
  db.exec(insertCredential({ ...row, id: 'key_imported', kind: 'secret', digest: sha256 }))
  db.exec(
    `INSERT INTO imported_keys (digest, prefix, credential_id) VALUES ('${sha256}', 'sk_live_', 'key_imported')`,
  )
  const foreign = await jwtOf('https://issuer.example.com', 'abc')
  values['key_foreign'] = foreign
  db.exec(insertCredential({ ...row, id: 'key_foreign' }))
  db.exec(
    `UPDATE credentials SET external = 'https://issuer.example.com abc' WHERE id = 'key_foreign'`,
  )
  return { db, values, base, peppers }
}

/** Signed by a key that this deployment does not have, unless these are given. */
async function jwtOf(issuer: string, jti: string, keys?: string): Promise<string> {
  const parsed = parseSigningKeys(keys ?? JSON.stringify({ keys: [await generateSigningKey()] }))
  if (!parsed.ok) throw new Error(parsed.error)
  return await mintJwt({
    ...{
      signingKeys: await loadSigningKeys(parsed.value),
      issuer,
      audience: issuer,
      sub: jti,
      jti,
    },
    ...{ org: ORG, env: 'live', products: ['verifa'], issuedAtMs: NOW, expiresAtMs: NOW + 60_000 },
  })
}

describe('revoking by value', () => {
  it('ends the credential of every kind that it belongs to, and no other', async () => {
    const { db, values } = await furnished()
    for (const [id, value] of Object.entries(values)) {
      const statement = revokeWhere(await idOfValue(ops, value), NOW)
      expect(statement).not.toContain(value)
      expect(db.prepare(statement).all()).toEqual([{ id }])
    }
  })

  it('finds nothing for the value of nobody', async () => {
    const { db } = await furnished()
    for (const value of ['sk_live_of_nobody', await jwtOf('https://other.example.com', 'abc')]) {
      expect(db.prepare(revokeWhere(await idOfValue(ops, value), NOW)).all()).toEqual([])
    }
  })

  it('refuses what only looks like one of ours: a wrong tag, a JWT that others signed', async () => {
    await expect(idOfValue(ops, VALUE)).rejects.toThrow(/no KEY_PEPPER of this deployment/)
    await expect(idOfValue(ops, await jwtOf(NO_EDGE, 'key_ofAJwt'))).rejects.toThrow(
      /no key of SIGNING_KEYS signed/,
    )
    await expect(idOfValue(ops, 'eyJhbGciOiJub25lIn0.e30.')).rejects.toThrow(/no whole JWT/)
  })

  it('reads it from standard input alone', async () => {
    const given = await runOps(['key', 'revoke', '--value', VALUE])
    expect(given).toMatchObject({ exitCode: 2, out: '' })
    expect(given.err).toContain('read from standard input')
    expect(given.err).not.toContain(VALUE)
    expect((await runOps(['key', 'revoke', 'key_1', '--value', '-'])).err).toContain('not both')
    expect((await runOps(['key', 'revoke'])).err).toContain('say which key')
  })

  it('over wrangler: revoked, on record with who did it, and the value printed nowhere', async () => {
    const { base, peppers } = await furnished()
    const { id, value, digest } = await mintKey(peppers, 'vk', 'secret', 'live')
    const row = { ...base, id, digest, kind: 'secret' as const, serviceUserId: null }
    const organization = insertOrganization({ id: ORG, name: 'A', plan: 'free', products: [] })
    await here.sql([SCHEMA, organization, insertCredential(row)].join('\n'))
    const as = ['--direct', '--as', 'ann@example.com']
    const first = await here.piped(`X-API-Key: ${value}\n`, 'key', 'revoke', '--value', '-', ...as)
    expect(first).toMatchObject({ exitCode: 0, err: '' })
    expect(first.out).toContain(`${id} (K) revoked at`)
    expect(first.out).toContain('past the API')
    expect(first.out).not.toContain(value)
    const again = await here.piped(value, 'key', 'revoke', '--direct', '--value', '-', '--json')
    expect(again.json()).toMatchObject({ id, already_revoked: true })
    const nobody = await here.piped(
      'sk_live_of_nobody',
      ...['key', 'revoke', '--direct', '--value', '-'],
    )
    expect(nobody.err).toContain('no key, token or imported key of this deployment has that value')
    const [changes] = await execute<[Record<string, unknown>]>(ops, [
      'SELECT organization_id, actor, path FROM ops_changes ORDER BY path DESC;',
    ])
    const actor = 'operator:ops/ann@example.com'
    // The second revocation changed nothing.
    expect(changes).toEqual([{ organization_id: ORG, actor, path: `/ops/key/revoke/${id}` }])
  })
})

const SECRETS = [
  VALUE,
  JWT,
  'vk_tok_live_9sKd2LmQx7VbT0aW4fXo0qPYB1mTz7Qe',
  'whsec_MfKQ9r8GKYqrTwjU',
]
const PLACES: readonly ((value: string) => readonly string[])[] = [
  (value) => [value],
  (value) => ['key', value],
  (value) => [`--${value}`],
  (value) => ['key', 'revoke', value],
  (value) => ['key', 'revoke', value, '--json'],
  (value) => ['key', 'revoke', 'key_1', value],
  (value) => ['key', 'list', '--organization', value],
  (value) => ['key', 'create', '--organization', value, '--kind', 'secret', ...NEW],
  (value) => ['key', 'create', '--organization', ORG, '--kind', value, ...NEW],
  (value) => ['key', 'create', '--organization', ORG, '--kind', 'secret', ...NEW, '--name', value],
  (value) => ['organization', 'create', '--name', value],
  (value) => ['organization', 'create', '--name', 'A', '--plan', value],
  (value) => ['service-user', 'list', '--organization', value],
  (value) => ['token', 'list', '--service-user', value],
  (value) => ['token', 'mint', '--service-user', value, ...NEW],
  (value) => ['member', 'list', '--organization', value],
  (value) => ['member', 'add', '--organization', ORG, '--role', 'viewer', value],
  (value) => ['member', 'add', '--organization', ORG, '--role', value, 'ann@example.com'],
  (value) => ['ip', 'allow', '--organization', value, '192.0.2.1'],
  (value) => ['ip', 'allow', '--key', value, '192.0.2.1'],
  (value) => ['ip', 'allow', '--organization', ORG, value],
  (value) => ['origin', 'allow', '--key', value, 'https://a.example'],
  (value) => ['restriction', 'lift', '--key', value, '--ip'],
  (value) => ['sync', '--url', value],
  (value) => ['sync', '--vars', `/nowhere/${value}`],
]
const NEW = ['--environment', 'live', '--name', 'K']

describe('a value in the place of something else', () => {
  it.each(SECRETS)('%s is printed by no command', async (value) => {
    for (const place of PLACES) {
      const ran = await runOps(place(value))
      expect([place('…'), ran.exitCode]).toEqual([place('…'), 2])
      expect([place('…'), ran.out.includes(value), ran.err.includes(value)]).toEqual([
        place('…'),
        false,
        false,
      ])
    }
  })

  it('as an id, the error says what it looks like and what to do', async () => {
    const ran = await runOps(['key', 'revoke', VALUE])
    expect(ran.err).toContain("that looks like a key's value: it is not the id of a key")
    expect(ran.err).toContain('npm run ops -- key revoke --direct --value -')
  })
})
