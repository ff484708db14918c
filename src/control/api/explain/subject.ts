// Whom a question is about: a key of the organization by its id, the caller itself, or a pasted
// credential.

import { kindOfPrefix } from '../../../credentials/format.ts'
import { KINDS, type Kind, type Scheme } from '../../../credentials/kinds.ts'
import { peekRecord } from '../../../credentials/store.ts'
import type { KeyRecord } from '../../../credentials/record.ts'
import { environmentOf, organizationOf } from '../actor.ts'
import type { ControlContext } from '../context.ts'
import { readKey } from '../keys/read.ts'
import { invalid, notFound, Problem } from '../problem.ts'

/** The record of the key that is asked about; the caller's own where none is named. */
export async function recordOfSubject(
  context: ControlContext,
  organization: string | undefined,
  id: string | undefined,
): Promise<KeyRecord> {
  const { actor, edge, nowMs } = context
  if (actor.type === 'key') organizationOf(actor, organization)
  const self = actor.type === 'key' ? actor.key.id : undefined
  const asked = id ?? self
  if (asked === undefined) {
    throw invalid('key', 'must be named, save by a key that asks about itself')
  }
  if (actor.type === 'key' && asked !== self && !actor.key.scopes.includes('keys:read')) {
    throw new Problem('scope_missing', 'API key does not have the required scope: keys:read')
  }
  const own = organizationOf(actor, organization)
  const record = await peekRecord(edge.bindings, { by: 'id', value: asked }, nowMs)
  if (!record.ok && record.error === 'unreadable') {
    await readKey(context, own, asked)
    throw new Problem('record_unreadable', 'The record of this key cannot be read.')
  }
  const environment = environmentOf(actor)
  if (!record.ok || record.value.organizationId !== own) throw notFound('key')
  if (environment && record.value.environment !== environment) throw notFound('key')
  return record.value
}

const USUAL_KIND: Kind = 'secret'

/** As a credential of its kind is presented; as an API key where it looks like none. */
export function schemeOf(credential: string, { edge }: ControlContext): Scheme {
  return KINDS[kindOfPrefix(credential, edge.settings.brand) ?? USUAL_KIND].scheme
}
