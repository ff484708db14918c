// Whose hosts a wildcard origin admits, by the public suffix list with its private section: below
// vercel.app everyone has a domain. The list is larger than all the rest of the gate, so the gate has none:
// control and the command line judge what is stored, and the gate matches by the owner that they wrote
// (`origin_owners` of schema.sql). All hosts below a wildcard that is taken have that one owner.

import { getDomain } from 'tldts'

import { err, ok, type Result } from '../lib/result.ts'
import { readOriginEntry, type OriginOwners } from './origin-list.ts'
import { SUFFIXES_BELOW } from './suffixes-below.generated.ts'

/** The list that judges, as `judged_by` names it: what another one judged is judged again. */
export const SUFFIX_LIST = 'tldts 7.5.4'

/** A wildcard origin, its owner, and by which list; an owner of null: it has more than one. */
export type Judgement = readonly [origin: string, owner: string | null, list: string]

const BELOW: ReadonlySet<string> = new Set(SUFFIXES_BELOW.split(' '))

/** The registrable domain that everything below a host belongs to; the error says why there is none. */
export function ownerOf(parent: string): Result<string, string> {
  const domain = parent.endsWith('.')
    ? null
    : getDomain(parent, { allowPrivateDomains: true, extractHostname: false })
  if (domain === null) return err(`${parent} is a public suffix; name a domain below it`)
  if (!BELOW.has(parent)) return ok(domain)
  return err(`there are public suffixes below ${parent}; name the host below it that is yours`)
}

/** The wildcards among entries, judged. */
export function judge(entries: readonly string[]): Judgement[] {
  return entries.flatMap((origin) => {
    if (!origin.includes('://*.')) return []
    const entry = readOriginEntry(origin)
    const owner = entry?.kind === 'subdomains' ? ownerOf(entry.parent) : undefined
    return [[origin, owner?.ok ? owner.value : null, SUFFIX_LIST]]
  })
}

/** The owners of the wildcards among entries, as a record has them once these are judged. */
export function ownersOf(entries: readonly string[]): OriginOwners {
  return Object.fromEntries(
    judge(entries).flatMap(([origin, owner]) => (owner === null ? [] : [[origin, owner]])),
  )
}

/** SQL of the wildcards that a list has not judged; `list` is an SQL expression of its name. */
export function selectUnjudged(list: string): string {
  return `SELECT origin FROM origin_owners WHERE judged_by IS NULL OR judged_by < ${list} OR judged_by > ${list}`
}

/** SQL that writes judgements; `json` is an SQL expression of a JSON array of them. Triggers made the rows. */
export function writeJudgements(json: string): string {
  return `UPDATE origin_owners SET owner = value ->> 1, judged_by = value ->> 2 FROM json_each(${json}) WHERE origin = value ->> 0`
}
