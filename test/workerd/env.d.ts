// What the wrangler.toml of this folder and test/vitest.config.ts bind for its tests.

import type { Bindings } from './bindings.ts'

interface TestEnv extends Bindings {
  readonly KEY_PEPPER: string
  readonly SIGNING_KEYS: string
  /** The statements of schema.sql. */
  readonly SCHEMA: readonly string[]
  /** Those of an older one, of rows on it, and of a later change to it with rows behind them. */
  readonly OLDER: Readonly<Record<'schema' | 'rows' | 'actorColumn', readonly string[]>>
}

declare global {
  namespace Cloudflare {
    interface Env extends TestEnv {}
  }
}
