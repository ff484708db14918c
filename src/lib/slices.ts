// Work that would hold up everybody else on the thread, in slices. Evaluating a module takes no turns, so
// what is loaded late is loaded piece by piece, and others are served between two of them.

import { sleep } from './sleep.ts'

/** Loads each piece, in this order; what follows is a slice of its own. What is there already costs a turn. */
export async function inSlices(loads: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const load of loads) {
    await sleep(0)
    await load()
  }
  await sleep(0)
}
