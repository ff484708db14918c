// Promise 7 under load: more than 10,000 requests of every kind through two isolates, while the queue
// delivers more than once and in any order, and its consumer and its database fail at random. Whatever
// the clients were told is on record once, and as they were told it, of requests of nobody a sample, with
// the rest counted once; the sums agree; and no secret is kept anywhere: not in D1, KV or the guards, in no
// message of a queue and in no line of the log.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { ADMIN_TOKEN, startEdge, type TestEdge } from '../../harness/edge.ts'
import { startUpstream, type RecordingUpstream } from '../../harness/upstream.ts'
import { castOf } from './cast.ts'
import { exchange } from './exchange.ts'
import { faultsOf, filesOf, tablesOf, tapeOf, valuesOf, type Kept } from './kept.ts'
import { keepLedger, type Ledger, type Line } from './ledger.ts'
import {
  arrivals,
  IMPORTED_PREFIX,
  lifeOfKey,
  managementCalls,
  undecided,
  type Task,
} from './management-traffic.ts'
import { misuseRows } from './misuse-traffic.ts'
import { answerAsAsked, runMixed, settled } from './mixed.ts'
import { productRows } from './product-traffic.ts'
import { collectSecrets } from './secrets.ts'
import { UNRELIABLE } from './shells.ts'

const secrets = collectSecrets()
const log: string[] = []
const hear = (line: string): unknown => log.push(line)
let edge: TestEdge
let receiver: RecordingUpstream
let storage: string
let ledger: Ledger
/** What the edge says of itself, by request id. */
let record: ReadonlyMap<string, Line>

beforeAll(async () => {
  storage = await mkdtemp(join(tmpdir(), 'portcullis-accounts-'))
  const bindings = { IMPORTED_PREFIXES: [IMPORTED_PREFIX] }
  edge = await startEdge({ isolates: 2, shells: UNRELIABLE, onLog: hear, bindings, storage })
  receiver = await startUpstream()
  ledger = keepLedger(edge.ports)
  answerAsAsked(edge)
  const cast = await castOf(edge, secrets)
  await arrivals(cast, secrets, receiver)(ledger)
  const rows = [...productRows(cast), ...misuseRows(cast, 5)]
  const tasks = [
    ...rows.flatMap(({ times, asked, expected }) =>
      Array.from({ length: times }, (_, i): Task => async ({ send }) => {
        await send(asked(i), expected)
      }),
    ),
    ...Array.from({ length: 20 }, (_, i) => lifeOfKey(cast, secrets, i)),
    ...Array.from({ length: 10 }, () => managementCalls(cast)),
    ...Array.from({ length: 10 }, () => undecided),
  ]
  await runMixed(tasks, ledger)
  record = await settled(edge, ledger)
})

afterAll(async () => {
  await edge.stop()
  await receiver.stop()
  await rm(storage, { recursive: true })
})

test('clients are told what they must be', () => {
  expect(ledger.wrong.slice(0, 20)).toEqual([])
  expect(ledger.lines.size).toBeGreaterThan(10_000)
  expect(ledger.told.size).toBeGreaterThan(25)
})

test('the queue was as bad as it was meant to be', () => {
  const faults = Object.entries(faultsOf(edge))
  expect(faults.length).toBe(9)
  expect(faults.filter(([, times]) => times === 0)).toEqual([])
})

/** Of nobody: no credential was recognised, and no operator called. */
const ofNobody = ({ organization, key, actor }: Line) =>
  organization === '' && key === null && actor === null

test('every decision is on record exactly once, as its client was told it, and nothing else', async () => {
  const absent = [...ledger.lines.values()].filter(({ id }) => !record.has(id))
  const missing = absent.filter((line) => !ofNobody(line))
  const invented = [...record.keys()].filter((id) => !ledger.lines.has(id))
  expect([missing, invented]).toEqual([[], []])
  // Of nobody a sample is on record; the others are counted, each once.
  const [counted] = await edge.sql('SELECT sum(refused) AS n FROM nobody_refusals')
  expect(absent.length).toBeGreaterThan(1_000)
  expect(Number(counted?.['n'])).toBe(absent.length)
  const differing = [...ledger.lines.values()].filter(
    (line) => record.has(line.id) && JSON.stringify(line) !== JSON.stringify(record.get(line.id)),
  )
  expect(differing.slice(0, 3)).toEqual(differing.slice(0, 3).map(({ id }) => record.get(id)))
  expect(ledger.undecided.filter((id) => record.has(id))).toEqual([])
})

