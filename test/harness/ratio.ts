// How long a thing takes beside another of the same run. Times alone are the machine's affair.

const ROUNDS = 7

/**
 * How many times as long `work` takes as `reference`. Both run in turn, and the fastest of each
 * counts, so that what else the machine does is in neither.
 */
export function timesAsLong(work: () => void, reference: () => void): number {
  let [least, leastOfReference] = [Infinity, Infinity]
  for (let round = 0; round < ROUNDS; round++) {
    leastOfReference = Math.min(leastOfReference, elapsedMs(reference))
    least = Math.min(least, elapsedMs(work))
  }
  return least / leastOfReference
}

function elapsedMs(work: () => void): number {
  const began = performance.now()
  work()
  return performance.now() - began
}
