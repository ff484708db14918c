// Control as `npm run dev` runs it: the deployed Worker around the demo's catalog.

import { createControl } from '../../control/worker.ts'
import { demoCatalog } from './catalog.ts'

export { TryCounter } from '../../control/tries/try-counter.ts'

export default createControl(demoCatalog)
