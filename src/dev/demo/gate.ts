// The gate as `npm run dev` runs it: the deployed Worker around the demo's catalog.

import { createGate } from '../../gate/worker.ts'
import { demoCatalog } from './catalog.ts'

export default createGate(demoCatalog)
