// What only the running edge can tell: whether D1 was set back to an earlier state, by comparing it with
// what KV knows, and whether gate and control have the same settings and secrets.

import type { Ops } from '../answer.ts'
import { readSecrets, textOf } from '../settings.ts'
import { askEdge } from '../sync.ts'
import { finding } from './finding.ts'
import type { Finding } from './finding.ts'

/** So many thousands of records are looked at; a restore shows in the first few, or hardly at all. */
const MAX_CALLS = 20

/** Nothing where the edge cannot be asked: that is a finding of its own. */
export async function checkRestore(ops: Ops, url: string): Promise<Finding[]> {
  const token = textOf(await readSecrets(ops), 'ADMIN_TOKEN')
  if (token === '') {
    const message = 'without ADMIN_TOKEN the edge cannot be asked whether the database was set back'
    return [finding('info', 'restore_not_looked_for', 'ADMIN_TOKEN', message)]
  }
  let next: unknown = null
  let found: Finding[] = []
  for (let call = 0; call < MAX_CALLS; call++) {
    const query = typeof next === 'string' ? `?after=${encodeURIComponent(next)}` : ''
    const answer = await askEdge(url, token, 'GET', `/records${query}`)
    if (typeof answer === 'string') return []
    if (call === 0) found = differences(answer['settings_differ'])
    if (Number(answer['ahead']) > 0) return [...found, setBack(answer)]
    next = answer['next']
    if (typeof next !== 'string') break
  }
  return found
}

function differences(names: unknown): Finding[] {
  if (!Array.isArray(names)) return []
  return names.map((name: unknown) =>
    finding(
      'refusing',
      'settings_differ',
      String(name),
      'is not the same in the gate and in control as they run: deploy the gate, then control, with the same; while a secret differs nothing is minted',
    ),
  )
}

function setBack({ ahead, keys }: Readonly<Record<string, unknown>>): Finding {
  const named = Array.isArray(keys) ? keys.slice(0, 3).join(' ') : ''
  return finding(
    'refusing',
    'database_set_back',
    'generations',
    `KV knows ${Number(ahead)} newer than the database has (${named}): it was restored. Run npm run ops -- republish, and see "After a restore" in docs/operating.md`,
  )
}
