// Part 9: a new organization, from nothing to the first call, which the page notices by itself.

import { expect } from 'vitest'

import { apiKey, send } from '../../send.ts'
import type { Person } from '../person.ts'
import { CONSOLE, type ConsoleStack } from '../stack.ts'
import { shownValue } from './keys.ts'

export async function firstCall(
  person: Person,
  mark: string,
  { dev }: ConsoleStack,
): Promise<void> {
  const { page } = person
  await person.go(`${CONSOLE}/`)
  await person.type('Name', `New ${mark}`)
  await person.press('button', 'Create the organization')
  await person.sees('No call has reached a product yet.')
  const home = new URL(page.url()).pathname
  await person.press('link', 'Create a key')
  await person.type('Name', 'The first')
  await person.press('button', 'Create the key')
  const value = await shownValue(person)
  await person.press('link', 'Overview')
  await person.sees('Waiting for the first call.')

  await send(dev.url, '/api/v1/nothing', { headers: apiKey(value) })
  await person.sees('A call arrived, and was refused:')
  expect(new URL(page.url()).pathname).toBe(home)
  await send(dev.url, '/api/v1/sessions', { headers: apiKey(value) })
  await person.sees('The first call has arrived')
  await person.sees('Latest calls')
}
