// Events for the tests, and arbitrary ones.

import * as fc from 'fast-check'

import { ENVIRONMENTS, KIND_NAMES } from '../../src/credentials/kinds.ts'
import { DECISIONS, MAX_LENGTH, type AuditEvent } from '../../src/audit/event.ts'

/** 1 March 2026, noon UTC. */
export const NOON_MS = Date.UTC(2026, 2, 1, 12)

/** A forwarded call of a secret key. */
export function someEvent(over: Partial<AuditEvent> = {}): AuditEvent {
  return {
    id: crypto.randomUUID(),
    at: NOON_MS,
    organization: 'org_a',
    key: 'key_a',
    kind: 'secret',
    serviceUser: null,
    sourceSystem: null,
    environment: 'live',
    actor: null,
    product: 'verifa',
    route: '/api/v1/sessions/**',
    method: 'GET',
    path: '/api/v1/sessions/1',
    decision: 'forwarded',
    reason: null,
    status: 200,
    upstreamMs: 12,
    clientIp: '198.51.100.7',
    credits: null,
    ...over,
  }
}

/** A refused call of nobody that was recognised. */
export function ofNobody(over: Partial<AuditEvent> = {}): AuditEvent {
  return someEvent({
    ...{ organization: null, key: null, kind: null, environment: null, product: null, route: null },
    ...{ decision: 'refused', reason: 'credential_missing', status: 401, upstreamMs: null },
    ...over,
  })
}

const text = (maxLength: number): fc.Arbitrary<string> =>
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength })
    .filter((value) => value.length <= maxLength && !/[\x00-\x1f\x7f]/.test(value))

/** Any event that may be in a message, with the texts that databases and CSV stumble over. */
export const anyEvent: fc.Arbitrary<AuditEvent> = fc
  .record(
    {
      id: fc.constant(null).map(() => crypto.randomUUID()),
      at: fc.integer({ min: 1, max: Date.UTC(9999, 11, 31) }),
      organization: fc.option(fc.stringMatching(/^org_[0-9A-Za-z_]{1,60}$/)),
      key: fc.option(text(MAX_LENGTH.key)),
      kind: fc.option(fc.constantFrom(...KIND_NAMES)),
      serviceUser: fc.option(text(MAX_LENGTH.serviceUser)),
      sourceSystem: fc.option(text(MAX_LENGTH.sourceSystem)),
      environment: fc.option(fc.constantFrom(...ENVIRONMENTS)),
      actor: fc.option(text(MAX_LENGTH.actor)),
      product: fc.option(text(MAX_LENGTH.product)),
      route: fc.option(text(MAX_LENGTH.route)),
      method: text(MAX_LENGTH.method),
      path: text(MAX_LENGTH.path),
      decision: fc.constantFrom(...DECISIONS),
      reason: text(MAX_LENGTH.reason),
      status: fc.integer({ min: 100, max: 999 }),
      upstreamMs: fc.option(fc.nat()),
      clientIp: fc.option(text(MAX_LENGTH.clientIp)),
      credits: fc.option(fc.nat(1_000_000_000)),
    },
    { noNullPrototype: true },
  )
  .map((event) => (event.decision === 'refused' ? event : { ...event, reason: null }))
