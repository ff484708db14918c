// Part 6: a webhook endpoint, its secret, its verification, a test event and its delivery.

import { expect } from 'vitest'

import type { Person } from '../person.ts'
import { HOME, type ConsoleStack } from '../stack.ts'
import { goneOnReload, shownValue } from './keys.ts'

export async function webhooks(
  person: Person,
  mark: string,
  { receiver }: ConsoleStack,
): Promise<void> {
  const { page } = person
  const path = `/${encodeURIComponent(mark)}`
  await person.go(HOME)
  await person.press('link', 'Webhooks')
  await person.press('link', 'Add an endpoint')
  await person.type('Address', receiver.url + path)
  await person.type('Description', mark)
  await person.press('button', 'Add the endpoint')
  const secret = await shownValue(person)
  expect(secret).toMatch(/^whsec_/)
  await goneOnReload(person, secret)
  await person.go(`${HOME}/webhooks`)
  await person.press('link', new RegExp(`/${encodeURIComponent(mark)}$`))
  await person.press('button', 'Verify')
  await person.sees('The receiver did not answer the challenge rightly.')
  receiver.secrets.set(path, secret)
  await page.goBack()
  await person.press('button', 'Verify')
  await person.sees('The endpoint has answered its challenge, and is enabled.')
  await person.press('button', 'Send a test event')
  await person.sees('A test event is on its way.')
  const here = new URL(page.url()).pathname
  const delivered = page.locator('tbody .badge', { hasText: 'delivered' })
  for (let tries = 0; tries < 400 && (await delivered.count()) === 0; tries++) {
    await page.waitForTimeout(300)
    await person.go(here)
  }
  await person.sees('One attempt: delivered, status 200')
  await person.press('button', 'Resend')
  await person.sees('The delivery is on its way again.')
  await person.press('link', 'Delete')
  await person.type('Confirmation', new URL(receiver.url).host)
  await person.press('button', 'Delete the endpoint')
  await person.sees('The endpoint was deleted.')
}
