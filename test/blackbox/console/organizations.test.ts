// The operator's first page: the organizations, and a new one by its form.

import { afterAll, beforeAll, expect, test } from 'vitest'

import { startEdge, type TestEdge } from '../../harness/edge.ts'
import { CONSOLE, formOf, signedIn, type Client } from './client.ts'
import { MARKUP } from './html.ts'

let edge: TestEdge
let client: Client
beforeAll(async () => {
  edge = await startEdge()
  client = await signedIn(edge)
})
afterAll(() => edge.stop())

test('lists the organizations, and finds one by a part of its name', async () => {
  expect((await client.get(`${CONSOLE}/`)).text).toContain('Testactiveenterprise')
  expect((await client.get(`${CONSOLE}/?search=ES`)).text).toContain('Testactive')
  const none = await client.get(`${CONSOLE}/?search=${encodeURIComponent(MARKUP)}`)
  expect(none.text).toContain(`No organization’s name contains “${MARKUP}”.`)
  expect((await client.get(CONSOLE)).location).toBe(`${CONSOLE}/`)
})

test('creates one with the plan and the products that were chosen, and goes there', async () => {
  const { html } = await client.get(`${CONSOLE}/`)
  const fields = { ...formOf(html), name: MARKUP, plan: 'starter', products: ['verifa', 'vault'] }
  const made = await client.post(`${CONSOLE}/`, fields)
  expect(made.status).toBe(303)
  const page = await client.get(made.location)
  expect(page.text).toContain('The organization was created.')
  expect(page.text).toContain(MARKUP)
  // A reload, or a second click.
  expect((await client.post(`${CONSOLE}/`, fields)).location).toBe(made.location)
  const rows = await edge.sql(`SELECT plan, products FROM organizations WHERE id <> 'org_test'`)
  expect(rows).toEqual([{ plan: 'starter', products: '["verifa","vault"]' }])
})

test('shows a form that is refused again, with what was typed and what is wrong', async () => {
  const page = await client.submit(`${CONSOLE}/`, { name: 'Kept', plan: 'nope' })
  expect(page.status).toBe(400)
  expect(page.html).toContain('id="plan-fault"')
  expect(formOf(page.html)['name']).toBe('Kept')
})
