// The management API in process, as the console calls it: an edge on the real bindings, and actors
// that no header of a request could make.

import { env } from 'cloudflare:workers'

import type { Catalog, Environment } from '../../src/catalog/define.ts'
import { shipped } from '../../src/catalog.ts'
import type { Actor, KeyActor, Role } from '../../src/control/api/actor.ts'
import { handleApiCall } from '../../src/control/api/app.ts'
import { API_PREFIX } from '../../src/lib/paths.ts'
import { buildControl } from '../../src/control/build.ts'
import type { ControlDeps } from '../../src/control/deps.ts'
import { peekRecord } from '../../src/credentials/store.ts'
import { IMPORTED_PREFIX, type Ids } from '../blackbox/control/requests.ts'
import { ORIGIN, outcome } from './isolate.ts'
import { freshId, run } from './rows.ts'

export const OPERATOR: Actor = { type: 'operator', name: 'olga@example.com' }

export const person = (
  organizationId: string,
  role: Role,
  email = `${role}@example.com`,
): Actor => ({ type: 'person', email, organizationId, role })

export interface Answer {
  /** Such as `403 role_viewer`, or `200`. */
  readonly outcome: string
  readonly status: number
  readonly body: Record<string, unknown>
}

/** Calls `GET /keys` and the like below /edge/v1. */
export type Call = (
  actor: Actor,
  at: string,
  body?: object,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answer>

export interface World {
  readonly edge: ControlDeps
  readonly call: Call
}

const taken = (): Promise<void> => Promise.resolve()

export async function startWorld(
  DB: D1Database = env.DB,
  catalog: Catalog = shipped,
): Promise<World> {
  // What the queues would do is not looked at here.
  const nowhere = { send: taken, sendBatch: taken } as unknown as Queue
  const queues = { AUDIT: nowhere, FENCES: nowhere, WEBHOOKS: nowhere }
  const bindings = { ...env, ...queues, DB, IMPORTED_PREFIXES: [IMPORTED_PREFIX] }
  const edge = await buildControl(bindings, catalog)
  const call: Call = async (actor, at, body, headers = {}) => {
    const [method = '', path = ''] = at.split(' ')
    const request = new Request(`${ORIGIN}${API_PREFIX}${path}`, {
      method,
      headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    })
    const { response } = await handleApiCall(request, {
      ...{ edge, actor, requestId: crypto.randomUUID(), address: '', nowMs: Date.now() },
      waitUntil: (work) => void work.catch(() => {}),
    })
    const text = await response.text()
    const json = response.headers.get('content-type')?.startsWith('application/json')
    const read = (json ? JSON.parse(text) : {}) as Record<string, unknown>
    return { outcome: outcome(response), status: response.status, body: read }
  }
  return { edge, call }
}

/** A live secret key that holds everything unless said otherwise, as the gate would hand it over. */
export async function keyActor(
  { edge, call }: World,
  organization: string,
  more: { environment?: Environment } & Readonly<Record<string, unknown>> = {},
): Promise<KeyActor> {
  const made = await call(OPERATOR, `POST /keys?organization=${organization}`, {
    ...{ kind: 'secret', name: 'a manager', environment: 'live' },
    scopes: Object.keys(shipped.scopes),
    products: shipped.products.map(({ id }) => id),
    ...more,
  })
  const lookup = { by: 'id', value: String(made.body['id']) } as const
  const record = await peekRecord(edge.bindings, lookup, Date.now())
  if (!record.ok) throw new Error(record.error)
  const { id, organizationId, ...known } = record.value
  const { environment, kind, plan, scopes, products, expiresAt } = known
  const key = {
    id,
    organization: organizationId,
    environment,
    kind,
    plan,
    scopes,
    products,
    expiresAt,
  }
  return { type: 'key', key }
}

/** As if its receiver had answered a challenge. */
const asVerified = (endpoint: string): string[] => [
  `DELETE FROM webhook_unverified WHERE endpoint_id = '${endpoint}'`,
  `UPDATE webhook_endpoints SET disabled_at = NULL WHERE id = '${endpoint}'`,
]

/** Makes a thing of every sort in the organization. */
export async function furnish({ call }: World, organization: string): Promise<Ids> {
  const query = `?organization=${organization}`
  const make = async (path: string, body?: object): Promise<Record<string, unknown>> => {
    const made = await call(OPERATOR, `POST ${path}${query}`, body)
    if (made.status > 202) throw new Error(`${path} answered ${made.outcome}`)
    return made.body
  }
  const key = await make('/keys', { kind: 'secret', name: 'K', environment: 'live' })
  const user = await make('/service-users', { name: 'U', source_system: 'vkyc' })
  const endpoint = await make('/webhooks', { url: 'https://hooks.example.org/x' })
  await run(...asVerified(String(endpoint['id'])))
  const test = await make(`/webhooks/${String(endpoint['id'])}/test`)
  const change = freshId('chg')
  const member = `${freshId('m')}@example.com`
  await run(
    `INSERT INTO changes (id, organization_id, total, enforced_at, created_at)
     VALUES ('${change}', '${organization}', 1, 1, 1)`,
    `INSERT INTO members (organization_id, email, role) VALUES ('${organization}', '${member}', 'viewer')`,
  )
  const ids = { key: key['id'], user: user['id'], endpoint: endpoint['id'] } as Ids
  return { ...ids, delivery: String(test['delivery_id']), change, member }
}

/** All rows of all tables. */
export async function dump(): Promise<string> {
  const { results } = await env.DB.prepare(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '[_s][cq]*'`,
  ).all<{ name: string }>()
  const rows = await env.DB.batch(
    results.map(({ name }) => env.DB.prepare(`SELECT * FROM ${name}`)),
  )
  return JSON.stringify(rows.map((one) => one.results))
}
