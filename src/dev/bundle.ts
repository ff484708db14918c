// The Workers as workerd takes them: one ES module each, made by esbuild as wrangler makes it.

import { join } from 'node:path'

import { context, type BuildOptions } from 'esbuild'

import { PROJECT } from './layout.ts'
import { Problem } from './problem.ts'

const OPTIONS = {
  bundle: true,
  format: 'esm',
  target: 'es2024',
  conditions: ['workerd', 'worker', 'browser'],
  external: ['cloudflare:*', 'node:*'],
  sourcemap: 'inline',
  sourcesContent: false,
  write: false,
  logLevel: 'silent',
  absWorkingDir: PROJECT,
} satisfies BuildOptions

export interface Bundle {
  readonly code: string
  /** Calls back with each later version; what does not build is reported and left out. */
  readonly watch: (changed: (code: string) => void, broken: (text: string) => void) => Promise<void>
  readonly dispose: () => Promise<void>
}

/** Bundles a Worker from its entry below src/. */
export async function bundle(entry: string): Promise<Bundle> {
  let onChange: ((code: string) => void) | undefined
  let onBroken: ((text: string) => void) | undefined
  let latest = ''
  const build = await context({
    ...OPTIONS,
    entryPoints: [join('src', entry)],
    plugins: [
      {
        name: 'tell',
        setup(hooks) {
          hooks.onEnd(({ errors, outputFiles }) => {
            const code = outputFiles?.[0]?.text
            const [error] = errors
            if (error) {
              onBroken?.(`${error.location?.file ?? entry}: ${error.text}`)
            } else if (code !== undefined && code !== latest) {
              latest = code
              onChange?.(code)
            }
          })
        },
      },
    ],
  })
  try {
    await build.rebuild()
  } catch (error) {
    await build.dispose()
    throw new Problem(`src/${entry}: ${error instanceof Error ? error.message : String(error)}`)
  }
  return {
    code: latest,
    async watch(changed, broken) {
      onChange = changed
      onBroken = broken
      await build.watch()
    },
    dispose: () => build.dispose(),
  }
}
