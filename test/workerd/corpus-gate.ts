// The gate for the attack corpus (test/blackbox/attack-corpus.test.ts): the production code around
// the corpus' own catalog.

import { createGate } from '../../src/gate/worker.ts'
import { corpusCatalog } from '../blackbox/attack/corpus-catalog.ts'

export default createGate(corpusCatalog)
