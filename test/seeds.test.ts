// The three systems that Portcullis was built for, sentence by sentence: each is shown here or in
// seeds-control.test.ts, or asks nothing of the gate.

import { existsSync, readFileSync } from 'node:fs'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { SENTENCES } from './blackbox/control/seed-sentences.ts'
import { dossiers } from './blackbox/seeds/dossiers.ts'
import { sentences, type Check } from './blackbox/seeds/seed.ts'
import { vault } from './blackbox/seeds/vault.ts'
import { verifa } from './blackbox/seeds/verifa.ts'
import { startEdge, type TestEdge } from './harness/edge.ts'

const SEEDS = new URL('../../shared/seeds/', import.meta.url)
const here = existsSync(SEEDS)
if (!here) console.warn('notice: ../shared/seeds is absent, completeness is not checked')

let edge: TestEdge
beforeAll(async () => {
  edge = await startEdge()
})
afterAll(() => edge.stop())

describe.each([dossiers, verifa, vault])('seed $file', ({ file, shown, nothing }) => {
  const rows = Object.entries(shown).map(([sentence, check]) => ({ sentence, check }))
  test.each<{ sentence: string; check: Check }>(rows)('$sentence', async ({ check }) => {
    await check(edge)
  })

  test.skipIf(!here)('no sentence is forgotten, and none is invented', () => {
    const managing = Object.keys(SENTENCES[file] ?? {})
    const placed = [...Object.keys(shown), ...managing, ...nothing]
    expect(new Set(placed).size).toBe(placed.length)
    const read = sentences(readFileSync(new URL(file, SEEDS), 'utf8'))
    expect(placed.toSorted()).toEqual([...new Set(read)].toSorted())
  })
})
