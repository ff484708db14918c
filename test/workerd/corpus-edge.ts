// The Worker for the attack corpus (test/blackbox/attack-corpus.test.ts): the production code around
// the corpus' own catalog.

import { createWorker } from '../../src/worker.ts'
import { corpusCatalog } from '../blackbox/attack/corpus-catalog.ts'

export { KeyGuard } from '../../src/guard/key-guard.ts'
export { TryCounter } from '../../src/control/tries/try-counter.ts'

export default createWorker(corpusCatalog)
