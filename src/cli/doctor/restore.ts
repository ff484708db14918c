// What only the running edge can tell: whether D1 was set back to an earlier state, by comparing it with
// what KV knows, and whether gate and control have the same settings and secrets.

import { Stop, type Ops } from '../answer.ts'
import type { AnswerOf } from '../../control/client/client.ts'
import { connect } from '../edge.ts'
import { finding, type Finding } from './finding.ts'

/** So many thousands of records are looked at; a restore shows in the first few, or hardly at all. */
const MAX_CALLS = 20

/** Nothing where the edge does not answer: that is a finding of its own. */
export async function checkRestore(ops: Ops): Promise<Finding[]> {
  const edge = await connect(ops).catch(stopped)
  if (!edge) {
    const message = 'without ADMIN_TOKEN the edge cannot be asked whether the database was set back'
    return [finding('info', 'restore_not_looked_for', 'ADMIN_TOKEN', message)]
  }
  let after: string | undefined
  let found: Finding[] = []
  for (let call = 0; call < MAX_CALLS; call++) {
    const answer = await edge.ask('compareRecords', { query: { after } }).catch(stopped)
    if (!answer) return []
    if (call === 0) found = differences(answer.settings_differ)
    if (answer.ahead > 0) return [...found, setBack(answer)]
    if (typeof answer.next !== 'string') break
    after = answer.next
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

function stopped(error: unknown): undefined {
  if (!(error instanceof Stop)) throw error
}

function setBack({ ahead, keys }: AnswerOf<'compareRecords'>): Finding {
  const named = keys.slice(0, 3).join(' ')
  return finding(
    'refusing',
    'database_set_back',
    'generations',
    `KV knows ${ahead} newer than the database has (${named}): it was restored. Run npm run ops -- republish, and see "After a restore" in docs/operating.md`,
  )
}
