// What the management API limits besides a key's plan. No catalog can name a limit so, because its names
// have no dot. Plain data, as the routes are.

import type { Limit } from '../lib/limit.ts'

/** A key's calls of `whoami` and `rate-limits`, which spend nothing of its plan. */
export const ASKING: Limit = { name: 'edge.asking', quota: 60, windowSeconds: 60 }

/** A key's refused calls that cost nothing of its plan. More than these cost what others do. */
export const REFUSED: Limit = { name: 'edge.refused', quota: 60, windowSeconds: 60 }

/** An organization's calls of `verify`. */
export const VERIFYING: Limit = { name: 'edge.verify', quota: 60, windowSeconds: 60 }
