// How long a fence waits where a lease of the shipped length is out.

import { LEASE_MS, waitFor } from '../../src/guard/lease-terms.ts'

export const FENCE_WAIT_MS = waitFor(LEASE_MS)
