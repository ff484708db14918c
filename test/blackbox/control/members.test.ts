// Members, over the wire: operators manage them, nothing else that comes over HTTP does, and a person
// is signed out by the change itself.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { ADMIN_TOKEN, startEdge, type TestEdge } from '../../harness/edge.ts'
import { caller, fault, type Call } from './call.ts'
import { newOrganization, untouched } from './world.ts'

let edge: TestEdge
let admin: Call
beforeAll(async () => {
  edge = await startEdge()
  await newOrganization(edge, 'org_other')
  admin = caller(edge, { authorization: `Bearer ${ADMIN_TOKEN}` })
})
afterAll(() => edge.stop())
beforeEach(() => edge.sql('DELETE FROM members'))

interface Member {
  readonly organization_id: string
  readonly email: string
  readonly role: string
  readonly created_at: number
}

const ANN = 'ann@example.com'
const at = (verb: string, email = '', organization = 'org_test'): string =>
  `${verb} /members${email && `/${email}`}?organization=${organization}`
const put = (role: string, email = ANN, organization?: string) =>
  admin<Member>(at('PUT', email, organization), { role })
const listed = async (organization?: string) =>
  (await admin<{ items: Member[] }>(at('GET', '', organization))).body.items

test('a person is made a member, changed and removed', async () => {
  expect(await listed()).toEqual([])
  const made = await put('viewer')
  expect([made.status, made.body]).toEqual([
    201,
    {
      ...{ organization_id: 'org_test', email: ANN, role: 'viewer' },
      created_at: expect.any(Number) as number,
    },
  ])
  const same = await put('viewer')
  expect([same.status, same.body]).toEqual([200, made.body])
  const changed = await put('administrator')
  expect([changed.status, changed.body]).toEqual([200, { ...made.body, role: 'administrator' }])
  const last = await admin(at('DELETE', ANN))
  expect([last.status, last.reason]).toEqual([409, 'last_administrator'])
  await put('administrator', 'zoe@example.com')
  expect((await listed()).map(({ email }) => email)).toEqual([ANN, 'zoe@example.com'])
  expect((await admin(at('DELETE', ANN))).status).toBe(204)
  expect((await admin(at('DELETE', ANN))).reason).toBe('not_found')
  expect((await listed()).map(({ email }) => email)).toEqual(['zoe@example.com'])
})

test('membership in one organization is nothing in another', async () => {
  await put('administrator')
  expect(await listed('org_other')).toEqual([])
  expect((await admin(at('DELETE', ANN, 'org_other'))).status).toBe(404)
  await put('viewer', ANN, 'org_other')
  expect(await listed()).toMatchObject([{ role: 'administrator' }])
  await admin(at('DELETE', ANN))
  expect(await listed('org_other')).toMatchObject([{ role: 'viewer' }])
})

describe('an e-mail address', () => {
  test.each(['Ann@Example.COM', 'Ann%40example.com', '%41nn@example.com'])(
    '%s is kept in lower case, as one',
    async (email) => {
      await put('viewer')
      await put('administrator', 'zoe@example.com')
      const again = await put('administrator', email)
      expect([again.status, again.body.email]).toEqual([200, ANN])
      expect((await admin(at('DELETE', email))).status).toBe(204)
    },
  )

  test('may hold a tag', async () => {
    expect((await put('viewer', 'ann+portcullis@mail.example.co.uk')).status).toBe(201)
  })

  test.each([
    'ann',
    'ann@example',
    '@example.com',
    'ann@',
    'ann@@example.com',
    'ann@b@example.com',
    'ann%20b@example.com',
    'ann@example.com%0a',
    'ann%3Cb%3E@example.com',
    'a%27%20OR%201@example.com',
    'żółć@example.com',
    'bo%E2%84%AA@example.com',
    '.ann@example.com',
    'a..b@example.com',
    `${'a'.repeat(243)}@example.com`,
  ])('%s is none', async (email) => {
    await untouched(edge, async () => {
      expect(fault((await put('viewer', email)) as never)).toMatch(
        /^400 (?:request_invalid email|path_ambiguous)/,
      )
      expect((await admin(at('DELETE', email))).status).toBe(400)
    })
  })

  test.each([
    [254, 201],
    [255, 400],
  ])('of %i characters is answered with %i', async (length, status) => {
    const [user, label] = ['a'.repeat(64), 'b'.repeat(60)]
    const domain = `${label}.${label}.com`
    const email = `${user}@${'c'.repeat(length - user.length - domain.length - 2)}.${domain}`
    expect(email).toHaveLength(length)
    expect((await put('viewer', email)).status).toBe(status)
  })

  test('has at most 64 characters before the @', async () => {
    expect((await put('viewer', `${'a'.repeat(64)}@example.com`)).status).toBe(201)
    expect((await put('viewer', `${'a'.repeat(65)}@example.com`)).status).toBe(400)
  })
})

test.each([
  [{ role: 'owner' }, 'role'],
  [{ role: 'Viewer' }, 'role'],
  [{ role: null }, 'role'],
  [{}, 'role'],
  [{ role: 'viewer', email: 'bob@example.com' }, 'email'],
  [{ role: 'viewer', organization_id: 'org_other' }, 'organization_id'],
])('%j is no membership', async (body, field) => {
  await untouched(edge, async () => {
    expect(fault(await admin(at('PUT', ANN), body))).toBe(`400 request_invalid ${field}`)
  })
})

test('an organization has at most 200 members, who can still be changed', async () => {
  await edge.sql(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
     INSERT INTO members (organization_id, email, role)
     SELECT 'org_test', 'm' || i || '@example.com', 'viewer' FROM n`,
  )
  expect((await put('viewer')).reason).toBe('too_many_members')
  expect((await put('administrator', 'm7@example.com')).status).toBe(200)
  expect((await put('viewer', ANN, 'org_other')).status).toBe(201)
  expect(await listed()).toHaveLength(200)
})

test('two calls at once make one member', async () => {
  const answers = await Promise.all([put('viewer'), put('viewer'), put('viewer')])
  expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(['200', '200', '201'])
})

test.each([
  ['a new role', () => put('viewer')],
  ['the removal', () => admin(at('DELETE', ANN))],
])('%s signs the person out of this organization, and nobody else', async (_, change) => {
  const now = Date.now()
  const people = [
    ['a', ANN, 'org_test'],
    ['b', ANN, 'org_other'],
    ['c', 'bob@example.com', 'org_test'],
  ] as const
  for (const [id, email, organization] of people) {
    await put('administrator', email, organization)
    await edge.sql(
      `INSERT INTO console_sessions (id, actor_type, name, organization_id, role, created_at, seen_at, expires_at)
       VALUES ('${id.repeat(64)}', 'person', '${email}', '${organization}', 'administrator', ${now}, ${now}, ${now + 60_000})`,
    )
  }
  await put('administrator')
  const revoked = () =>
    edge.sql('SELECT substr(id, 1, 1) AS id FROM console_sessions WHERE revoked_at IS NOT NULL')
  expect(await revoked()).toEqual([])
  await change()
  expect(await revoked()).toEqual([{ id: 'a' }])
  await edge.sql('DELETE FROM console_sessions')
})
