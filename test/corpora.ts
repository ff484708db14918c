// Test data that is not written in the tests: our own attack corpus, and tables of other projects
// that a checkout may have beside it. Without the latter their tests are skipped, with a notice.

import { existsSync, readFileSync } from 'node:fs'

const OWN = new URL('corpora/', import.meta.url)
const THIRD_PARTY = new URL('../../shared/corpora/', import.meta.url)

let noticed = false

/** A third-party table by its path in the corpora folder, or undefined where the folder is absent. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows the table's shape
export function thirdParty<T>(path: string): T | undefined {
  const file = new URL(path, THIRD_PARTY)
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as T
  if (!noticed) console.warn('notice: ../shared/corpora is absent, third-party tables are skipped')
  noticed = true
  return undefined
}

/** A row of test/corpora/attack-corpus.json. */
export interface AttackCase<Input> {
  readonly id: string
  readonly cls: string
  readonly layer: 'unit' | 'e2e' | 'raw' | 'origin'
  readonly input: Input
  readonly expect: string
}

/** Our attack cases of one class and layer; `Input` is what that class's rows hold. */
export function attackCases<Input>(cls: string, layer: AttackCase<Input>['layer']) {
  const text = readFileSync(new URL('attack-corpus.json', OWN), 'utf8')
  const { cases } = JSON.parse(text) as { readonly cases: readonly AttackCase<Input>[] }
  return cases.filter((row) => row.cls === cls && row.layer === layer)
}
