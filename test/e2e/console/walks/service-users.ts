// Part 3: a service user, its departments and its tokens.

import { expect } from 'vitest'

import { bearer, send } from '../../send.ts'
import type { Person } from '../person.ts'
import { HOME } from '../stack.ts'
import { goneOnReload, shownValue } from './keys.ts'

async function ingest({ page }: Person, value: string, department: string): Promise<string> {
  const headers = { ...bearer(value), 'x-approver-department': department }
  const { origin } = new URL(page.url())
  const answer = await send(origin, '/api/v1/ingest', { method: 'POST', headers })
  return [answer.status, answer.headers['x-edge-reason']].filter(Boolean).join(' ')
}

export async function serviceUsers(person: Person, mark: string): Promise<void> {
  const { page } = person
  const name = `Branch scan ${mark}`
  await person.go(HOME)
  await person.press('link', 'Service users')
  await person.press('link', 'Create a service user')
  await person.type('Name', name)
  await person.type('Source system', 'branch_scan')
  await person.type('Departments, one a line', 'retail\ncorporate')
  await person.press('button', 'Create the service user')
  await person.sees('The service user was created.')
  expect(await page.locator('#curl-vault').innerText()).toContain('YOUR_TOKEN')

  await person.press('link', 'Tokens')
  await person.press('link', 'Mint a token')
  await person.type('Name', `Nightly ${mark}`)
  await person.press('button', 'Mint the token')
  const value = await shownValue(person)
  const line = await page.locator('#curl-vault').innerText()
  expect(line).toContain(`Authorization: Bearer ${value}`)
  expect(line).toContain('branch_scan')
  expect(await ingest(person, value, 'corporate')).toBe('202')
  expect(await ingest(person, value, 'treasury')).toBe('403 department_not_allowed')
  await goneOnReload(person, value)

  await person.go(`${HOME}/service-users`)
  await person.press('link', name)
  const user = page.url()
  await person.press('link', 'Disable')
  await person.sees(`Nightly ${mark}`)
  await person.type('Confirmation', name)
  await person.press('button', 'Disable the service user')
  await person.sees('The service user is disabled.')
  expect(await ingest(person, value, 'retail')).toBe('401 service_user_disabled')
  await person.press('link', 'Enable')
  await person.press('button', /^Enable/)
  expect(await ingest(person, value, 'retail')).toBe('202')

  await person.go(`${new URL(user).pathname}/tokens`)
  await person.press('link', `Revoke Nightly ${mark}`)
  await person.type('Confirmation', `Nightly ${mark}`)
  await person.press('button', 'Revoke the token')
  await person.sees('The token is invalid.')
  expect(await ingest(person, value, 'retail')).toBe('401 key_revoked')
}
