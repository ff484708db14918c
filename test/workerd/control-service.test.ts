// Control as the gate finds it behind its binding: what may be called, who is believed, and what crosses.

import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it, vi } from 'vitest'

import type { Answered, Call, CallKey, ControlService } from '../../src/call/call.ts'
import { shipped } from '../../src/catalog.ts'
import { createControl } from '../../src/control/worker.ts'
import { Control as Client } from '../../src/gate/control.ts'
import { controlInProcess } from './control-in-process.ts'
import { ADDRESS, ORIGIN, outcome, startIsolate } from './isolate.ts'
import { applySchema, makeOrganization, mint, run } from './rows.ts'

/** As in vitest.config.ts. */
const ADMIN_TOKEN = 'admin-token-of-the-tests-0123456789abcdef'
const NOBODY: Call = {
  v: 1,
  key: null,
  requestId: 'r',
  address: ADDRESS,
  now: Date.now(),
  settings: {},
}
const asked = (path: string, headers: Record<string, string> = {}): Request =>
  new Request(`${ORIGIN}/edge/v1${path}`, { headers })
const bearer = { authorization: `Bearer ${ADMIN_TOKEN}` }

let organization: string
beforeAll(async () => {
  await applySchema()
  organization = await makeOrganization()
})

describe('what may be called', () => {
  it('is what the gate needs, and no other method, getter or field', () => {
    const { prototype } = createControl(shipped)
    const names = ['answer', 'console', 'constructor', 'document', 'exposed', 'fetch', 'queue']
    expect(Object.getOwnPropertyNames(prototype).toSorted()).toEqual([...names, 'scheduled'])
    const control = controlInProcess(shipped)
    // The runtime's own; a binding reaches what is on the prototype, and no field of an instance.
    expect(Object.keys(control)).toEqual(['ctx', 'env'])
  })

  it('has no door', async () => {
    const service = env.CONTROL as unknown as Fetcher
    const answer = await service.fetch(`${ORIGIN}/edge/v1/whoami`, { headers: bearer })
    expect([answer.status, await answer.text()]).toEqual([404, ''])
  })
})

describe('who is believed', () => {
  it('nobody is an operator who does not show it in the request', async () => {
    expect(await env.CONTROL.answer(asked('/whoami'), NOBODY)).toBeNull()
    const wrong = asked('/whoami', { authorization: 'Bearer not-the-admin-token-0123456789abcdef' })
    expect(await env.CONTROL.answer(wrong, NOBODY)).toBeNull()
    const { response, reason, acting } = (await env.CONTROL.answer(
      asked('/whoami', bearer),
      NOBODY,
    )) as Answered
    expect([response.status, reason, acting?.name]).toEqual([200, null, 'operator:admin-token'])
    expect(await response.json()).toMatchObject({ type: 'operator' })
  })

  it.each<[string, object]>([
    ['claims an operator', { acting: 'operator' }],
    ['is of a version to come', { v: 99 }],
    ['names a key half', { key: { id: 'key_1' } }],
  ])('a call that %s is refused', async (_, over) => {
    const call = { ...NOBODY, ...over } as Call
    const control = controlInProcess(shipped)
    await expect(control.answer(asked('/whoami'), call)).rejects.toThrow('not understood')
    await expect(control.console(asked('/'), call)).rejects.toThrow('not understood')
  })

  it('a key that makes a change is looked up, whatever the call says of it', async () => {
    const { id } = await mint(organization, 'secret')
    await run(`UPDATE credentials SET scopes = '["keys:read"]' WHERE id = '${id}'`)
    const key: CallKey = {
      ...{ id, organization, plan: 'enterprise', expiresAt: null },
      ...({ environment: 'live', kind: 'secret' } as const),
      ...{ scopes: ['keys:read', 'keys:write'], products: ['verifa'] },
    }
    const request = new Request(`${ORIGIN}/edge/v1/keys`, { method: 'POST', body: '{}' })
    const answered = (await env.CONTROL.answer(request, { ...NOBODY, key })) as Answered
    expect([answered.response.status, answered.reason]).toEqual([403, 'scope_missing'])
  })
})

