// A key that this isolate does not know yet: its guard is asked while its record is being read, not
// after it. The guard debits one request on what it was last asked for; if the record turns out to be
// of another generation, of other limits, or to refuse, that is given back.

import type { MatchedRoute } from '../catalog/match.ts'
import { askGuard } from '../guard/ask.ts'
import type { AheadAnswer } from '../guard/protocol.ts'
import { sameLimits, type Limit, type Standing } from '../lib/limit.ts'
import type { KeyRecord } from '../credentials/record.ts'
import type { WaitUntil } from '../lib/wait-until.ts'
import type { Result } from '../lib/result.ts'
import type { GateDeps } from './deps.ts'
import { chargeName } from './limits.ts'

interface Asked {
  readonly id: string
  readonly answer: Promise<Result<AheadAnswer, 'unreachable'>>
}

/** What was debited. */
export interface Admission {
  readonly standing: Standing
  /** By which it is given back; null: it is not, because it was of a lease, or an upstream is asked. */
  readonly debit: number | null
}

export class Ahead {
  private readonly deps: GateDeps
  private readonly names: readonly string[] | undefined
  private asked: Asked | undefined

  /** `matched` names the limits; without a route, or where nothing is spent, nothing is asked. */
  constructor(deps: GateDeps, matched: MatchedRoute | undefined) {
    this.deps = deps
    const spends = matched && matched.route.spends !== false
    this.names = spends ? [chargeName(matched.route)] : undefined
  }

  /** Asks the guard of the credential that a verified string will turn out to be. */
  ask(id: string): void {
    const { names } = this
    if (!names) return
    const answer = askGuard<AheadAnswer>(this.deps.bindings, id, (guard) => guard.admitAhead(names))
    this.asked = { id, answer }
  }

  /** What was debited, where it was for this very record and these limits. */
  async use(record: KeyRecord, limits: readonly Limit[]): Promise<Admission | undefined> {
    if (this.asked?.id !== record.id) return undefined
    const answer = await this.asked.answer
    const debited = answer.ok ? answer.value.debited : null
    if (!answer.ok || !debited || answer.value.generation !== record.generation) return undefined
    if (!sameLimits(debited.limits, limits)) return undefined
    this.asked = undefined
    const standing = { limits: debited.states, spare: 0, at: debited.time }
    return { standing, debit: debited.debit ?? null }
  }

  /** Gives back what was not used. */
  end(waitUntil: WaitUntil): void {
    if (!this.asked) return
    waitUntil(this.refund(this.asked))
    this.asked = undefined
  }

  private async refund({ id, answer }: Asked): Promise<void> {
    const answered = await answer
    const debited = answered.ok ? answered.value.debited : null
    const debit = debited?.debit
    if (debit === undefined) return
    await askGuard(this.deps.bindings, id, (guard) => guard.giveBack(debit))
  }
}
