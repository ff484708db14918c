// The deployed Worker.

import { shipped } from './catalog.ts'
import { createWorker } from './worker.ts'

export { KeyGuard } from './guard/key-guard.ts'
export { TryCounter } from './control/tries/try-counter.ts'

export default createWorker(shipped)
