// The gate: the Worker that requests reach.

import { shipped } from '../catalog.ts'
import { createGate } from './worker.ts'

export default createGate(shipped)
