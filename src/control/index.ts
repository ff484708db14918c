// Control: the Worker behind the gate, with the management API, the console, the queues and the cron.

import { shipped } from '../catalog.ts'
import { createControl } from './worker.ts'

export { TryCounter } from './tries/try-counter.ts'

export default createControl(shipped)
