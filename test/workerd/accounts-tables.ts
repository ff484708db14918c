// The accounts on a real D1 database: deliveries to the consumer, tampering, looking.

import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test'
import { env } from 'cloudflare:workers'

import { consume, type Consumed } from '../../src/control/logs/consumer.ts'
import type { AuditEvent } from '../../src/audit/event.ts'
import type { Tally } from '../../src/audit/nobody.ts'
import type { Database } from '../../src/control/logs/database.ts'
import { run } from './rows.ts'

/** Empties the tables of the accounts. */
export async function emptyAccounts(): Promise<void> {
  await tamper(
    ...'audit_events audit_actors audit_heads audit_checkpoints'
      .concat(' usage_daily refusals_daily credential_usage nobody_refusals nobody_tallies')
      .split(' ')
      .map((table) => `DELETE FROM ${table}`),
  )
}

/** Runs statements as somebody would who takes the triggers away first and puts them back after. */
export async function tamper(...statements: readonly string[]): Promise<void> {
  const { results } = await env.DB.prepare(
    `SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit_%'`,
  ).all<{ name: string; sql: string }>()
  await run(
    ...results.map(({ name }) => `DROP TRIGGER ${name}`),
    ...statements,
    ...results.map(({ sql }) => sql),
  )
}

export interface Delivered {
  readonly consumed: Consumed
  readonly acked: readonly string[]
  readonly retried: readonly string[]
}

export interface Letter {
  readonly id: string
  readonly body: unknown
}

/** A message of events, as the buffer sends it. */
export function letter(id: string, events: readonly AuditEvent[]): Letter {
  return { id, body: { kind: 'audit', version: 1, events } }
}

/** A message of what an isolate had of nobody. */
export function tallyLetter(id: string, nobody: Tally): Letter {
  return { id, body: { kind: 'audit', version: 1, events: [], nobody } }
}

/** Delivers one batch, and tells what became of its messages. */
export async function deliver(
  letters: readonly Letter[],
  db: Database = env.DB,
): Promise<Delivered> {
  const ctx = createExecutionContext()
  const batch = createMessageBatch(
    'audit',
    letters.map((message) => ({ ...message, timestamp: Date.now(), attempts: 1 })),
  )
  const consumed = await consume(batch, db)
  const { explicitAcks, retryMessages } = await getQueueResult(batch, ctx)
  return { consumed, acked: explicitAcks, retried: retryMessages.map(({ msgId }) => msgId) }
}

/** Takes events in, in messages of so many. */
export async function takeIn(events: readonly AuditEvent[], size = 100): Promise<void> {
  for (let i = 0; i < events.length; i += size) {
    await deliver([letter(`m${i}`, events.slice(i, i + size))])
  }
}

/** All rows of a query. */
export async function rows(sql: string): Promise<Record<string, unknown>[]> {
  return (await env.DB.prepare(sql).all()).results
}

/** What a query of one value gives. */
export async function value(sql: string): Promise<unknown> {
  return Object.values((await rows(sql))[0] ?? {})[0]
}
