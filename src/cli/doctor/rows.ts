// What the rows of a database do to calls. Pure: rows in, findings out.

import type { Catalog } from '../../catalog/define.ts'
import { judge } from '../../lists/origin-owner.ts'
import { unreadable } from '../lists/entries.ts'
import { oddityOf } from './addresses.ts'
import { texts, time } from '../print.ts'
import { finding, type Finding } from './finding.ts'
import type {
  CredentialFacts,
  EntryFacts,
  OrganizationFacts,
  OwnerFacts,
  PendingFacts,
} from './facts.ts'

/** A change should be in force within a minute; at twice that, something is wrong. */
const PENDING_MAX_MS = 120_000

export function checkOrganizations(
  catalog: Catalog,
  rows: readonly OrganizationFacts[],
): Finding[] {
  return rows.flatMap((row) => {
    const found: Finding[] = []
    if (!Object.hasOwn(catalog.plans, row.plan)) {
      const plans = Object.keys(catalog.plans).join(' ')
      found.push(
        refusing(
          'plan_unknown',
          row.id,
          `plan ${row.plan} is not in the catalog; there are: ${plans}`,
        ),
      )
    }
    found.push(...checkWords(row.id, 'product', row.products, productIds(catalog)))
    if (row.ip_restricted && row.entries === 0)
      found.push(empty(row.id, 'address', '--organization', 'ip'))
    if (row.suspended_at !== null) {
      found.push(
        finding(
          'info',
          'organization_suspended',
          row.id,
          `suspended since ${time(row.suspended_at)}`,
        ),
      )
    }
    return found
  })
}

export function checkCredentials(
  catalog: Catalog,
  rows: readonly CredentialFacts[],
  nowMs: number,
): Finding[] {
  return rows.flatMap((row) => {
    const found: Finding[] = []
    if (row.generation === null) {
      found.push(
        refusing(
          'generation_missing',
          row.id,
          'has no generation: run schema.sql again, then insert the key anew',
        ),
      )
    }
    found.push(...checkWords(row.id, 'product', row.products, productIds(catalog)))
    found.push(...checkWords(row.id, 'scope', row.scopes, Object.keys(catalog.scopes)))
    if (!areQuotas(row.quotas)) {
      found.push(
        refusing(
          'quotas_unreadable',
          row.id,
          'quotas must be like {"plan": 50}, whole numbers from 1',
        ),
      )
    }
    if (row.departments !== null && !texts(row.departments)) {
      found.push(
        refusing(
          'departments_unreadable',
          row.user ?? row.id,
          'departments must be a JSON list of texts',
        ),
      )
    }
    if (row.ip_restricted && row.ips === 0) found.push(empty(row.id, 'address', '--key', 'ip'))
    if (row.origin_restricted && row.origins === 0)
      found.push(empty(row.id, 'origin', '--key', 'origin'))
    if (row.disabled_at !== null) {
      const message = `token of ${row.user}, which is disabled since ${time(row.disabled_at)}`
      found.push(finding('info', 'service_user_disabled', row.id, message))
    }
    if (row.expires_at !== null && row.expires_at <= nowMs) {
      found.push(finding('info', 'key_expired', row.id, `expired at ${time(row.expires_at)}`))
    }
    return found
  })
}

/**
 * Every entry must be readable: one that is not refuses all calls that its list decides. And it should
 * mean what it says.
 */
export function checkEntries(rows: readonly EntryFacts[]): Finding[] {
  return rows.flatMap(({ list, owner, entry }) => {
    const kind = list === 'credential_origins' ? 'origin' : 'address'
    const subject = `${list} ${owner} ${entry}`
    const [broken] = unreadable(kind, [entry])
    if (broken) return [refusing('entry_unreadable', subject, broken.problem)]
    const oddity = kind === 'address' ? oddityOf(entry) : undefined
    return oddity === undefined ? [] : [finding('warning', 'entry_odd', subject, oddity)]
  })
}

/** A wildcard has the owner that this release's public suffix list gives it, unless it has none: checkEntries. */
export function checkOwners(rows: readonly OwnerFacts[]): Finding[] {
  return rows.flatMap(({ origin, owner }) => {
    const [[, right] = []] = judge([origin])
    if (right === null || right === undefined || right === owner) return []
    const now = owner === null ? 'no owner' : `the owner ${owner}`
    return [
      refusing(
        'origin_not_judged',
        `origin_owners ${origin}`,
        `has ${now} and would have ${right}: run npm run ops -- sync, and see whether the cron runs`,
      ),
    ]
  })
}

export function checkPending(rows: readonly PendingFacts[], nowMs: number): Finding[] {
  return rows
    .filter((row) => nowMs - row.created_at > PENDING_MAX_MS)
    .map((row) =>
      refusing(
        'change_not_in_force',
        row.credential_id,
        `was changed at ${time(row.created_at)} and its guard does not know: run npm run ops -- sync, and see whether the cron runs`,
      ),
    )
}

function refusing(code: string, subject: string, message: string): Finding {
  return finding('refusing', code, subject, message)
}

function empty(id: string, noun: string, option: string, list: string): Finding {
  const remedy = `npm run ops -- restriction lift ${option} ${id} --${list}`
  return refusing(
    'list_empty',
    id,
    `restricted to an empty ${noun} list: nobody may call; allow an ${noun}, or: ${remedy}`,
  )
}

function checkWords(id: string, noun: string, column: string, known: readonly string[]): Finding[] {
  const words = texts(column)
  if (!words) return [refusing(`${noun}s_unreadable`, id, `${noun}s must be a JSON list of texts`)]
  return words
    .filter((word) => !known.includes(word))
    .map((word) =>
      finding(
        'warning',
        `${noun}_unknown`,
        id,
        `${noun} ${word} is not in the catalog and grants nothing`,
      ),
    )
}

function productIds(catalog: Catalog): string[] {
  return catalog.products.map(({ id }) => id)
}

function areQuotas(column: string): boolean {
  try {
    const value: unknown = JSON.parse(column)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
    return Object.values(value).every((quota) => Number.isSafeInteger(quota) && quota >= 1)
  } catch {
    return false
  }
}