describe('what crosses', () => {
  const claims = {
    'x-edge-org-id': 'org_evil',
    'x-edge-key-id': 'key_evil',
    'x-forwarded-host': 'evil.test',
    'x-forwarded-for': '203.0.113.99',
    cookie: '__Host-portcullis=x',
    'cf-access-jwt-assertion': 'x.y.z',
  }

  it('of a key’s request is nothing that claims or proves who calls', async () => {
    const seen: { headers: Headers; call: Call }[] = []
    const real = controlInProcess(shipped)
    const answer = async (request: Request, call: Call): Promise<Answered | null> => {
      seen.push({ headers: new Headers(request.headers), call })
      return await real.answer(request, call)
    }
    const isolate = await startIsolate()
    const control = new Client({ answer } as unknown as ControlService)
    const { id, value } = await mint(organization, 'secret')
    const request = new Request(`${ORIGIN}/edge/v1/whoami`, {
      headers: { ...claims, 'x-api-key': value, 'cf-connecting-ip': ADDRESS, accept: 'text/plain' },
    })
    const { handle } = await import('../../src/gate/app.ts')
    const response = await handle(request, { ...isolate.edge, control }, { waitUntil: () => {} })
    expect(await response.json()).toMatchObject({ id, organization_id: organization })
    expect(seen.length).toBe(2)
    // The assertion had to be shown to control; then the key passed.
    expect([...(seen[0]?.headers.keys() ?? [])]).toEqual(['accept', 'cf-access-jwt-assertion'])
    expect(seen[0]?.call.key).toBeNull()
    expect([...(seen[1]?.headers.keys() ?? [])]).toEqual(['accept'])
    expect(seen[1]?.call).toMatchObject({ address: ADDRESS, key: { id, organization } })
  })

  it('is no more than a call may hold', async () => {
    const isolate = await startIsolate()
    const { value } = await mint(organization, 'secret')
    const spied = vi.spyOn(isolate.edge.bindings.CONTROL, 'answer')
    expect(outcome(await isolate.call('/edge/v1/whoami', { key: value }))).toBe('200')
    const call = spied.mock.calls[0]?.[1]
    expect(Object.keys(call ?? {}).toSorted()).toEqual([
      ...['address', 'key', 'now', 'requestId', 'settings', 'v'],
    ])
    expect(structuredClone(call)).toEqual(call)
  })
})

const gone = (): Promise<never> => Promise.reject(new Error('Network connection lost: secret'))
const silent = (): Promise<never> => new Promise(() => {})
const isolateOf = async (call: () => Promise<never>) => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  const isolate = await startIsolate()
  const service = { answer: call, console: call, document: call, exposed: call }
  const control = new Client(service, 20)
  const { handle } = await import('../../src/gate/app.ts')
  const edge = { ...isolate.edge, control }
  return async (path: string, headers: Record<string, string> = {}) => {
    const sent = { 'cf-connecting-ip': ADDRESS, ...headers }
    const request = new Request(ORIGIN + path, { headers: sent })
    return await handle(request, edge, { waitUntil: (work) => void work.catch(() => {}) })
  }
}

describe('control that cannot be reached', () => {
  it.each([
    ['throws', gone],
    ['is silent', silent],
  ])('because it %s, is 503 on its own paths, and nothing else is concerned', async (_, call) => {
    const send = await isolateOf(call)
    const { value } = await mint(organization, 'secret')
    const key = { 'x-api-key': value }
    const own: [string, Record<string, string>][] = [
      ['/edge/v1/whoami', key],
      ['/edge/v1/organizations', bearer],
      ['/edge/console/', {}],
      ['/edge/openapi.json', {}],
    ]
    for (const [path, headers] of own) {
      const response = await send(path, headers)
      expect([path, outcome(response)]).toEqual([path, '503 control_unreachable'])
      expect(response.headers.get('retry-after')).toBe('1')
      expect(await response.text()).not.toContain('secret')
    }
    expect(outcome(await send('/api/v1/sessions', key))).toBe('200')
    expect(outcome(await send('/edge/health'))).toBe('200')
    expect(outcome(await send('/.well-known/jwks.json'))).toBe('200')
    expect(outcome(await send('/edge/v1/whoami'))).toBe('401 credential_missing')
  })
})
