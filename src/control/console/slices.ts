// The console's modules in the order in which they need each other, each a slice of its own: app.tsx finds
// them evaluated. One that is missing here is evaluated with whoever imports it, and so makes that slice longer.

import { inSlices } from '../../lib/slices.ts'
import type { handleConsoleRequest } from './app.tsx'

/** Values only: a promise would end with the request that made it. */
let loaded: typeof handleConsoleRequest | undefined

const SLICES: readonly (() => Promise<unknown>)[] = [
  () => import('hono'),
  () => import('hono/jsx'),
  () => import('hono/html'),
  () => import('./respond.tsx'),
  () => import('./sign-in.tsx'),
  () => import('d3-scale'),
  () => import('d3-shape'),
  () => import('./overview/show.tsx'),
  () => import('./overview/routes.ts'),
  () => import('./keys/routes.ts'),
  () => import('./service-users/routes.ts'),
  () => import('./allowlists/routes.ts'),
  () => import('./usage/routes.ts'),
  () => import('./webhooks/routes.ts'),
  () => import('./audit/routes.ts'),
  () => import('./explain/routes.ts'),
  () => import('./members/routes.ts'),
  () => import('./organizations/routes.ts'),
  () => import('./app.tsx'),
]

/** What answers requests below /edge/console; loaded with the first of them. */
export async function consoleOf(): Promise<typeof handleConsoleRequest> {
  if (loaded) return loaded
  await inSlices(SLICES)
  loaded = (await import('./app.tsx')).handleConsoleRequest
  return loaded
}
