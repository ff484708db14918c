// The corpus' rows that go over the wire, which of them wait for a later issue, and where our answer
// differs from a row's sentence on purpose.

import { readFileSync } from 'node:fs'

import type { AttackInput } from './corpus.ts'
import type { Expected } from './outcome.ts'

export interface AttackRow extends Expected {
  readonly id: string
  readonly cls: string
  readonly layer: string
  readonly input: AttackInput
  readonly expect: string
  readonly setup?: string
}

const CORPUS = new URL('../../corpora/attack-corpus.json', import.meta.url)
const { cases } = JSON.parse(readFileSync(CORPUS, 'utf8')) as { readonly cases: AttackRow[] }

export const wireRows = cases.filter(({ layer }) => layer === 'e2e' || layer === 'raw')

const CONTROL_PLANE = 'The control plane: keys, service users, receipts, webhooks, audit, usage'

/** Rows by the subject of the issue that they wait for. */
export const waiting: ReadonlyMap<string, string> = new Map([
  ['K13', CONTROL_PLANE], // keys of another tenant, GET /edge/v1/keys/:id
  ['X15', `${CONTROL_PLANE} (body limit: the gate streams and has none)`],
  ['X17', CONTROL_PLANE], // Idempotency-Key on creation
  ['W13', CONTROL_PLANE], // webhook receivers
  ['W15', CONTROL_PLANE],
])

/** Rows of which one half is shown here and the other waits. */
export const halfWaiting: ReadonlyMap<string, string> = new Map([
  ['H20', `${CONTROL_PLANE}: such a name is rejected when it is written`],
  ['G01', `${CONTROL_PLANE}: nor is a secret in audit rows and webhooks`],
  ['G03', `${CONTROL_PLANE}: the audit row escapes it`],
  ['K18', `${CONTROL_PLANE}: revocation by the API, under load, with injected failures`],
])

const READABLE = 'a page can read why it was refused: ACAO on refusals of publishable routes'

/** Where we differ from a row's sentence, and why. */
export const differences: ReadonlyMap<string, string> = new Map([
  ...['O03', 'O05', 'O06', 'O11', 'O13', 'O15', 'O16', 'O20', 'O21', 'O33'].map(
    (id) => [id, READABLE] as const,
  ),
  ['X03', 'an upstream that sets Cache-Control keeps it; without one it is private, no-store'],
  ['O36', "the upstream's Vary is kept and extended: a cache needs both"],
  ['G05', 'the invalid trace is dropped whole; the upstream begins the new one'],
  ['H01', 'our identity headers are X-Edge-*; the row runs with those names too'],
])
