// The gate for the tests of open connections: the production code and catalog, watched several times a
// second, so that what takes a dozen seconds there can be waited for.

import { shipped } from '../../src/catalog.ts'
import { createGate } from '../../src/gate/worker.ts'

export default createGate(shipped, { everyMs: 300, patienceMs: 3_000 })
