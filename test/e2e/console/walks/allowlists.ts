// Part 4: allowlists of a key: addresses and origins, what they cover, and what emptying one does.

import { expect } from 'vitest'

import type { Person } from '../person.ts'
import { HOME, type ConsoleStack } from '../stack.ts'

interface Options {
  /** Whether what is typed is checked before it is sent. */
  readonly script: boolean
}

export async function allowlists(
  person: Person,
  mark: string,
  { api }: ConsoleStack,
  { script }: Options = { script: true },
): Promise<void> {
  const { page } = person
  const name = `Widget ${mark}`
  await api('POST /keys', { kind: 'publishable', environment: 'live', name })
  await person.go(HOME)
  await person.press('link', 'Allowlists')
  await person.type('The key’s name contains', name)
  await person.press('button', 'Find')
  await person.press('link', `Addresses of ${name}`)
  await person.sees('not restricted')
  await person.sees('Your current address')

  await person.type('New entries, one address a line', '203.0.113.0/24\n203.0.113.')
  if (!script) await person.press('button', 'Check')
  await person.sees('256 addresses')
  await person.press('button', 'Add')
  await person.sees('entry 2:')
  await person.type('New entries, one address a line', '203.0.113.0/24\n2001:db8::/48')
  await person.press('button', 'Add')
  await person.sees('Until now this list restricts nothing.')
  await person.press('button', 'Begin the restriction')
  await person.sees('The allowlist was saved.')

  for (const [address, words] of [
    ['203.0.113.9', /passes|admits|would pass|forwarded/i],
    ['198.51.100.1', /not on the IP allowlist|refused/i],
  ] as const) {
    await person.type('From the address', address)
    await person.press('button', 'Ask')
    expect(await page.locator('#trial').locator('..').innerText()).toMatch(words)
  }

  for (const entry of ['203.0.113.0/24', '2001:db8::/48']) await person.tick(`Remove ${entry}`)
  await person.press('button', 'Remove the ticked…')
  await person.sees('Nobody passes any more.')
  await person.type('Confirmation', name)
  await person.press('button', 'Remove')
  await person.sees('nothing is listed')
  await person.press('link', 'Lift the restriction…')
  await person.sees('Everybody passes.')
  await person.type('Confirmation', name)
  await person.press('button', 'Lift the restriction')
  await person.sees('not restricted')

  await person.press('link', 'Origins')
  await person.type('New entries, one origin a line', 'https://app.example.com')
  await person.press('button', 'Add')
  await person.press('button', 'Begin the restriction')
  await person.sees('The allowlist was saved.')
  await person.type('From a page of the origin', 'https://evil.example')
  await person.press('button', 'Ask')
  await person.sees(/origin is not allowed/i)
}
