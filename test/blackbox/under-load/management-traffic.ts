// Calls of the management API among the others: keys that are made, used, changed, replaced and
// revoked, by a key and by operators, and calls that it refuses. The secrets that it shows are noted.

import { createHash, randomBytes } from 'node:crypto'

import { ADMIN_TOKEN } from '../../harness/edge.ts'
import type { RecordingUpstream } from '../../harness/upstream.ts'
import { challengeAnswer } from '../../control/webhooks/receiver.ts'
import { REDACTED } from '../../../src/audit/redact.ts'
import type { Cast } from './cast.ts'
import type { Answer, Exchange } from './exchange.ts'
import type { Caller, Expected, Ledger } from './ledger.ts'
import type { Secrets } from './secrets.ts'

/** One after the other, by one client. */
export type Task = (ledger: Ledger) => Promise<void>

const JSON_TYPE = { 'content-type': 'application/json' }
const OPERATOR = { authorization: `Bearer ${ADMIN_TOKEN}`, ...JSON_TYPE }

/** As IMPORTED_PREFIXES must have it. */
export const IMPORTED_PREFIX = 'legacy_'

const get = (target: string, headers: Exchange['headers'] = {}): Exchange => ({ target, headers })

interface Challenge {
  readonly type: string
  readonly data: { readonly challenge: string }
}

interface NewKey {
  readonly id: string
  readonly value: string
}

/** The life of a key, of which each step is a request: seven. */
export function lifeOfKey({ manager }: Cast, secrets: Secrets, i: number): Task {
  const caller: Caller = manager
  const own: Expected = { told: /^200$/, decision: 'forwarded', caller, product: 'edge' }
  const headers = { ...manager.headers, ...JSON_TYPE }
  return async ({ send }) => {
    const call = (method: string, path: string, body: object, told = /^200$/): Promise<Answer> =>
      send(
        { method, target: `/edge/v1${path}`, headers, body: JSON.stringify(body) },
        { ...own, told },
      )
    const use = async ({ id, value }: NewKey, told: RegExp): Promise<void> => {
      const decision = told.test('200') ? 'forwarded' : 'refused'
      const user = { id, organization: manager.organization }
      const expected: Expected = { told, decision, caller: user, product: 'verifa' }
      const request = { target: '/api/v1/sessions', headers: { 'x-api-key': value } }
      await send(request, expected)
    }
    const noted = (key: NewKey): NewKey => {
      secrets.add(key.value)
      return key
    }
    const scopes = ['sessions:read']
    const body = { kind: 'secret', name: `Key ${i}`, scopes, products: ['verifa'] }
    const created = await call('POST', '/keys', body, /^201$/)
    const first = noted(JSON.parse(created.body) as NewKey)
    await use(first, /^200$/)
    await call('PATCH', `/keys/${first.id}`, { name: `Renamed ${i}`, ips: ['198.51.100.0/24'] })
    const rotated = await call('POST', `/keys/${first.id}/rotate`, { grace_seconds: 0 }, /^201$/)
    const second = noted((JSON.parse(rotated.body) as { key: NewKey }).key)
    await use(first, /^401 key_expired$/)
    await call('POST', `/keys/${second.id}/revoke`, {})
    await use(second, /^401 key_revoked$/)
  }
}

