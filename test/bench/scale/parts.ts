// How large the Workers are, and control by part.

import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

import { build } from 'esbuild'

import { ROLES } from '../../../src/config/workers.ts'
import { bundle, ROOT } from '../../harness/bundle.ts'

export interface Part {
  readonly part: string
  readonly bytes: number
  readonly gzip: number
}

const ENTRY = 'src/control/index.ts'

/**
 * The deployed bundles, and what control's is made of: split at its lazy imports, which a deploy does not do.
 * There each lazy part is a function in the one file: it is parsed with the rest, and run when asked.
 */
export async function bundleParts(): Promise<Part[]> {
  const deployed = await Promise.all(
    ROLES.map(async (role) => sized(`${role}, as it is deployed`, [await bundle(role)])),
  )
  const { metafile, outputFiles } = await build({
    entryPoints: [join(ROOT, ENTRY)],
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
  const entry = [...outputs].find(([, { entryPoint }]) => entryPoint === ENTRY)?.[0] ?? ''
  const eager = closure(entry)
  const lazy = [...outputs.keys()].filter((path) => path.endsWith('.js') && !eager.has(path))
  return [
    ...deployed,
    sized('control, before any lazy part', texts([...eager])),
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
