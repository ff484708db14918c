// Four kinds of test, each a project: units on Node, the source in workerd, the built bundle in
// workerd, and real processes with a real browser.

import { readFileSync } from 'node:fs'

import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { unstable_splitSqlQuery } from 'wrangler'

import { generateSigningKey } from '../src/credentials/signing-keys.ts'

const root = new URL('..', import.meta.url).pathname
const statements = (file: string): string[] =>
  unstable_splitSqlQuery(readFileSync(new URL(file, import.meta.url), 'utf8'))

/**
 * When a test counts as hung. A busy machine takes many times as long as an idle one, so this is far
 * beyond what any test needs, and no test has a limit of its own.
 */
const PATIENCE = { testTimeout: 600_000, hookTimeout: 600_000 }

/** What tests start again and again, wrangler above all, is compiled once. */
const COMPILED = { env: { NODE_COMPILE_CACHE: `${root}node_modules/.cache/compiled` } }

/** The longest of a project begin first, so that none is left alone at the end. */
const LONGEST = /\/(?:under-load|e2e\/console|bench|cli|patterns)\/|\.model\.|receiver/

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- the sequencer has no other
    const sorted = await super.sort(files)
    const { long = [], short = [] } = Object.groupBy(sorted, ({ moduleId }) =>
      LONGEST.test(moduleId) ? 'long' : 'short',
    )
    return [...long, ...short]
  }
}

export default defineConfig({
  test: {
    root,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        root,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          ...COMPILED,
          exclude: ['test/workerd/**', 'test/blackbox/**', 'test/e2e/**', 'test/seeds*.test.ts'],
          // One process reads the source once for all its files.
          isolate: false,
          setupFiles: ['test/restore-globals.ts'],
          ...PATIENCE,
        },
      },
      {
        root,
        plugins: [
          cloudflareTest({
            wrangler: { configPath: './test/workerd/wrangler.toml' },
            remoteBindings: false,
            miniflare: {
              bindings: {
                ISSUER: 'https://edge.test',
                KEY_PEPPER: 'pepper-of-the-tests-0123456789abcdef0123',
                ADMIN_TOKEN: 'admin-token-of-the-tests-0123456789abcdef',
                CONSOLE: 'token',
                SIGNING_KEYS: JSON.stringify({ keys: [await generateSigningKey()] }),
                SCHEMA: statements('../schema.sql'),
                OLDER: {
                  schema: statements('schema/older/before-actors.sql'),
                  rows: statements('schema/older/before-actors-rows.sql'),
                  actorColumn: statements('schema/older/actor-column-rows.sql'),
                },
              },
              // Every upstream: says what reached it.
              outboundService: (request) => {
                const { method, url, headers } = request
                return Response.json({ method, url, headers: Object.fromEntries(headers) })
              },
            },
          }),
        ],
        test: { name: 'workerd', include: ['test/workerd/**/*.test.ts'], ...PATIENCE },
      },
      {
        root,
        test: {
          name: 'blackbox',
          include: ['test/blackbox/**/*.test.ts', 'test/seeds*.test.ts'],
          ...COMPILED,
          ...PATIENCE,
          // The bundle, miniflare and wrangler are loaded once per process, not once per file.
          isolate: false,
        },
      },
      {
        root,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          ...COMPILED,
          ...PATIENCE,
          // As many browsers at work as the machine has cores to spare.
          maxConcurrency: 3,
        },
      },
    ],
  },
})
