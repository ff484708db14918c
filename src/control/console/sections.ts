// The pages of an organization, in the order of the navigation. A new section is one line here: its
// label, its path below /edge/console/o/:organization, and the routes of its own folder.

import type { Hono } from 'hono'

import { allowlistsPages } from './allowlists/routes.ts'
import { auditPages } from './audit/routes.ts'
import type { ConsoleEnv, NavEntry } from './context.ts'
import { explainPages } from './explain/routes.ts'
import { keysPages } from './keys/routes.ts'
import { membersPages } from './members/routes.ts'
import { overviewPages } from './overview/routes.ts'
import { serviceUsersPages } from './service-users/routes.ts'
import { usagePages } from './usage/routes.ts'
import { webhooksPages } from './webhooks/routes.ts'

interface Section extends NavEntry {
  /** Routes with the full path below the organization, such as `/keys/:id`. */
  readonly pages: Hono<ConsoleEnv>
}

export const SECTIONS: readonly Section[] = [
  { label: 'Overview', path: '', pages: overviewPages },
  { label: 'Keys', path: 'keys', pages: keysPages },
  { label: 'Service users', path: 'service-users', pages: serviceUsersPages },
  { label: 'Allowlists', path: 'allowlists', pages: allowlistsPages },
  { label: 'Usage', path: 'usage', pages: usagePages },
  { label: 'Webhooks', path: 'webhooks', pages: webhooksPages },
  { label: 'Audit', path: 'audit', pages: auditPages },
  { label: 'Explain', path: 'explain', pages: explainPages },
  { label: 'Members', path: 'members', pages: membersPages },
]
