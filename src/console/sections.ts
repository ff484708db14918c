// The pages of an organization, in the order of the navigation. A new section is one line here: its
// label, its path below /edge/console/o/:organization, and the routes of its own folder.

import type { Hono } from 'hono'

import type { ConsoleEnv, NavEntry } from './context.ts'
import { keysPages } from './keys/routes.ts'

interface Section extends NavEntry {
  /** Routes with the full path below the organization, such as `/keys/:id`. */
  readonly pages: Hono<ConsoleEnv>
}

export const SECTIONS: readonly Section[] = [{ label: 'Keys', path: 'keys', pages: keysPages }]
