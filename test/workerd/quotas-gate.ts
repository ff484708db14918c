// The gate around the catalog of test/blackbox/quotas.test.ts.

import { createGate } from '../../src/gate/worker.ts'
import { quotasCatalog } from '../blackbox/quotas-catalog.ts'

export default createGate(quotasCatalog)
