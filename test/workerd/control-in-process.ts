// Control without its binding: the very class, called in this isolate, on bindings of the test's own.

import { env } from 'cloudflare:workers'

import type { ControlService } from '../../src/call/call.ts'
import type { Catalog } from '../../src/catalog/define.ts'
import { createControl } from '../../src/control/worker.ts'

/** A new isolate of control; `over` takes the place of single settings and bindings. */
export function controlInProcess(
  catalog: Catalog,
  over: Readonly<Record<string, unknown>> = {},
): ControlService {
  const ctx = { waitUntil: (work: Promise<unknown>) => void work.catch(() => {}) }
  const Control = createControl(catalog)
  return new Control(ctx as ExecutionContext, { ...env, ...over })
}
