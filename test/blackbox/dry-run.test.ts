// What `wrangler deploy` would upload, by a dry run of each Worker.

import { describe, expect, test } from 'vitest'

import { ROLES } from '../../src/config/workers.ts'
import { bundle } from '../harness/bundle.ts'

describe('a dry run', () => {
  test.each(ROLES)('bundles %s as one module', async (role) => {
    const text = await bundle(role)
    expect(text).toContain('export {')
    expect(text).not.toMatch(/^import (?!.*"(?:cloudflare|node):)/m)
  })

  test('nothing of control or of a schema library is in the gate', async () => {
    const text = await bundle('gate')
    expect(text).not.toMatch(/node_modules\/(?:zod|@hono|nanoid|standardwebhooks)/)
    expect(text).not.toMatch(/^\/\/ src\/control\//m)
  })

  test('control has no sentences of zod but the English ones, and its OpenAPI document made', async () => {
    const text = await bundle('control')
    const locales = [...text.matchAll(/zod\/v4\/locales\/([\w-]+)\./g)].map(([, name]) => name)
    expect(new Set(locales)).toEqual(new Set(['en']))
    expect(text).not.toContain('// src/control/api/openapi.ts')
    expect(text).toContain('// src/control/api/openapi.generated.json')
  })

  test('the guards’ Worker is the guards alone', async () => {
    const text = await bundle('guard')
    expect(text).not.toMatch(/^\/\/ src\/(?:gate|control)\/|node_modules/m)
  })
})
