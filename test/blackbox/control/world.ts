// An edge with two organizations: one with a thing of every sort, and a stranger to it.

import { expect } from 'vitest'

import { shipped } from '../../../src/catalog.ts'
import { insertOrganization } from '../../../src/dev/statements.ts'
import {
  ADMIN_TOKEN,
  startEdge,
  type CredentialOptions,
  type TestEdge,
} from '../../harness/edge.ts'
import { sleep } from '../call.ts'
import { caller, type Call } from './call.ts'
import { IMPORTED_PREFIX, type Ids } from './requests.ts'

export const ALL_SCOPES = Object.keys(shipped.scopes)
export const ALL_PRODUCTS = shipped.products.map(({ id }) => id)

export interface World {
  readonly edge: TestEdge
  readonly admin: Call
  /** A live key of `org_test` that holds everything. */
  readonly mine: Call
  /** Its sandbox twin. */
  readonly sandbox: Call
  /** A live key of `org_other` that holds everything. */
  readonly theirs: Call
}

/** Starts an edge that imports keys, with a manager of each sort. */
export async function startWorld(): Promise<World> {
  const edge = await startEdge({ bindings: { IMPORTED_PREFIXES: [IMPORTED_PREFIX] } })
  await newOrganization(edge, 'org_other')
  return {
    edge,
    admin: caller(edge, { authorization: `Bearer ${ADMIN_TOKEN}` }),
    mine: await manager(edge),
    sandbox: await manager(edge, { environment: 'sandbox' }),
    theirs: await manager(edge, { organization: 'org_other' }),
  }
}

/** Calls with a new secret key, which holds everything unless said otherwise. */
export async function manager(edge: TestEdge, options: CredentialOptions = {}): Promise<Call> {
  const all = { scopes: ALL_SCOPES, products: ALL_PRODUCTS }
  const { id, value } = await edge.mint('secret', { ...all, ...options })
  // Tables of bad input are longer than a minute's quota.
  await edge.sql(`UPDATE credentials SET quotas = '{"plan": 1000000}' WHERE id = '${id}'`)
  await edge.sync()
  return caller(edge, { 'x-api-key': value })
}

/** An organization of its own, with all products, on plan enterprise. */
export async function newOrganization(edge: TestEdge, id: string): Promise<string> {
  await edge.sql(insertOrganization({ id, name: id, plan: 'enterprise', products: ALL_PRODUCTS }))
  return id
}

const PATIENCE_MS = 200_000

/** Makes a thing of every sort, and waits until nothing moves any more. */
export async function furnish({ edge, mine }: World): Promise<Ids> {
  const id = async (at: string, body: object): Promise<string> => {
    const made = await mine(at, body)
    if (made.status !== 201) throw new Error(`${at} answered ${made.status}: ${made.text}`)
    return String(made.body['id'])
  }
  const key = await id('POST /keys', { kind: 'secret', name: 'a key' })
  const user = await id('POST /service-users', { name: 'U', source_system: 'vkyc' })
  const url = `${edge.upstream.url}/hooks`
  const events = ['system.apiKey.exposed']
  const endpoint = await id('POST /webhooks', { url, events })
  await edge.sql(asVerified(endpoint))
  const test = await mine<{ delivery_id: string }>(`POST /webhooks/${endpoint}/test`)
  const delivery = test.body.delivery_id
  await until(async () => {
    const rows = await edge.sql('SELECT state FROM webhook_deliveries WHERE lease IS NULL')
    return rows.length > 0 && rows.every(({ state }) => state !== 'pending')
  })
  const change = 'chg_of_org_test'
  await edge.sql(
    `INSERT INTO changes (id, organization_id, total, enforced_at, created_at)
     VALUES ('${change}', 'org_test', 1, 1, 1)`,
  )
  const member = 'ann@example.com'
  await edge.sql(
    `INSERT INTO members (organization_id, email, role) VALUES ('org_test', '${member}', 'administrator')`,
  )
  return { key, user, endpoint, delivery, change, member }
}

/** SQL that enables an endpoint whose receiver answers no challenge, as if it had. */
export const asVerified = (endpoint: string): string =>
  `DELETE FROM webhook_unverified WHERE endpoint_id = '${endpoint}';
   UPDATE webhook_endpoints SET disabled_at = NULL WHERE id = '${endpoint}'`

/** Asks until it is so. */
export async function until(ask: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; !(await ask()); await sleep(50)) {
    if (Date.now() > end) throw new Error(`it is not so after ${PATIENCE_MS} ms`)
  }
}

/** One statement that reads every row of every table but the accounts. */
const READ_ALL = `SELECT 'SELECT json_array(' || group_concat(rows) || ') AS dump' AS query FROM (
  SELECT '(SELECT json_group_array(json_array(' || (SELECT group_concat('"' || name || '"')
    FROM pragma_table_info(t.name)) || ')) FROM ' || t.name || ')' AS rows FROM sqlite_master t
  WHERE t.type = 'table' AND t.name NOT GLOB '[_s][cq]*' AND t.name NOT IN
    ('audit_events', 'audit_actors', 'audit_heads', 'audit_checkpoints', 'nobody_refusals',
     'nobody_tallies', 'usage_daily', 'refusals_daily', 'credential_usage'))`
const queries = new WeakMap<TestEdge, string>()

/** All rows of all tables, but for the accounts that every call is put on. */
export async function dump(edge: TestEdge): Promise<string> {
  const query = queries.get(edge) ?? String((await edge.sql(READ_ALL))[0]?.['query'])
  queries.set(edge, query)
  const text = String((await edge.sql(query))[0]?.['dump'])
  expect(text).toContain('org_test')
  return text
}

/** Makes calls that are to be refused, of which nothing may be left in the database. */
export async function untouched(edge: TestEdge, calls: () => Promise<void>): Promise<void> {
  const before = await dump(edge)
  await calls()
  const after = await dump(edge)
  // A dump is long: where they differ, these are the rows.
  const [old, now] = [rowsOf(before), rowsOf(after)]
  expect({ gone: without(old, now), come: without(now, old) }).toEqual({ gone: [], come: [] })
  expect(after).toBe(before)
}

const rowsOf = (text: string): string[] =>
  (JSON.parse(text) as unknown[][]).flat().map((row) => JSON.stringify(row))

const without = (rows: readonly string[], others: readonly string[]): string[] =>
  rows.filter((row) => !others.includes(row))
