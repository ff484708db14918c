// Control around the catalog of test/blackbox/quotas.test.ts.

import { createControl } from '../../src/control/worker.ts'
import { quotasCatalog } from '../blackbox/quotas-catalog.ts'

export { TryCounter } from '../../src/control/tries/try-counter.ts'

export default createControl(quotasCatalog)
