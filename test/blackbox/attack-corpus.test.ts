// Every row of the attack corpus that goes over the wire and concerns the gate, played verbatim.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { Minted } from '../harness/edge.ts'
import { startCorpus, type Corpus } from './attack/corpus.ts'
import { accessExpectations } from './attack/expect-access.ts'
import { credentialExpectations } from './attack/expect-credentials.ts'
import { httpExpectations } from './attack/expect-http.ts'
import { expectOutcome } from './attack/outcome.ts'
import { differences, halfWaiting, waiting, wireRows, type AttackRow } from './attack/rows.ts'
import { setups, type Setup } from './attack/setups.ts'

const expectations = { ...httpExpectations, ...credentialExpectations, ...accessExpectations }
const played = wireRows.filter(({ id }) => !waiting.has(id))

let corpus: Corpus
beforeAll(async () => {
  corpus = await startCorpus()
})
afterAll(() => corpus.stop())

async function fixtures(setup: Setup, on: Corpus): Promise<Map<string, Minted>> {
  const origins = ['https://app.example.com']
  const keys = new Map(on.keys)
  keys.set('PUB_LIVE', await on.edge.mint('publishable', setup.publishable ?? { origins }))
  if (setup.live) keys.set('LIVE', await on.edge.mint('secret', setup.live))
  for (const [name, value] of Object.entries(setup.values?.(on) ?? {})) {
    keys.set(name, { id: '', value })
  }
  return keys
}

async function playRow(row: AttackRow): Promise<void> {
  const setup = setups[row.id] ?? {}
  const on = setup.bindings ? await startCorpus(setup.bindings) : corpus
  try {
    const keys = await fixtures(setup, on)
    await setup.before?.(on)
    if (setup.upstream) on.edge.upstream.answer = setup.upstream
    for (let i = 0; i < (setup.prior ?? 0); i++) await on.play(row.input, keys)
    const shown = await on.play(row.input, keys)
    expectOutcome(shown, row)
    await expectations[row.id]?.({ ...shown, corpus: on, input: row.input, keys })
  } finally {
    on.edge.upstream.reset()
    if (on !== corpus) await on.stop()
  }
}

const classes = [...new Set(played.map(({ cls }) => cls))]

describe.each(classes)('%s', (cls) => {
  const rows = played.filter((row) => row.cls === cls)
  test.each(rows)('$id $input.method $input.target: $expect', playRow)
})

describe('no row is forgotten', () => {
  test('each row over the wire is played or waits for a named issue', () => {
    expect(wireRows.length).toBeGreaterThan(80)
    const ids = new Set(wireRows.map(({ id }) => id))
    for (const id of [...waiting.keys(), ...halfWaiting.keys(), ...differences.keys()]) {
      expect(ids).toContain(id)
    }
  })

  test('a row whose outcome is open has an assertion of its own', () => {
    const open = played.filter(({ status, forwarded }) => status === null || forwarded === null)
    expect(open.filter(({ id }) => !expectations[id]).map(({ id }) => id)).toEqual([])
  })

  test('each assertion and setup belongs to a row that is played', () => {
    const ids = new Set(played.map(({ id }) => id))
    const named = [...Object.keys(expectations), ...Object.keys(setups)]
    expect(named.filter((id) => !ids.has(id))).toEqual([])
  })
})
