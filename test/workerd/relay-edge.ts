// The Worker for the tests of open connections: the production code and catalog, watched several times a
// second, so that what takes a dozen seconds there can be waited for.

import { shipped } from '../../src/catalog.ts'
import { createWorker } from '../../src/worker.ts'

export { KeyGuard } from '../../src/guard/key-guard.ts'
export { TryCounter } from '../../src/control/tries/try-counter.ts'

export default createWorker(shipped, { everyMs: 300, patienceMs: 3_000 })
