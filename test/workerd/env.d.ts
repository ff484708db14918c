// What wrangler.toml and test/vitest.config.ts bind for the tests of this folder.

import type { Bindings } from '../../src/config/bindings.ts'

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
