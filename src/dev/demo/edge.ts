// The edge as `npm run dev` runs it: the deployed Worker around the demo's catalog.

import { createWorker } from '../../worker.ts'
import { demoCatalog } from './catalog.ts'

export { KeyGuard } from '../../guard/key-guard.ts'
export { TryCounter } from '../../control/tries/try-counter.ts'

export default createWorker(demoCatalog)