test('a refusal is on record with its reason', async () => {
  const rows = await edge.sql(
    `SELECT status || ' ' || reason AS told, count(*) AS n FROM audit_events
     WHERE reason IS NOT NULL GROUP BY told`,
  )
  const counts = await edge.sql(
    'SELECT reason, sum(refused) AS n FROM nobody_refusals GROUP BY reason',
  )
  const counted = new Map(counts.map(({ reason, n }) => [String(reason), Number(n)]))
  for (const { told, n } of rows) {
    const all = Number(n) + (counted.get(String(told).split(' ')[1] ?? '') ?? 0)
    expect([told, all]).toEqual([told, ledger.told.get(String(told))])
  }
  expect(rows.length).toBeGreaterThan(20)
})

test('usage and credits are the sums of what clients were told, by key, product and service user', async () => {
  const sums = new Map<string, number[]>()
  for (const { organization, key, product, decision, credits, actor } of ledger.lines.values()) {
    // What operators do is no usage.
    if (actor !== null) continue
    const name = [organization, key ?? '', product ?? ''].join(' ')
    const [requests = 0, refused = 0, charged = 0] = sums.get(name) ?? []
    const next = [requests + 1, refused + Number(decision === 'refused'), charged + (credits ?? 0)]
    sums.set(name, next)
  }
  const rows = await edge.sql(
    `SELECT organization || ' ' || key || ' ' || product AS name, sum(requests) AS requests,
       sum(refused) AS refused, sum(credits) AS credits FROM usage_daily GROUP BY name`,
  )
  const kept = rows.map(({ name, requests, refused, credits }) => [
    name,
    [requests, refused, credits],
  ])
  expect(new Map(kept as [string, number[]][])).toEqual(sums)
  const charged = [...sums.values()].reduce((sum, [, , credits = 0]) => sum + credits, 0)
  expect(charged).toBe(400 * 10 + 300 * 5)

  const users = Object.groupBy(ledger.lines.values(), (line) => line.service_user ?? '')
  delete users['']
  const byUser = await edge.sql(
    `SELECT service_user AS user, count(*) AS n FROM audit_events
     WHERE service_user IS NOT NULL GROUP BY service_user`,
  )
  expect(Object.fromEntries(byUser.map(({ user, n }) => [user, n]))).toEqual(
    Object.fromEntries(Object.entries(users).map(([user, lines]) => [user, lines?.length])),
  )
})

test('the chain of each organization verifies, and that of nobody', async () => {
  const organizations = new Set([...ledger.lines.values()].map(({ organization }) => organization))
  expect(organizations.size).toBe(5)
  for (const organization of organizations) {
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` }
    const mine = [...ledger.lines.values()].filter(
      (line) => line.organization === organization && (!ofNobody(line) || record.has(line.id)),
    )
    let events = 0
    for (let cursor: string | null = ''; cursor !== null;) {
      const from = cursor && `&cursor=${cursor}`
      const target = `/edge/v1/audit/verify?organization=${organization || 'none'}${from}`
      const { status, body } = await exchange(edge.port, { target, headers })
      expect(status).toBe(200)
      const verdict = JSON.parse(body) as { events: number; next_cursor: string | null }
      expect(verdict).toMatchObject({ intact: true, broken: null })
      events += verdict.events
      cursor = verdict.next_cursor
    }
    // These calls are on record themselves, once they are answered.
    expect(events).toBe(mine.length)
  }
})

test('no secret is kept: in no table, value, guard, message or line of the log', async () => {
  const [tables, values] = [await tablesOf(edge), await valuesOf(edge)]
  const deliveries = tapeOf(edge)
  const messages = deliveries.map(({ queue, bodies }): Kept => [queue, JSON.stringify(bodies)])
  const hooks = receiver.received.map((hook): Kept => ['a webhook', JSON.stringify(hook)])
  const lines = log.map((line): Kept => ['the log', line])
  const files = await filesOf(storage)
  const kept = [...tables, ...values, ...messages, ...hooks, ...lines, ...files]
  const found = kept.map(([place, text]) => [place, secrets.findIn(text)])
  expect(found.filter(([, secret]) => secret !== undefined)).toEqual([])

  expect(secrets.size).toBeGreaterThan(60)
  for (const place of [tables, values, hooks, lines, files])
    expect(place.length).toBeGreaterThan(15)
  expect(new Set(deliveries.map(({ queue }) => queue)).size).toBe(2)
})

test('a secret that is kept would be found', () => {
  const [value = ''] = secrets.values
  for (const text of [value, `/x/${value}`, `a${value.slice(-20)}b`, value.slice(0, -8)]) {
    expect(secrets.findIn(JSON.stringify({ text }))).toBeDefined()
  }
})
