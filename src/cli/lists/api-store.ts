// An allowlist over the API, which replaces it as a whole: what is written is what was read a moment
// before, changed.

import type { Ops } from '../answer.ts'
import { connect } from '../edge.ts'
import { inForceLine } from '../receipt.ts'
import { checkOrigins, type Changed, type ListStore, type Stored } from './store.ts'
import type { TargetList } from './target.ts'

/** Finds the edge and whose the list is. */
export async function apiStore(ops: Ops, { kind, owner, ownerId }: TargetList): Promise<ListStore> {
  const edge = await connect(ops)
  const organization = owner === 'organization' ? ownerId : await edge.ownerOf(ownerId)
  const field = kind === 'address' ? 'ips' : 'origins'
  const [params, query] = [{ id: ownerId }, { organization }]

  const read = async (): Promise<Stored> => {
    if (owner === 'organization') {
      const { name, ips } = await edge.ask('getOrganization', { query })
      return { name, entries: ips, alsoBy: undefined }
    }
    const key = await edge.ask('getKey', { params, query })
    if (kind === 'origin') checkOrigins(ownerId, key.kind)
    const above = kind === 'address' ? await edge.ask('getOrganization', { query }) : undefined
    const alsoBy = above?.ips ? organization : undefined
    return { name: key.name, entries: key[field], alsoBy }
  }
  const write = async (
    before: Stored,
    entries: string[] | null,
    changed: readonly string[],
  ): Promise<Changed> => {
    const answer =
      owner === 'organization'
        ? await edge.ask('updateOrganization', { query, body: { ips: entries } })
        : await edge.ask('updateKey', { params, query, body: { [field]: entries } })
    const after = 'key' in answer ? answer.key[field] : answer.organization.ips
    return {
      ...{ ...before, entries: after, changed, wasOpen: before.entries === null },
      ...{ enforced_at: answer.receipt.enforced_at, line: inForceLine(answer.receipt) },
    }
  }
  return {
    read,
    add: async (wanted) => {
      const before = await read()
      const had = before.entries ?? []
      const fresh = wanted.filter((entry) => !had.includes(entry))
      return await write(before, [...had, ...fresh], fresh)
    },
    remove: async (named) => {
      const before = await read()
      if (before.entries === null) return await write(before, null, [])
      const gone = before.entries.filter((entry) => named.includes(entry))
      const kept = before.entries.filter((entry) => !gone.includes(entry))
      return await write(before, kept, gone)
    },
    lift: async () => {
      const before = await read()
      if (before.entries !== null && before.entries.length > 0) {
        return { ...before, changed: [], wasOpen: false, enforced_at: null, line: '' }
      }
      return await write(before, null, before.entries === null ? [] : [ownerId])
    },
  }
}
