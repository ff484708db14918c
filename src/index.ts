// The deployed Worker.

import { shipped } from './catalog/shipped.ts'
import { createWorker } from './worker.ts'

export { KeyGuard } from './guard/key-guard.ts'
export { TryCounter } from './tries/try-counter.ts'

export default createWorker(shipped)
