// What a fresh start tells: where the console is, how to sign in, and a line for each kind of key.

import { expect, test } from 'vitest'

import type { Stack } from '../../src/dev/stack.ts'
import { welcome } from '../../src/dev/welcome.ts'

const names = ['secret_live', 'publishable_live', 'jwt', 'access_token', 'read_only_live']
const credentials = Object.fromEntries(names.map((name) => [name, { id: name, value: name }]))
const stack = { url: 'http://localhost:8787', demo: { credentials }, keys: 'made' }

test('the console’s address and where its token is', () => {
  const text = welcome(stack as unknown as Stack)
  expect(text).toContain('Developer Console: http://localhost:8787/edge/console/\n')
  expect(text).toContain('Sign in with ADMIN_TOKEN from .dev.vars.')
  for (const name of names) expect(text).toContain(name)
})
