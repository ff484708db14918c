// What a row's own assertion gets to see.

import { expect } from 'vitest'

import { valuesOf } from '../../harness/wire.ts'
import type { AttackInput, Corpus, Placeholders, Played } from './corpus.ts'

export interface Shown extends Played {
  readonly corpus: Corpus
  readonly input: AttackInput
  /** The row's own fixtures, to play variants with. */
  readonly keys: Placeholders
}

export type Expectation = (shown: Shown) => void | Promise<void>

/** All values of a header of the answer. */
export const header = ({ answer }: Pick<Played, 'answer'>, name: string): string[] =>
  valuesOf(answer.headers, name)

/** Refused for this reason and no other. */
export const reason =
  (code: string): Expectation =>
  (shown) =>
    expect(header(shown, 'x-edge-reason')).toEqual([code])
