// The scopes of seed 001: each row of its tables, and the sentences about them.

import { expect } from 'vitest'

import { call, callWith, type Check } from './seed.ts'

const DEFAULT = [
  'sessions:read',
  'sessions:create',
  'sessions:write',
  'verifications:read',
  'identities:read',
]

/** Scope, its description in the seed, and calls that need it. */
const rows: readonly (readonly [scope: string, description: string, ...calls: string[]])[] = [
  ['sessions:read', 'List and retrieve sessions', 'GET /sessions', 'GET /sessions/s1'],
  ['sessions:create', 'Create verification sessions', 'POST /sessions'],
  [
    'sessions:write',
    'Expire, redact, update, and reprocess sessions',
    'POST /sessions/s1/expire',
    'POST /sessions/s1/redact',
    'PATCH /sessions/s1',
    'POST /sessions/s1/reprocess',
  ],
  [
    'verifications:read',
    'Retrieve verification results and documents',
    'GET /sessions/s1/result',
    'GET /sessions/s1/documents/d1',
    'GET /results/r1',
  ],
  [
    'identities:read',
    'List and retrieve verified identities',
    'GET /identities',
    'GET /identities/i1',
  ],
  ['webhooks:read', 'List webhook endpoints', 'GET /webhooks'],
  [
    'webhooks:write',
    'Create, update, and delete webhook endpoints',
    'POST /webhooks',
    'PATCH /webhooks/w1',
    'DELETE /webhooks/w1',
  ],
  ['keys:read', 'List API keys', 'GET /api-keys'],
  ['keys:write', 'Create and revoke API keys', 'POST /api-keys', 'DELETE /api-keys/k1'],
  ['org:read', 'Read organization settings', 'GET /organization'],
  ['org:write', 'Update organization settings', 'PATCH /organization'],
  ['screening:read', 'Access watchlist screening records', 'GET /checks', 'GET /checks/c1'],
  [
    'screening:write',
    'Trigger AML screens and manage monitoring',
    'POST /checks',
    'PUT /checks/c1/monitoring',
  ],
  ['workflows:read', 'List and retrieve workflows', 'GET /workflows', 'GET /workflows/w1'],
  [
    'workflows:write',
    'Create, update, and trigger workflow runs',
    'POST /workflows',
    'PUT /workflows/w1',
    'POST /workflows/w1/runs',
  ],
  ['cases:read', 'List and retrieve review cases', 'GET /cases', 'GET /cases/c1'],
  [
    'cases:write',
    'Approve, reject, escalate, and manage cases',
    'POST /cases/c1/approve',
    'POST /cases/c1/reject',
    'POST /cases/c1/escalate',
    'PATCH /cases/c1',
  ],
  ['lists:read', 'List and retrieve custom screening lists', 'GET /lists', 'GET /lists/l1'],
  [
    'lists:write',
    'Create, update, and manage custom lists',
    'POST /lists',
    'PATCH /lists/l1',
    'DELETE /lists/l1',
  ],
  ['documents:write', 'Upload documents to sessions', 'POST /sessions/s1/documents'],
  ['audit:read', 'Access audit findings and statistics', 'GET /audit', 'GET /audit/statistics'],
  ['analytics:read', 'Access verification analytics', 'GET /analytics'],
]

/** Calls that another scope opens too: creating a session is also writing one. */
const ALSO: Readonly<Record<string, readonly string[]>> = { 'sessions:create': ['sessions:write'] }
const scopes = rows.map(([scope]) => scope)

const controls =
  (scope: string, calls: readonly string[]): Check =>
  async (edge) => {
    const opening = [scope, ...(ALSO[scope] ?? [])]
    const others = scopes.filter((one) => !opening.includes(one))
    const holder = await edge.mint('secret', { scopes: [scope] })
    const other = await edge.mint('secret', { scopes: others })
    for (const at of calls.map((one) => one.replace(' ', ' /api/v1'))) {
      expect([at, await call(edge, 'secret', holder, at)]).toEqual([at, '200'])
      expect([at, await call(edge, 'secret', other, at)]).toEqual([at, '403 scope_missing'])
    }
  }

/** A key that is minted as new keys are holds exactly the default scopes. */
const byDefault: Check = async (edge) => {
  const key = await edge.mint('secret')
  expect(await call(edge, 'secret', key, 'GET /api/v1/sessions')).toBe('200')
  expect(edge.upstream.received.at(-1)?.headers['x-edge-scopes']).toBe(DEFAULT.join(' '))
  for (const [scope, , ...calls] of rows) {
    const [first = ''] = calls
    const expected = DEFAULT.includes(scope) ? '200' : '403 scope_missing'
    const at = first.replace(' ', ' /api/v1')
    expect([at, await call(edge, 'secret', key, at)]).toEqual([at, expected])
  }
}

const minimal: Check = async (edge) => {
  const options = { scopes: ['sessions:read'] }
  expect(await callWith(edge, 'secret', options, 'GET /api/v1/sessions')).toBe('200')
  expect(await callWith(edge, 'secret', options, 'POST /api/v1/sessions')).toBe('403 scope_missing')
}

export const scopeRows: Readonly<Record<string, Check>> = {
  'Each API key is granted a set of scopes that control which endpoints it can access.': minimal,
  'Scopes follow the resource:action pattern.': async (edge) => {
    const key = await edge.mint('secret', { scopes })
    await call(edge, 'secret', key, 'GET /api/v1/sessions')
    const sent = edge.upstream.received.at(-1)?.headers['x-edge-scopes']?.split(' ') ?? []
    expect(sent).toEqual(scopes)
    for (const scope of sent) expect(scope).toMatch(/^[a-z]+:[a-z]+$/)
  },
  'These scopes are granted to all new API keys:': byDefault,
  'These scopes must be explicitly granted and are intended for administrative integrations:':
    byDefault,
  ...Object.fromEntries(
    rows.map(([scope, description, ...calls]) => [scope + description, controls(scope, calls)]),
  ),
  'Use the minimum scopes required.': minimal,
  'Only grant management scopes to keys that need them.': byDefault,
}
