// No pattern takes more than linear time in what a client sends. recheck proves it by automata, or
// searches for an attack where a pattern looks around; both are then timed.

import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'

import { describe, expect, it } from 'vitest'

import { collect, collectFrom } from './collect.ts'
import { growth } from './worst.ts'

/** Patterns that see no outside text, by file and beginning, and what it is that they see. */
const EXCEPTIONS: readonly (readonly [file: string, source: string, reason: string])[] = [
  ['src/cli/direct/explain.ts', '', 'what wrangler says on the operator’s own machine'],
  ['src/cli/doctor/schema.ts', '', 'schema.sql and the database’s own account of it'],
]

/** 8 is linear, 64 is square. */
const GROWTH_MAX = 24

type Check = (source: string, flags: string, params?: object) => { readonly status: string }

// In this process and in JavaScript, so that it is the same wherever the tests run.
process.env['RECHECK_SYNC_BACKEND'] = 'pure'
const { checkSync } = createRequire(import.meta.url)('recheck') as { readonly checkSync: Check }
/** A search is for attacks that grow, which short ones show: less of each than recheck's own measure. */
const PARAMETERS = {
  randomSeed: 1,
  timeout: 120_000,
  maxInitialGenerationSize: 50,
  maxIteration: 2,
  maxNFASize: 5_000,
  // By characters read, never by time: a busy machine finds the same.
  attackTimeout: null,
  incubationTimeout: null,
  seedingTimeout: null,
  attackLimit: 10_000_000,
  maxAttackStringSize: 8_000,
}
const check: Check = (source, flags) => checkSync(source, flags, PARAMETERS)

/**
 * What recheck has found safe and takes half a minute for, of what shows credentials in texts: it is
 * proved anew once the pattern, recheck or its parameters differ, for then the digest does.
 */
const PROVED: readonly string[] = [
  '649e05fabb4c6bc9f4601564cfa0658d52a03f154862ec85fd1839da121d1bbd', // KEYS of src/credentials/redact-values.ts
]
const { version } = createRequire(import.meta.url)('recheck/package.json') as { version: string }

/** Of all that a proof depends on. */
function digestOf(source: string, flags: string): string {
  const all = JSON.stringify([version, PARAMETERS, source, flags])
  return createHash('sha256').update(all).digest('hex')
}

const { patterns, unread } = collect()
const looked = patterns.filter(
  ({ file, source }) =>
    !EXCEPTIONS.some(([where, begins]) => where === file && source.startsWith(begins)),
)
/** Each once, with all its places. */
const distinct = [...Map.groupBy(looked, ({ source, flags }) => `/${source}/${flags}`).values()]

describe('every pattern of src that sees outside text', () => {
  it('is collected, and what it is made of is known', () => {
    expect(unread).toEqual([])
    expect(distinct.length).toBeGreaterThan(100)
    for (const [file] of EXCEPTIONS) expect(patterns.map((one) => one.file)).toContain(file)
  })

  it('has no attack that takes more than linear time', () => {
    const flawed = distinct.flatMap(([pattern]) => {
      const { source = '', flags = '', at } = pattern ?? {}
      if (PROVED.includes(digestOf(source, flags))) return []
      const { status } = check(source, flags)
      return status === 'safe' ? [] : [`${at} /${source}/${flags} ${status}`]
    })
    expect(flawed).toEqual([])
  })

  it('is there where its proof is kept', () => {
    const digests = looked.map(({ source, flags }) => digestOf(source, flags))
    expect(PROVED.filter((digest) => !digests.includes(digest))).toEqual([])
  })

  it('takes for 16,000 characters of its worst prefix what is linear of 2,000', () => {
    const steep = distinct.flatMap(([pattern]) => {
      const { source = '', flags = '', at } = pattern ?? {}
      const ratio = growth(new RegExp(source, flags))
      return ratio <= GROWTH_MAX ? [] : [`${at} /${source}/${flags} ${ratio.toFixed(1)}`]
    })
    expect(steep).toEqual([])
  })
})

describe('the check', () => {
  it.each([
    ['a beginning in each place', /(?<![0-9a-z])ey[\w-]{8,}\.[\w-]+\./i],
    ['an end that does not come', /(?:\.|%20)+(?=\/|$)/g],
    ['slashes at the end', /\/+$/],
    ['a text without its end', /"((?:[^"\\]|\\.)*)"\s*(:?)|[{}[\]]/g],
    ['two ways into one', /^(?:a|a)+$/],
  ])('finds %s, by its proof', (_what, { source, flags }) => {
    expect(check(source, flags).status).toBe('vulnerable')
  })

  it.each([
    ['a beginning in each place', /(?<![0-9a-z])ey[\w-]{8,}\.[\w-]+\./i],
    ['an end that does not come', /(?:\.|%20)+(?=\/|$)/g],
    ['slashes at the end', /\/+$/],
  ])('finds %s, by its time', (_what, pattern) => {
    expect(growth(pattern, 1)).toBeGreaterThan(GROWTH_MAX)
  })

  it('reads patterns that are put together, and names those that it cannot read', () => {
    const text = `const DIGIT = '[0-9]'
      const COUNT = 3
      export const a = new RegExp(\`^\${DIGIT}{\${COUNT}}$\`, 'u')
      export const b = (word: string) => RegExp(word)
      export const c = ''.search('x+$')`
    expect(collectFrom('src/example.ts', text)).toEqual({
      patterns: [
        { at: 'src/example.ts:3', file: 'src/example.ts', source: '^[0-9]{3}$', flags: 'u' },
        { at: 'src/example.ts:5', file: 'src/example.ts', source: 'x+$', flags: '' },
      ],
      unread: ['src/example.ts:4 RegExp(word)'],
    })
  })
})
