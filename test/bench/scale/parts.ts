// How large the Worker is, by part.

import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

import { build } from 'esbuild'

import { bundle, ROOT } from '../../harness/bundle.ts'

export interface Part {
  readonly part: string
  readonly bytes: number
  readonly gzip: number
}

/**
 * The deployed bundle, and what it is made of: split at its lazy imports, which a deploy does not do.
 * There each lazy part is a function in the one file: it is parsed with the rest, and run when asked.
 */
export async function bundleParts(): Promise<Part[]> {
  const deployed = await bundle()
  const { metafile, outputFiles } = await build({
    entryPoints: [join(ROOT, 'src/index.ts')],
    absWorkingDir: ROOT,
    outdir: join(ROOT, 'unwritten'),
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*', 'node:*'],
    jsx: 'automatic',
    loader: { '.html': 'text', '.sql': 'text', '.css': 'text' },
    metafile: true,
    write: false,
    logLevel: 'silent',
  })
  const outputs = new Map(Object.entries(metafile.outputs))
  const entry = [...outputs].find(([, { entryPoint }]) => entryPoint === 'src/index.ts')?.[0] ?? ''
  const eager = closure(entry)
  const lazy = [...outputs.keys()].filter((path) => path.endsWith('.js') && !eager.has(path))
  return [
    sized('deployed, one file', [deployed]),
    sized('the gate, before any lazy part', texts([...eager])),
    sized('lazy parts together', texts(lazy)),
    ...lazy
      .filter((path) => outputs.get(path)?.entryPoint)
      .map((path) => sized(`lazy: ${outputs.get(path)?.entryPoint}, by itself`, texts([path]))),
  ]

  function closure(from: string, seen = new Set<string>()): Set<string> {
    seen.add(from)
    for (const { path, kind } of outputs.get(from)?.imports ?? []) {
      if (kind === 'import-statement' && outputs.has(path) && !seen.has(path)) closure(path, seen)
    }
    return seen
  }

  function texts(paths: readonly string[]): string[] {
    return outputFiles
      .filter(({ path }) => paths.some((wanted) => join(ROOT, wanted) === path))
      .map(({ text }) => text)
  }
}

function sized(part: string, texts: readonly string[]): Part {
  const text = texts.join('\n')
  return { part, bytes: Buffer.byteLength(text), gzip: gzipSync(text).length }
}
