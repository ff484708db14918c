// What forwarding is given.

import type { Admitted } from '../admit.ts'
import type { Presented } from '../credential.ts'
import type { Passage } from '../passage.ts'

/** A request that may go on. */
export interface Forwarding {
  readonly passage: Passage
  readonly presented: Presented
  readonly admitted: Admitted
}
