// One event for every decision, forwarded or refused, in the one shape that the queue, the database,
// the chain and the console share. It never holds a secret: no header, no query, no body,
// and of the path nothing that looks like a credential.

import type { Environment, Kind } from '../catalog/define.ts'
import type { MatchedRoute } from '../catalog/match.ts'
import type { KeyRecord } from '../credentials/record.ts'
import { PATH_KEPT_MAX_LENGTH, redactPath } from './redact.ts'

export const DECISIONS = ['forwarded', 'refused'] as const
export type Decision = (typeof DECISIONS)[number]

export interface AuditEvent {
  /**
   * The request id, a UUID; it also makes counting twice impossible. Of the end of an open connection: its
   * request's, as version 8.
   */
  readonly id: string
  /** Unix milliseconds. */
  readonly at: number
  readonly organization: string | null
  readonly key: string | null
  readonly kind: Kind | null
  readonly serviceUser: string | null
  readonly sourceSystem: string | null
  readonly environment: Environment | null
  /** Who called where no credential did: `operator:admin-token`, `operator:…@…`, `person:…@…`. */
  readonly actor: string | null
  readonly product: string | null
  /** The pattern of the catalog's row. */
  readonly route: string | null
  readonly method: string
  /** Without its query. */
  readonly path: string
  readonly decision: Decision
  /** The denial's; of a forwarded call, why the upstream gave no answer, else null. */
  readonly reason: string | null
  /**
   * What the client was answered. Where Cloudflare answered in the upstream's place, its 52x: what the
   * client got follows from the reason.
   */
  readonly status: number
  /** Until the upstream's headers; null where it was not asked. */
  readonly upstreamMs: number | null
  readonly clientIp: string | null
  /** What was charged; null when nothing was. */
  readonly credits: number | null
}

/** The longest value of each text, in UTF-16 units; schema.sql checks the same. */
export const MAX_LENGTH = {
  organization: 64,
  key: 64,
  serviceUser: 64,
  sourceSystem: 64,
  actor: 320,
  product: 128,
  route: 512,
  method: 16,
  path: PATH_KEPT_MAX_LENGTH,
  reason: 64,
  clientIp: 64,
} as const

/** The id of an organization, as schema.sql has it. */
export const ORGANIZATION = /^org_[0-9A-Za-z_]{1,60}$/

/** What became of a request. Once it was sent upstream it was forwarded, also when no answer came. */
export type Outcome =
  | { readonly decision: 'refused'; readonly reason: string; readonly status: number }
  | {
      readonly decision: 'forwarded'
      readonly reason: string | null
      readonly status: number
      readonly upstreamMs: number
    }

/** The members of a key record that say who called. */
export type Caller = Pick<
  KeyRecord,
  'id' | 'organizationId' | 'kind' | 'environment' | 'serviceUser'
>

/** An operator or a person of the console, who call without a credential of ours. */
export interface Acting {
  /** As `actorName` gives it: `operator:…`, `person:…`. */
  readonly name: string
  /** Of an operator, null where none was named that there is. */
  readonly organizationId: string | null
}

/** What the gate knows once it has decided. */
export interface Decided {
  readonly requestId: string
  /** When the request came, in Unix ms. */
  readonly nowMs: number
  readonly method: string
  /** Canonical; of a path that has no canonical form, as it came. */
  readonly path: string
  /** As text, unmapped; null where there was none. */
  readonly address: string | null
  /** Of our keys, as in `KEY_BRAND`. */
  readonly brand: string
  /** Of keys minted elsewhere, as in `IMPORTED_PREFIXES`. */
  readonly importedPrefixes?: readonly string[]
  /** Null while nobody was recognised. A revoked or expired key is recognised. */
  readonly caller: Caller | null
  /** Who called without a credential; with it there is no caller. */
  readonly acting?: Acting | null
  readonly matched: MatchedRoute | null
  readonly outcome: Outcome
}

/** The event of a decision. Whatever it is made from, the consumer can read it. */
export function eventOf(decided: Decided): AuditEvent {
  const { caller, acting, matched, outcome } = decided
  const organization = caller ? caller.organizationId : acting?.organizationId
  const { decision, reason, status } = outcome
  const shown = redactPath(decided.path, decided.brand, decided.importedPrefixes)
  return {
    id: decided.requestId,
    at: Math.trunc(decided.nowMs),
    organization: organization && ORGANIZATION.test(organization) ? organization : null,
    key: bounded(caller?.id, MAX_LENGTH.key),
    kind: caller?.kind ?? null,
    serviceUser: bounded(caller?.serviceUser?.id, MAX_LENGTH.serviceUser),
    sourceSystem: bounded(caller?.serviceUser?.sourceSystem, MAX_LENGTH.sourceSystem),
    environment: caller?.environment ?? null,
    actor: caller ? null : bounded(acting?.name, MAX_LENGTH.actor),
    product: bounded(matched?.product.id, MAX_LENGTH.product),
    route: bounded(matched?.pattern, MAX_LENGTH.route),
    method: /^[A-Z-]{1,16}$/.test(decided.method) ? decided.method : 'OTHER',
    path: bounded(shown, MAX_LENGTH.path) ?? '/',
    decision,
    reason: bounded(reason, MAX_LENGTH.reason),
    status,
    upstreamMs: decision === 'forwarded' ? Math.max(0, Math.round(outcome.upstreamMs)) : null,
    clientIp: bounded(decided.address, MAX_LENGTH.clientIp),
    credits: creditsOf(outcome, matched),
  }
}

/** Credits are charged when the upstream answered 2xx. */
function creditsOf({ decision, status }: Outcome, matched: MatchedRoute | null): number | null {
  const charged = decision === 'forwarded' && status >= 200 && status < 300
  return (charged && Math.round(matched?.route.credits ?? 0)) || null
}

/** At most so long, with `…` where something is missing, and nothing that a database may alter. */
function bounded(text: string | null | undefined, length: number): string | null {
  if (!text) return null
  if (text.length <= length && /^[\x20-\x7e]*$/.test(text)) return text
  const plain = text.replace(/[\x00-\x1f\x7f]/g, '\ufffd')
  return (plain.length > length ? `${plain.slice(0, length - 1)}…` : plain).toWellFormed()
}
