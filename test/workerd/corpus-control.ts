// Control for the attack corpus, around its catalog as corpus-gate.ts is.

import { createControl } from '../../src/control/worker.ts'
import { corpusCatalog } from '../blackbox/attack/corpus-catalog.ts'

export { TryCounter } from '../../src/control/tries/try-counter.ts'

export default createControl(corpusCatalog)
