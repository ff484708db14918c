// Each credential of demo.json does what its name says, and nothing else.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { CODES, NO_KEY, REACHES, REFUSALS, type Headers } from './demo-calls.ts'
import { newState, startDev, type DevProcess } from './dev-process.ts'
import { apiKey, bearer, send } from './send.ts'

const state = newState()
let dev: DevProcess

beforeAll(async () => {
  dev = await startDev(state.dir)
})
afterAll(async () => {
  await dev.stop()
  state.remove()
})

/** Bearer credentials by name; the others go into X-API-Key. */
const BEARERS = ['jwt', 'jwt_full', 'access_token']

function present(name: string): Headers {
  return BEARERS.includes(name) ? bearer(dev.value(name)) : apiKey(dev.value(name))
}

test.each(REACHES)(
  '%s: %s with %o reaches its product',
  async (name, call, headers, status, productId) => {
    const [method = '', target = ''] = call.split(' ')
    const answer = await send(dev.url, target, {
      method,
      headers: { ...present(name), ...headers },
    })
    expect(answer.status).toBe(status)
    const { product: reached, environment, assertion, received } = answer.upstream()
    expect(reached).toBe(productId)
    expect(environment).toBe(name === 'secret_sandbox' ? 'sandbox' : 'live')
    const organization = name === 'other_org_live' ? dev.demo.organizations.other : 'org_demo'
    const facts = { sub: dev.demo.credentials[name]?.id, org: organization, env: environment }
    expect(assertion).toMatchObject({ valid: true, claims: { ...facts, product: productId } })
    expect(`${received.method} ${received.path}`).toBe(call.split('?')[0])
    expect(received.headers).not.toHaveProperty('x-api-key')
    expect(received.headers).not.toHaveProperty('authorization')
  },
)

test.each(REFUSALS)(
  '%s: %s with %o is refused with %i %s',
  async (name, call, headers, status, reason, detail) => {
    const [method = '', target = ''] = call.split(' ')
    const answer = await send(dev.url, target, {
      method,
      headers: { ...present(name), ...headers },
    })
    expect(answer.json()).toEqual({ error: CODES[status], detail, status_code: status })
    expect(answer.status).toBe(status)
    expect(answer.headers['x-edge-reason']).toBe(reason)
    if (status === 401) expect(answer.headers['www-authenticate']).toContain('Bearer')
  },
)

describe('what is no credential of ours', () => {
  const missing = { error: 'unauthorized', detail: NO_KEY, status_code: 401 }

  test('none at all, also where there is no route', async () => {
    for (const target of ['/api/v1/sessions', '/no/such/path']) {
      const answer = await send(dev.url, target)
      expect([answer.status, answer.json()]).toEqual([401, missing])
      expect(answer.headers['x-edge-reason']).toBe('credential_missing')
    }
  })

  test('a live key that calls itself sandbox', async () => {
    const renamed = dev.value('secret_live').replace('vk_live_', 'vk_sandbox_')
    const answer = await send(dev.url, '/api/v1/sessions', { headers: apiKey(renamed) })
    expect([answer.status, answer.json()]).toEqual([401, missing])
    expect(answer.headers['x-edge-reason']).toBe('credential_invalid')
  })

  test('a secret key as a bearer token, a token as an API key', async () => {
    const swapped = [bearer(dev.value('secret_live')), apiKey(dev.value('access_token'))]
    for (const headers of swapped) {
      expect((await send(dev.url, '/api/v1/sessions', { headers })).status).toBe(401)
    }
  })

  test('two at once', async () => {
    const headers = { ...apiKey(dev.value('secret_live')), ...bearer(dev.value('jwt')) }
    const answer = await send(dev.url, '/api/v1/sessions', { headers })
    expect(answer.status).toBe(400)
    expect(answer.headers['x-edge-reason']).toBe('credential_multiple')
  })
})
