// What a gate's isolate has to load before its first request. test/bench/size.ts measures what it takes.

import { gzipSync } from 'node:zlib'

import { expect, it } from 'vitest'

import { bundle } from '../harness/bundle.ts'

const GZIP_MAX_BYTES = 75_000
/** Of packages and folders of which nothing has a place in the gate. */
const NOT_HERE = [
  'node_modules/tldts',
  'node_modules/zod',
  'src/control/',
  'src/reasons/meanings.ts',
]

it('the gate is uploaded as 75 KB of gzip at most, without what is of control', async () => {
  const text = await bundle('gate')
  expect(NOT_HERE.filter((path) => text.includes(`\n// ${path}`))).toEqual([])
  expect(text).toContain('\n// src/gate/gate.ts\n')
  expect(gzipSync(text).length).toBeLessThanOrEqual(GZIP_MAX_BYTES)
})
