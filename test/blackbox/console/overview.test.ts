// An organization's first page: from nothing to the first call, and what needs attention later on.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { TestEdge } from '../../harness/edge.ts'
import { newOrganization, until } from '../control/world.ts'
import { CONSOLE } from './client.ts'
import type { Client } from './client.ts'
import { MARKUP, secretIn } from './html.ts'
import { startWorld } from './world.ts'

const HOME = `${CONSOLE}/o/org_test`
const DAY_MS = 86_400_000

let edge: TestEdge
let client: Client
beforeAll(async () => {
  ;({ edge, client } = await startWorld())
})
afterAll(() => edge.stop())

const arrivalOf = async (home: string): Promise<unknown> =>
  JSON.parse((await client.get(`${home}/arrival`)).html)

describe('a new organization', () => {
  test('is led from nothing to the first call that is answered', async () => {
    await newOrganization(edge, 'org_new')
    const home = `${CONSOLE}/o/org_new`
    const empty = await client.get(home)
    expect(empty.text).toContain('No call has reached a product yet.')
    expect(empty.html).toContain(`href="${home}/keys/new"`)
    expect(empty.text).toContain('Waiting for the first call.')
    expect(empty.html).toContain(`data-arrival="${home}/arrival"`)
    expect(await arrivalOf(home)).toEqual({ latest: null, next: null })

    const made = await client.submit(`${home}/keys/new`, { name: MARKUP })
    const value = secretIn(made)
    const second = await client.get(home)
    expect(second.text).toContain(`${MARKUP} is ready.`)
    expect(second.html).not.toContain('<img src=x')
    expect(second.text).toMatch(/curl -X GET '[^']+' \\\n {2}-H 'X-API-Key: YOUR_KEY'/)
    expect(second.html).not.toContain(value)

    const headers = { 'x-api-key': value }
    const refused = await edge.fetch('/api/v1/nothing', { headers })
    const latest = refused.headers.get('x-request-id')
    await until(async () => JSON.stringify(await arrivalOf(home)).includes(latest ?? ''))
    expect(await arrivalOf(home)).toEqual({ latest, next: null })
    const third = await client.get(home)
    expect(third.text).toContain('A call arrived, and was refused:')
    expect(third.text).toContain('There is nothing at this method and path.')
    expect(third.html).toContain(`${home}/explain?request=${latest ?? ''}`)

    await edge.fetch('/api/v1/sessions', { headers })
    await until(async () => JSON.stringify(await arrivalOf(home)).includes('first_call'))
    const { next } = (await arrivalOf(home)) as { next: string }
    const used = await client.get(next)
    expect(used.text).toContain('The first call has arrived')
    expect(used.text).toContain('Latest calls')
  })
})

describe('an organization in use', () => {
  test('shows the day’s figures, the latest calls, and each thing that needs attention', async () => {
    const soon = Date.now() + 3 * DAY_MS
    const key = await edge.mint('secret', { name: `${MARKUP} ends`, expiresAt: soon })
    await edge.mint('secret', { name: 'ends later', expiresAt: Date.now() + 90 * DAY_MS })
    const jwt = await edge.mint('jwt', { products: ['aml_screening'] })
    const headers = { 'x-api-key': key.value }
    for (let i = 0; i < 3; i++) await edge.fetch('/api/v1/sessions', { headers })
    for (let i = 0; i < 2; i++) await edge.fetch('/api/v1/webhooks', { headers, method: 'POST' })
    const authorization = `Bearer ${jwt.value}`
    await edge.fetch('/screening/request', { method: 'POST', headers: { authorization } })
    const failing = { id: 'whe_failing', url: `https://hooks.example.com/${'x'.repeat(200)}` }
    await edge.sql(
      `INSERT INTO webhook_endpoints (id, organization_id, url, secret, events, disabled_at, disabled_reason, created_at)
       VALUES ('${failing.id}', 'org_test', '${failing.url}', 'v1.a.b', '[]', 1, 'failing', 1)`,
    )
    await until(async () => (await client.get(HOME)).text.includes('Requests6'))
    const { text, html } = await client.get(HOME)
    expect(text).toContain('Requests6Refused2Credits10')
    expect(text).toContain('2 calls were refused since yesterday: scope_missing.')
    expect(html).toContain(`href="${HOME}/keys/${key.id}" aria-label="Open the key: scope_missing"`)
    expect(text).toContain(`${MARKUP} ends expires `)
    expect(text).not.toContain('ends later')
    expect(text).toContain(`The webhook endpoint ${failing.url} was disabled because`)
    expect(html).toContain(`href="${HOME}/webhooks/${failing.id}"`)
    expect(text).toContain('GET /api/v1/sessions')
    expect(html).not.toContain('<img src=x')
  })

  test('says so when nothing needs attention', async () => {
    await newOrganization(edge, 'org_calm')
    const { value } = await edge.mint('secret', { organization: 'org_calm' })
    await edge.fetch('/api/v1/sessions', { headers: { 'x-api-key': value } })
    const home = `${CONSOLE}/o/org_calm`
    await until(async () => (await client.get(home)).text.includes('Latest calls'))
    const { text } = await client.get(home)
    expect(text).toContain('Nothing: no refusal since yesterday')
  })
})

test('the first page after signing in and after creating an organization is the overview', async () => {
  const made = await client.submit(`${CONSOLE}/`, { name: 'Fresh', plan: 'free' })
  expect(made.location).toMatch(/^\/edge\/console\/o\/org_\w+\?status=organization_created$/)
  expect((await client.get(made.location)).text).toContain('No call has reached a product yet.')
})
