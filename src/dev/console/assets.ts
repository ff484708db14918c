// Builds the console's stylesheet and script into the text of src/control/console/assets.generated.ts, which
// is committed, so that a deploy needs no step of its own.

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'

import { build, transform } from 'esbuild'

const CONSOLE = join(import.meta.dirname, '..', '..', 'control', 'console')
export const GENERATED = join(CONSOLE, 'assets.generated.ts')
const PICO = createRequire(import.meta.url).resolve('@picocss/pico/css/pico.classless.css')
/** What browsers of the last three years understand. */
const TARGET = ['chrome115', 'firefox115', 'safari16.4']

/** The module's text as it must be. */
export async function generateAssets(): Promise<string> {
  const [style, script] = await Promise.all([buildStyle(), buildScript()])
  return [
    '// Made by `npm run build:console` from style.css, Pico CSS (MIT) and browser/main.ts. Do not edit.',
    '',
    constant('STYLE_HASH', hashOf(style)),
    constant('SCRIPT_HASH', hashOf(script)),
    constant('STYLE', style),
    constant('SCRIPT', script),
    '',
  ].join('\n')
}

/** Pico first, so that ours decides; its two licence lines stay. */
async function buildStyle(): Promise<string> {
  const [pico, own] = await Promise.all([
    readFile(PICO, 'utf8'),
    readFile(join(CONSOLE, 'style.css'), 'utf8'),
  ])
  const options = { loader: 'css', minify: true, target: TARGET, legalComments: 'inline' } as const
  const { code } = await transform(`${pico}\n${own}`, options)
  return code
}

async function buildScript(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(CONSOLE, 'browser', 'main.ts')],
    bundle: true,
    minify: true,
    format: 'esm',
    target: TARGET,
    write: false,
    logLevel: 'silent',
  })
  return outputFiles[0]?.text ?? ''
}

function constant(name: string, value: string): string {
  return `export const ${name} = ${JSON.stringify(value)}`
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
