// Questions that cost nothing. What explain says is what the gate then answers, for every situation
// that the gate tells apart, by a key's id and by a pasted credential.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { mint } from '../../harness/mint.ts'
import { generateSigningKey } from '../../../src/credentials/signing-keys.ts'
import { shipped } from '../../../src/catalog.ts'
import { ADDRESS, explained, real, said, type Explanation } from './explained.ts'
import { ORGANIZATIONS, SITUATIONS } from './situations.ts'
import { newOrganization, startWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
  for (const [id, change] of Object.entries(ORGANIZATIONS)) {
    await newOrganization(world.edge, id)
    await world.edge.sql(`${change} WHERE id = '${id}'`)
  }
})
afterAll(() => world.edge.stop())

/** Without the one member that time changes. */
const timeless = ({ limits, ...rest }: Explanation): unknown => ({
  ...rest,
  limits: limits.map(({ name, limit, remaining }) => ({ name, limit, remaining })),
})

describe('explain says what the gate then answers', () => {
  test.each(SITUATIONS)('%s', async (_, situation, expected) => {
    const { kind = 'secret', key, sql, spent = 0 } = situation
    const { id, value } = await world.edge.mint(kind, key)
    if (sql) await world.edge.sql(sql(id))
    await world.edge.sync()
    for (let i = 0; i < spent; i++) expect(await real(world.edge, situation, value)).toBe('200')

    const pasted = await explained(world.admin, situation, { credential: value })
    expect(pasted.status).toBe(200)
    expect(pasted.text).not.toContain(value)
    expect(said(pasted.body)).toBe(expected)
    const named = await explained(world.admin, situation, { key_id: id })
    if (expected.endsWith('record_unreadable')) expect(named.reason).toBe('record_unreadable')
    else expect(timeless(named.body)).toEqual(timeless(pasted.body))

    const { steps, reason } = pasted.body
    const last = steps.at(-1)
    expect(last?.reason ?? null).toBe(reason)
    expect(steps.slice(0, -1).every(({ verdict }) => verdict === 'pass')).toBe(true)
    expect(last?.detail.length).toBeGreaterThan(10)

    expect(await real(world.edge, situation, value)).toBe(expected)
  })
})

describe('explain of a pasted credential that is none of ours', () => {
  const rows: readonly [string, () => Promise<string>, string][] = [
    ['nonsense', async () => 'nonsense', '401 credential_invalid'],
    ['nothing', async () => '', '401 credential_invalid'],
    ['two of them', async () => 'vk_live_a,vk_live_b', '400 credential_multiple'],
    [
      'under another pepper',
      async () => {
        const minted = await world.edge.mint('secret', {
          pepper: 'another-pepper-0123456789abcdef0123456789',
        })
        return minted.value
      },
      '401 credential_invalid',
    ],
    [
      'of a key that is gone',
      async () => {
        const { id, value } = await world.edge.mint('secret')
        await world.edge.sql(`DELETE FROM credentials WHERE id = '${id}'`)
        return value
      },
      '401 credential_unknown',
    ],
    [
      'a JWT of another signer',
      async () => {
        const { edge } = world
        const signingKey = await generateSigningKey()
        return (await mint({ catalog: shipped, signingKey, sql: (text) => edge.sql(text) }, 'jwt'))
          .value
      },
      '401 credential_invalid',
    ],
    [
      'a JWT past its own end',
      async () => {
        const { id, value } = await world.edge.mint('jwt', {
          issuedAt: 1_700_000_000_000,
          expiresAt: 1_700_000_060_000,
        })
        await world.edge.sql(`UPDATE credentials SET expires_at = NULL WHERE id = '${id}'`)
        return value
      },
      '401 key_expired',
    ],
    [
      'an imported one that was not',
      async () => `sk_live_${'x'.repeat(32)}`,
      '401 credential_unknown',
    ],
  ]
  test.each(rows)('%s', async (_, make, expected) => {
    const value = await make()
    const situation = { kind: value.startsWith('ey') ? ('jwt' as const) : ('secret' as const) }
    const { body, text } = await explained(world.admin, situation, { credential: value })
    expect(said(body)).toBe(expected)
    if (value) expect(text).not.toContain(value)
    expect(await real(world.edge, situation, value)).toBe(expected)
  })
})

test('a key explains keys of its own organization and environment, itself too', async () => {
  const { id } = await world.edge.mint('secret', { scopes: [] })
  const asked = { key_id: id, method: 'GET', path: '/api/v1/sessions', address: ADDRESS }
  const { body } = await world.mine<Explanation>('POST /explain', asked)
  expect(said(body)).toBe('403 scope_missing')
  expect(body.steps.map(({ step }) => step)).toEqual([
    ...['path', 'authenticate', 'status', 'address', 'route', 'origin', 'grant'],
  ])
})
