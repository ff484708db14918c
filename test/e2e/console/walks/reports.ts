// Parts 5, 7, 8: usage, audit, and why a call was refused.

import { expect } from 'vitest'

import type { Person } from '../person.ts'
import { HOME, type ConsoleStack } from '../stack.ts'

/** Follows a link to a file, and reads that. */
async function download({ page }: Person, name: string): Promise<string> {
  const href = await page.locator('a', { hasText: name }).first().getAttribute('href')
  const answer = await page.request.get(href ?? '')
  expect(answer.headers()['content-type']).toContain('text/csv')
  return await answer.text()
}

export async function usage(person: Person): Promise<void> {
  const { page } = person
  await person.go(HOME)
  await person.press('link', 'Usage')
  await person.press('link', '7 days')
  const charts = page.locator('figure.chart svg[role=img]')
  expect(await charts.count()).toBe(2)
  // What the chart says in words is what the table has as numbers.
  const total = await page.locator('tr.total').innerText()
  const [requests = 0, refused = 0] = total.match(/\d+/g)?.map(Number) ?? []
  expect(refused).toBeGreaterThan(2)
  expect(await charts.first().textContent()).toContain(
    `${requests - refused} let through, ${refused} refused`,
  )
  await person.sees('Why calls were refused')
  await person.sees('The key lacks the scope that the route needs.')
  const csv = await download(person, 'Download as CSV')
  expect(csv.trim().split('\r\n').length).toBeGreaterThan(2)
}

/** By reason to a row, from there to its trace; the chain; the file. */
export async function audit(person: Person): Promise<void> {
  const { page } = person
  await person.go(HOME)
  await person.press('link', 'Audit')
  expect(await download(person, 'Download as CSV')).toContain('scope_missing')
  await person.choose('Reason', 'scope_missing')
  await person.press('button', 'Search')
  await page.locator('tbody th a').first().waitFor()
  await page.locator('tbody th a').first().click()
  await person.sees('On record')
  await person.press('link', 'Go through it step by step')
  await person.sees('It was refused: 403 scope_missing')
  await person.go(`${HOME}/audit`)
  await person.press('link', 'Verify the chain')
  await person.sees('intact')
}

export async function explain(person: Person, { call, dev }: ConsoleStack): Promise<void> {
  const { page } = person
  const request = await call('ip_restricted_live', 'GET /api/v1/sessions', {
    'cf-connecting-ip': '192.0.2.9',
  })
  await person.go(HOME)
  await person.press('link', 'Explain')
  // On account within seconds.
  for (let tries = 0; tries < 400; tries++) {
    await person.type('Request id', request)
    await person.press('button', 'Find it')
    if (!(await person.text()).includes('No call with this id')) break
    await page.waitForTimeout(500)
  }
  await person.sees('It was refused: 403 address_not_allowed')
  await person.sees('not on an allowlist')
  expect(await page.locator('.trace .refuse').innerText()).toContain('refused here')
  // Asked again as it would be from where it may come.
  await person.type('Address of the caller', '203.0.113.9')
  await person.press('button', 'Explain')
  await person.sees('It would be forwarded to the product')
  await person.press('link', 'Explain')
  await person.type('Path', `${dev.url}/api/v1/nothing`)
  await person.choose('Key', (await page.locator('#key option').nth(1).innerText()).trim())
  await person.press('button', 'Explain')
  await person.sees('It would be refused')
}
