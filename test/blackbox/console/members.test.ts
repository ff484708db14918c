// Members in the console: who may sign in for an organization, and what they may do there.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { startEdge } from '../../harness/edge.ts'
import { CONSOLE, formOf, signedIn, type Client } from './client.ts'
import { MARKUP } from './html.ts'
import type { People } from './people.ts'
import { startPeopledWorld } from './world.ts'

const MEMBERS = `${CONSOLE}/o/org_test/members`
const ANN = 'ann@example.com'
const VIC = 'vic@example.com'

let people: People
let operator: Client
let administrator: Client
beforeAll(async () => {
  ;({ people, client: operator } = await startPeopledWorld())
  await people.edge.sql(
    `INSERT INTO members (organization_id, email, role) VALUES ('org_test', '${ANN}', 'administrator')`,
  )
  administrator = await people.enter(ANN)
})
afterAll(() => people.edge.stop())

const members = (): Promise<Record<string, unknown>[]> =>
  people.edge.sql('SELECT organization_id, email, role FROM members ORDER BY email')

/** Adds a member by the page's form; an administrator's token is on that page. */
const add = (client: Client, email: string, role = 'viewer') =>
  client.submit(MEMBERS, { email, role })

describe('a member', () => {
  test('is added, in any case of letters, and may then sign in', async () => {
    const added = await add(administrator, ` ${VIC.toUpperCase()} `)
    expect(added).toMatchObject({ status: 303, location: `${MEMBERS}?status=member_saved` })
    const page = await administrator.get(added.location)
    expect(page.text).toContain('The member was saved.')
    expect(page.text).toContain(`${VIC} viewer`)
    const viewer = await people.enter(VIC)
    expect((await viewer.get(MEMBERS)).status).toBe(200)
  })

  test('is signed out by another role, and has it after signing in again', async () => {
    const viewer = await people.enter(VIC)
    const page = await administrator.get(`${MEMBERS}/${encodeURIComponent(VIC)}`)
    expect(page.text).toContain('signed out at once')
    expect(formOf(page.html)).toMatchObject({ role: 'viewer' })
    const at = `${MEMBERS}/${encodeURIComponent(VIC)}`
    expect((await administrator.submit(at, { role: 'owner' })).status).toBe(400)
    expect((await viewer.get(MEMBERS)).status).toBe(200)
    expect((await administrator.submit(at, { role: 'administrator' })).status).toBe(303)
    expect((await viewer.get(MEMBERS)).status).toBe(303)
    expect((await (await people.enter(VIC)).get(MEMBERS)).text).toContain('Add a member')
  })

  test('is removed behind the address, and signed out', async () => {
    await add(operator, `o'neil+test@example.com`)
    const at = `${MEMBERS}/${encodeURIComponent(`o'neil+test@example.com`)}/remove`
    for (const confirmation of ['', VIC]) {
      expect((await operator.submit(at, { confirmation })).status).toBe(400)
    }
    expect(await members()).toHaveLength(3)
    const removed = await operator.submit(at, { confirmation: `o'neil+test@example.com` })
    expect((await operator.get(removed.location)).text).toContain('The member was removed.')
    expect(await members()).toHaveLength(2)
    expect((await operator.get(at)).status).toBe(404)
  })

  test.each([
    ['', 'must not be empty'],
    ['ann', 'must be an e-mail address'],
    [MARKUP, 'must be an e-mail address'],
    ['a/b@example.com', 'must be an e-mail address'],
    [`${'x'.repeat(250)}@example.com`, 'must have at most 254 characters'],
    [ANN.toUpperCase(), 'is a member already'],
  ])('is not made of %s, which stays in the form', async (email, says) => {
    const before = await members()
    const page = await add(operator, email)
    expect(page.status).toBe(400)
    expect(page.text).toContain(says)
    expect(page.html).toContain('id="email-fault"')
    expect(formOf(page.html)['email']).toBe(email)
    expect(page.html).not.toContain('<img src=x')
    expect(await members()).toEqual(before)
  })

  test('is not made without a role that there is', async () => {
    const page = await operator.submit(MEMBERS, { email: 'new@example.com', role: 'operator' })
    expect(page.status).toBe(400)
    expect(page.html).toContain('id="role-fault"')
  })
})

test('nobody changes their own membership', async () => {
  const { text, html } = await administrator.get(MEMBERS)
  expect(text).toContain(`${ANN} you`)
  const own = `${MEMBERS}/${encodeURIComponent(ANN)}`
  expect(html).not.toContain(`href="${own}`)
  const csrf = await administrator.csrf(MEMBERS)
  const before = await members()
  for (const at of [own, `${own}/remove`]) {
    expect((await administrator.get(at)).status).toBe(409)
    const fields = { csrf, role: 'viewer', confirmation: ANN }
    expect((await administrator.post(at, fields)).status).toBe(409)
  }
  expect(await members()).toEqual(before)
})

test('a viewer reads the members and changes none', async () => {
  await people.edge.sql(
    `INSERT INTO members (organization_id, email, role) VALUES ('org_test', 'val@example.com', 'viewer')`,
  )
  const viewer = await people.enter('val@example.com')
  const { text } = await viewer.get(MEMBERS)
  expect(text).toContain(ANN)
  expect(text).not.toMatch(/Add a member|Change role|Remove/)
  const csrf = await viewer.csrf(MEMBERS)
  const before = await members()
  const ann = `${MEMBERS}/${encodeURIComponent(ANN)}`
  for (const at of [MEMBERS, ann, `${ann}/remove`]) {
    const fields = { csrf, email: 'new@example.com', role: 'viewer', confirmation: ANN }
    expect((await viewer.post(at, fields)).status).toBe(403)
  }
  for (const at of [ann, `${ann}/remove`]) expect((await viewer.get(at)).status).toBe(403)
  expect(await members()).toEqual(before)
})

test('another organization’s members are not there', async () => {
  await people.edge.sql(
    `INSERT INTO members (organization_id, email, role) VALUES ('org_other', 'oz@example.com', 'viewer')`,
  )
  const before = await members()
  expect((await operator.get(MEMBERS)).text).not.toContain('oz@example.com')
  const oz = `${MEMBERS}/${encodeURIComponent('oz@example.com')}`
  for (const at of [oz, `${oz}/remove`, `${MEMBERS}/nonsense`]) {
    expect((await operator.get(at)).status).toBe(404)
    const fields = { role: 'administrator', confirmation: 'oz@example.com' }
    expect((await operator.post(at, fields)).status).toBe(404)
  }
  expect((await administrator.get(`${CONSOLE}/o/org_other/members`)).status).toBe(404)
  expect(await members()).toEqual(before)
})

test('without Cloudflare Access the page says that members cannot sign in yet', async () => {
  const edge = await startEdge()
  const { text } = await (await signedIn(edge)).get(MEMBERS)
  expect(text).toContain('no member can sign in yet')
  expect(text).toContain('There is no member yet.')
  await edge.stop()
})
