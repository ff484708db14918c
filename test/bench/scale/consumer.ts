// How fast the audit's consumer is, and how large an event: the gate's own code, given full batches one
// after the other, writing into a D1 of its own.

import { randomUUID } from 'node:crypto'

import type { AuditEvent } from '../../../src/audit/event.ts'
import { MESSAGE_MAX_EVENTS } from '../../../src/audit/packing.ts'
import type { Database } from '../edge.ts'
import { startRig } from '../rig.ts'
import { median, round } from '../statistics.ts'
import type { ScalePlan } from './plan.ts'

/** `max_batch_size` of wrangler.toml. */
const MESSAGES_PER_BATCH = 20
const ORGANIZATIONS = 50
const KEYS = 1_000

export interface ConsumerReport {
  readonly batches: number
  readonly events_per_batch: number
  /** Median. */
  readonly ms_per_batch: number
  readonly events_per_second: number
  readonly database_bytes_per_event: number
  readonly message_bytes_per_event: number
}

export async function measureConsumer(
  plan: ScalePlan,
  progress: (text: string) => void,
): Promise<ConsumerReport> {
  const rig = await startRig({ workers: ['consumer'] })
  try {
    const { ports, consumerDb } = rig.edge
    const events = MESSAGES_PER_BATCH * MESSAGE_MAX_EVENTS
    const times: number[] = []
    let before = 0
    let bytes = 0
    // The first warms up.
    for (let nth = 0; nth <= plan.batches; nth++) {
      progress(`batch ${nth} of ${plan.batches}`)
      const body = JSON.stringify(batch())
      const startedAt = performance.now()
      const answer = await fetch(`http://127.0.0.1:${ports.consumer}/`, { method: 'POST', body })
      const { acknowledged } = (await answer.json()) as { acknowledged: number }
      if (acknowledged !== MESSAGES_PER_BATCH)
        throw new Error(`${acknowledged} messages were taken`)
      if (nth === 0) before = await databaseBytes(consumerDb)
      else times.push(performance.now() - startedAt)
      bytes = body.length
    }
    const grown = (await databaseBytes(consumerDb)) - before
    return {
      batches: plan.batches,
      events_per_batch: events,
      ms_per_batch: round(median(times)),
      events_per_second: round((events / median(times)) * 1000),
      database_bytes_per_event: round(grown / (plan.batches * events)),
      message_bytes_per_event: round(bytes / events),
    }
  } finally {
    await rig.stop()
  }
}

async function databaseBytes(db: Database): Promise<number> {
  return (await db.prepare('SELECT 1').run()).meta.size_after
}

function batch(): object[] {
  return Array.from({ length: MESSAGES_PER_BATCH }, () => ({
    version: 1,
    events: Array.from({ length: MESSAGE_MAX_EVENTS }, (_, i) => event(i)),
  }))
}

function event(i: number): AuditEvent {
  return {
    id: randomUUID(),
    at: Date.now(),
    organization: `org_${i % ORGANIZATIONS}`,
    key: `key_${String(Math.floor(Math.random() * KEYS)).padStart(16, '0')}`,
    kind: 'secret',
    serviceUser: null,
    actor: null,
    sourceSystem: null,
    environment: 'live',
    product: 'verifa',
    route: '/api/v1/sessions/**',
    method: 'GET',
    path: '/api/v1/sessions/ses_0123456789abcdef',
    decision: 'forwarded',
    reason: null,
    status: 200,
    upstreamMs: 42,
    clientIp: '198.51.100.7',
    credits: null,
  }
}