/** Single calls: of a key, of operators, of nobody; thirteen. */
export function managementCalls(cast: Cast): Task {
  const { manager, secret, token, narrow, unknown } = cast
  const product = 'edge'
  const own: Expected = { told: /^200$/, decision: 'forwarded', caller: manager, product }
  const refused = (told: RegExp, caller?: Caller): Expected => ({
    ...{ told, decision: 'refused', product, ...(caller && { caller }) },
  })
  // Operators are no caller that has a key.
  const operators: Expected = { told: /^200$/, decision: 'forwarded', operator: '' }
  return async ({ send }) => {
    await send(get('/edge/v1/whoami', secret.headers), { ...own, caller: secret })
    await send(get('/edge/v1/keys?limit=2', manager.headers), own)
    await send(get('/edge/v1/usage', manager.headers), own)
    const nowhere = refused(/^404 not_found$/, manager)
    await send(get('/edge/v1/keys/key_nowhere', manager.headers), nowhere)
    const path = `/edge/v1/keys/${REDACTED}`
    const malformed = { ...refused(/^400 request_invalid$/, manager), path }
    await send(get(`/edge/v1/keys/${secret.value}`, manager.headers), malformed)
    await send(get('/edge/v1/keys', narrow.headers), refused(/^403 scope_missing$/, narrow))
    await send(get('/edge/v1/keys', token.headers), refused(/^403 kind_not_accepted$/, token))
    await send(get('/edge/v1/keys', {}), refused(/^401 credential_missing$/))
    const within: Expected = { ...operators, operator: 'org_test', product }
    await send(get('/edge/v1/keys?organization=org_test', OPERATOR), within)
    const misspelt: Expected = {
      ...operators,
      told: /^404 not_found$/,
      decision: 'refused',
      product,
    }
    await send(get('/edge/v1/keys?organization=org_nowhere', OPERATOR), misspelt)
    await send(get('/edge/v1/organizations', OPERATOR), operators)
    // A pasted credential is looked up and kept nowhere.
    const question = { method: 'GET', path: '/api/v1/sessions', address: '198.51.100.7' }
    for (const credential of [secret.value, unknown]) {
      const body = JSON.stringify({ ...question, credential })
      const asked = { method: 'POST', target: '/edge/v1/explain', headers: OPERATOR, body }
      await send(asked, { ...operators, product })
    }
  }
}

/** A key minted elsewhere, and a place where webhooks go, whose secret is shown once; five. */
export function arrivals({ manager }: Cast, secrets: Secrets, receiver: RecordingUpstream): Task {
  const headers = { ...manager.headers, ...JSON_TYPE }
  const own: Expected = { told: /^201$/, decision: 'forwarded', caller: manager, product: 'edge' }
  return async ({ send }) => {
    const endpoint = JSON.stringify({ url: `${receiver.url}/hook` })
    const made = await send(
      { method: 'POST', target: '/edge/v1/webhooks', headers, body: endpoint },
      own,
    )
    const { id: endpointId, secret } = JSON.parse(made.body) as { id: string; secret: string }
    secrets.add(secret)
    receiver.answer = (_request, response) => {
      const event = JSON.parse(receiver.received.at(-1)?.body ?? '{}') as Challenge
      const nonce = event.type === 'system.challenge' ? event.data.challenge : undefined
      response.end(
        nonce === undefined
          ? 'ok'
          : JSON.stringify({ challenge_response: challengeAnswer(secret, nonce) }),
      )
    }
    const verify = { method: 'POST', target: `/edge/v1/webhooks/${endpointId}/verify`, headers }
    await send(verify, { ...own, told: /^200$/ })
    const value = `${IMPORTED_PREFIX}${randomBytes(24).toString('hex')}`
    secrets.add(value)
    const sha256 = createHash('sha256').update(value).digest('hex')
    const key = { kind: 'secret', name: 'Imported', prefix: IMPORTED_PREFIX, sha256 }
    const products = ['verifa']
    const body = JSON.stringify({ ...key, products, scopes: ['sessions:read'] })
    // As wrong a place for it as any.
    const misused = { ...headers, 'idempotency-key': value }
    const imported = await send(
      { method: 'POST', target: '/edge/v1/keys/import', headers: misused, body },
      own,
    )
    const { id } = JSON.parse(imported.body) as NewKey
    const caller = { id, organization: manager.organization }
    const used: Expected = { told: /^200$/, decision: 'forwarded', caller, product: 'verifa' }
    for (const place of ['', `?key=${value}`, `/${value}`]) {
      const target = `/api/v1/sessions${place}`
      const path = place.startsWith('/') ? `/api/v1/sessions/${REDACTED}` : '/api/v1/sessions'
      await send({ target, headers: { 'x-api-key': value } }, { ...used, path })
    }
  }
}

/** What is the same for everybody, and preflights: answered, and no decision; four. */
export const undecided: Task = async ({ send }) => {
  const none: Expected = { told: /^200$/, decision: 'none' }
  await send({ target: '/edge/health' }, none)
  await send({ target: '/.well-known/jwks.json' }, none)
  await send({ target: '/edge/openapi.json' }, none)
  const headers = { origin: 'https://shop.example.com', 'access-control-request-method': 'POST' }
  const preflight = { method: 'OPTIONS', target: '/api/v1/sessions', headers }
  await send(preflight, { ...none, told: /^204$/ })
}
