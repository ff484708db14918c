// The console's assets are built into a committed file: it must be fresh, and small.

import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'

import { expect, test } from 'vitest'

import { SCRIPT, STYLE } from '../../../src/control/console/assets.generated.ts'
import { generateAssets, GENERATED } from '../../../src/dev/console/assets.ts'

/** A page may have 60 KB over the wire; this leaves it 40. */
const WIRE_MAX_BYTES = 20_000

test('the generated file is what its sources make; npm run build:console makes it anew', async () => {
  const fresh = (await readFile(GENERATED, 'utf8')) === (await generateAssets())
  expect(fresh).toBe(true)
})

test('stylesheet and script are small over the wire', () => {
  const size = gzipSync(STYLE).length + gzipSync(SCRIPT).length
  expect(size).toBeLessThan(WIRE_MAX_BYTES)
})

test('nothing of them comes from elsewhere', () => {
  const text = (STYLE + SCRIPT)
    .replaceAll(/url\(['"]?data:[^)]*\)/g, '')
    .replaceAll(/\/\*![\s\S]*?\*\//g, '')
  expect(text.match(/https?:\/\/[^\s'")]+|@import|url\([^)]*\)/g)).toBeNull()
})
