// Who is next when a lane of a runner is free: the organization that holds the fewest of them. What a
// claim says of one delivery spares the others of its organization or endpoint the same question.

import type { Due } from './due.ts'

export class Lanes {
  #waiting: readonly Due[]
  readonly #running = new Map<string, number>()

  constructor(waiting: readonly Due[]) {
    this.#waiting = waiting
  }

  /** The next delivery to claim, which holds a lane until `done`. */
  next(): Due | undefined {
    let next: Due | undefined
    for (const due of this.#waiting) {
      if (!next || this.#lanesOf(due) < this.#lanesOf(next)) next = due
    }
    if (!next) return undefined
    this.#waiting = this.#waiting.filter((due) => due !== next)
    this.#running.set(next.organization_id, this.#lanesOf(next) + 1)
    return next
  }

  done(due: Due): void {
    this.#running.set(due.organization_id, this.#lanesOf(due) - 1)
  }

  /** Leaves out what else waits for an endpoint, or for an organization. */
  drop(by: 'endpoint_id' | 'organization_id', { [by]: id }: Due): void {
    this.#waiting = this.#waiting.filter((due) => due[by] !== id)
  }

  #lanesOf({ organization_id }: Due): number {
    return this.#running.get(organization_id) ?? 0
  }
}
