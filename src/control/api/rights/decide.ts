// Whether somebody may write: one function for every field of every thing that the API writes. A key
// grants nothing beyond its own. It changes other keys only where it covers them whole, before the change
// and after it, never itself, and it brings no key back that has ended.

import type { Environment } from '../../../catalog/define.ts'
import type { Role } from '../members/role.ts'
import { beyond, type Extent } from './extent.ts'
import { FIELDS, WRITERS, type Moment, type Rule, type Thing, type Writer } from './fields.ts'

/** Who writes, as far as it is decided by that. */
export type WritingActor =
  | { readonly type: 'operator' }
  | { readonly type: 'person'; readonly role: Role }
  | { readonly type: 'key'; readonly id: string; readonly extent: Extent }

/** A key at one moment of a change. */
export interface KeyState {
  readonly id: string
  readonly extent: Extent
  readonly ended: boolean
}

export interface Write {
  readonly thing: Thing
  readonly moment: Moment
  /** The fields that are written. */
  readonly fields: readonly string[]
  /** Keys whose reach it decides: as they are, and as they are to be. */
  readonly before?: readonly KeyState[]
  readonly after?: readonly KeyState[]
}

export interface Refusal {
  readonly reason: 'role_viewer' | 'operators_only' | 'people_only' | 'own_key' | 'grant_beyond_own'
  /** The one at fault, where one is. */
  readonly field?: string
  readonly sentence: string
}

/** Why the author may not write this; undefined: they may. */
export function refusalOf(author: WritingActor, write: Write): Refusal | undefined {
  if (author.type === 'person' && author.role !== 'administrator') {
    return { reason: 'role_viewer', sentence: 'Viewers may only read.' }
  }
  return (
    refusedField(author, write) ?? (author.type === 'key' ? refusedReach(author, write) : undefined)
  )
}

function refusedField(author: WritingActor, { thing, moment, fields }: Write): Refusal | undefined {
  const rules: Readonly<Record<string, Rule>> = FIELDS[thing]
  for (const field of fields) {
    // A field without a row is nobody's.
    const writer = rules[field]?.[moment] ?? 'nobody'
    if (WRITERS.indexOf(writer) < WRITERS.indexOf(rankOf(author))) {
      return { reason: REASON[writer], field, sentence: SENTENCE[writer] }
    }
  }
  return undefined
}

/** The weakest writer that the author is. */
function rankOf(author: WritingActor): Writer {
  if (author.type === 'operator') return 'operators'
  return author.type === 'person' ? 'people' : 'keys'
}

const REASON = {
  nobody: 'grant_beyond_own',
  operators: 'operators_only',
  people: 'people_only',
  keys: 'grant_beyond_own',
} as const

const SENTENCE: Readonly<Record<Writer, string>> = {
  nobody: 'it is decided once, or by the edge itself; nobody changes it',
  operators: 'only operators may change it',
  people: 'only people may set it, in the console, and operators; no key holds it itself',
  keys: '',
}

/** What has no environment is gone by in both, so a key of the sandbox leaves it alone. */
const NEITHER: Readonly<Record<Thing, string | null>> = {
  key: null,
  service_user:
    'live tokens act for a service user too, so a sandbox key must not make or change one',
  organization: 'a sandbox key must not change it, because live keys go by it too',
  member: 'members see live keys too, so a sandbox key must not change them',
  endpoint: 'webhooks tell of live keys too, so a sandbox key must not touch them',
}

function refusedReach(
  { id, extent }: { readonly id: string; readonly extent: Extent },
  { thing, moment, fields, before = [], after = [] }: Write,
): Refusal | undefined {
  const sandbox: Environment = 'sandbox'
  const both = NEITHER[thing]
  if (both !== null && extent.environment === sandbox) {
    const field = thing === 'organization' ? (fields[0] ?? 'environment') : 'environment'
    return { reason: 'grant_beyond_own', field, sentence: both }
  }
  if (thing === 'key' && moment === 'change' && before.some((key) => key.id === id)) {
    return {
      reason: 'own_key',
      sentence:
        'A key does not change itself. It may revoke or rotate itself; another key that covers it, or a person, changes it.',
    }
  }
  for (const key of before) {
    const further = beyond(extent, key.extent)
    if (further) {
      const sentence = `${further.sentence}; ${key.id} reaches further, so this key must not change it`
      return { reason: 'grant_beyond_own', field: further.field, sentence }
    }
  }
  for (const key of after) {
    const was = before.find((one) => one.id === key.id)
    if (was?.ended === true && !key.ended) {
      const sentence = 'the key has ended, and no key brings another back; people may'
      return { reason: 'grant_beyond_own', field: 'expires_at', sentence }
    }
    const further = beyond(extent, key.extent)
    if (further) {
      return { reason: 'grant_beyond_own', ...further }
    }
  }
  return undefined
}
