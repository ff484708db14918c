// Part 2: keys, from the first to the last moment of one.

import { expect } from 'vitest'

import { apiKey, bearer, send } from '../../send.ts'
import { overflowing, violations } from '../pages.ts'
import { tabOrder, type Person } from '../person.ts'
import { HOME } from '../stack.ts'

const KEYS = `${HOME}/keys`

/** What a call with the value is answered with: the status and, refused, the reason. */
async function call({ page }: Person, path: string, headers: object): Promise<string> {
  const { origin } = new URL(page.url())
  const answer = await send(origin, path, { headers: headers as Record<string, string> })
  return [answer.status, answer.headers['x-edge-reason']].filter(Boolean).join(' ')
}

const sessions = (person: Person, value: string): Promise<string> =>
  call(person, '/api/v1/sessions', apiKey(value))

/** The value that the page shows this once; the page is looked at, because no link leads to it. */
export async function shownValue({ page }: Person): Promise<string> {
  // A copy button is shown by script, and axe-core needs script too.
  if (await page.locator('[data-copy="secret"]').isVisible()) {
    expect([...(await violations(page)), ...(await overflowing(page))]).toEqual([])
  }
  return (await page.locator('#secret').innerText()).trim()
}

/** Gone on reload: the address is another page's by then, and shows no value. */
export async function goneOnReload(person: Person, value: string): Promise<void> {
  await person.page.reload()
  expect(await person.page.content()).not.toContain(value)
  await person.page.goBack().catch(() => null)
  expect(await person.page.content()).not.toContain(value)
}

export async function keys(person: Person, mark: string): Promise<void> {
  const { page } = person
  const name = `Checkout ${mark}`
  await person.go(HOME)
  await person.press('link', 'Keys')
  await person.press('link', 'Create a key')
  await person.type('Name', name)
  // The default scopes are ticked; one more is taken of the management's.
  expect(await page.getByRole('checkbox', { name: /^sessions:read/ }).isChecked()).toBe(true)
  expect(await page.getByRole('checkbox', { name: /^keys:write/ }).isChecked()).toBe(false)
  await person.tick(/^identities:read/)
  await person.press('button', 'Create the key')
  const value = await shownValue(person)
  expect(await sessions(person, value)).toBe('200')
  expect(await page.locator('#curl-verifa').innerText()).toContain(`X-API-Key: ${value}`)
  await copies(person, value)
  await goneOnReload(person, value)

  await person.go(KEYS)
  await person.type('Name contains', mark)
  await person.press('button', 'Filter')
  await person.press('link', name)
  await person.press('link', 'Edit')
  await person.type('Name', `${name}, renamed`)
  await person.press('button', 'Save')
  await person.sees('The key was saved.')
  await person.sees('No request that begins later is decided on what was before')

  await person.press('link', 'Rotate')
  await person.tick(/^One hour/, 'radio')
  await person.press('button', 'Rotate')
  const fresh = await shownValue(person)
  expect([await sessions(person, value), await sessions(person, fresh)]).toEqual(['200', '200'])
  await person.go(KEYS)
  await person.sees('being replaced')

  await person.go(`${KEYS}?search=${encodeURIComponent(mark)}&state=active`)
  await person.press('link', new RegExp(`renamed`))
  await person.press('link', 'Invalidate')
  await person.sees('cannot be taken back')
  await person.type('Confirmation', 'another name')
  await person.press('button', 'Invalidate the key')
  await person.sees('exactly as it is shown')
  await person.type('Confirmation', `${name}, renamed`)
  await person.press('button', 'Invalidate the key')
  await person.sees('The key is invalid.')
  await person.sees('In force since')
  expect(await sessions(person, fresh)).toBe('401 key_revoked')
}

/** A JWT key: its products as checkboxes, one of the two, and what it may call by that. */
export async function jwtKey(person: Person, mark: string): Promise<void> {
  await person.go(`${KEYS}/new`)
  await person.press('link', 'JWT key')
  await person.type('Name', `Screening ${mark}`)
  await person.tick('document_verification')
  await person.press('button', 'Create the key')
  const headers = bearer(await shownValue(person))
  expect(await person.page.locator('#curl-aml_screening').count()).toBe(1)
  const { origin } = new URL(person.page.url())
  const screened = await send(origin, '/screening/request', { method: 'POST', headers })
  expect(screened.status).toBe(200)
  expect(await call(person, '/document-processing', headers)).toBe('403 product_not_granted')
}

/** The copy button puts the value where the next paste takes it from. */
async function copies({ page }: Person, value: string): Promise<void> {
  const button = page.locator('button[data-copy="secret"]')
  // Shown by script alone.
  if (!(await button.isVisible())) return
  await button.click()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(value)
}

/** What Tab reaches on the form for a new JWT key, in order: as it is read. */
export async function tabsOfKeyForm(person: Person): Promise<void> {
  await person.go(`${KEYS}/new?kind=jwt`)
  await person.page.locator('main').focus()
  // The box of the list is there once a list is chosen.
  expect(await tabOrder(person.page, 10)).toEqual([
    'All keys',
    'Secret key',
    'Publishable key',
    'JWT key',
    'Live',
    'Name',
    'document_verification',
    'aml_screening',
    'Any address that the organization’s list admits',
    'Expires (UTC)',
  ])
}
