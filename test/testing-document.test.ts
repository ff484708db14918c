// docs/testing.md is made from the tests: the promises with those that show them, and each sentence of
// the seeds with its check. Make it anew with
//   npx vitest run --config test/vitest.config.ts --project unit test/testing-document.test.ts -u

import { readFileSync } from 'node:fs'

import { expect, it } from 'vitest'

import { SENTENCES } from './blackbox/control/seed-sentences.ts'
import { DOSSIERS_CONSOLE, VAULT_CONSOLE, VERIFA_CONSOLE } from './blackbox/seeds/console.ts'
import { dossiers } from './blackbox/seeds/dossiers.ts'
import type { Seed } from './blackbox/seeds/seed.ts'
import { publishableRows } from './blackbox/seeds/verifa-publishable.ts'
import { scopeRows } from './blackbox/seeds/verifa-scopes.ts'
import { vault } from './blackbox/seeds/vault.ts'
import { verifa } from './blackbox/seeds/verifa.ts'

const ROOT = new URL('..', import.meta.url)
const read = (file: string): string => readFileSync(new URL(file, ROOT), 'utf8')

/** Each seed: what it is, and the file in which its own checks stand. */
const SEEDS: readonly (readonly [seed: Seed, what: string, file: string])[] = [
  [dossiers, 'Dossiers: JWT API keys that name their products', 'dossiers.ts'],
  [verifa, 'Verifa: secret and publishable keys, scopes, environments, lists', 'verifa.ts'],
  [vault, 'Kwik Vault: service users and their access tokens', 'vault.ts'],
]
/** Checks that a seed takes from another file. */
const SHARED: readonly (readonly [rows: object, file: string])[] = [
  [publishableRows, 'verifa-publishable.ts'],
  [scopeRows, 'verifa-scopes.ts'],
  [DOSSIERS_CONSOLE, 'console.ts'],
  [VERIFA_CONSOLE, 'console.ts'],
  [VAULT_CONSOLE, 'console.ts'],
]

const HEAD = `# What is tested, and where

Made by \`test/testing-document.test.ts\`, which fails where this file is behind. How to run the parts of the suite is in
[CONTRIBUTING.md](../CONTRIBUTING.md); what was found and mended, with its tests, in [findings.md](../test/findings.md).

## Promises

Those of [design.md](design.md#1-promises), each with the tests that would fail if it were broken at its core
([promises.md](../test/promises.md)).
`

const SENTENCE_HEAD = `## Sentences

Portcullis was built to carry the authentication of three systems. A *seed* is the text in which one of them tells its
customers how they call it; every sentence of it is a test of its name, in \`test/seeds.test.ts\` against the gate or in
\`test/seeds-control.test.ts\` over the management API, and the file named here holds its check.
`

/** A cell of a table: no bars, no markup of its own. */
const cell = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll(/[|<*_]/g, (char) => `\\${char}`)

function promises(): string {
  const [, ...sections] = read('test/promises.md').split('\n## ')
  return sections
    .map((section) => {
      const [heading = '', ...lines] = section.trimEnd().split('\n')
      return `### ${heading}\n${lines.join('\n')}\n`
    })
    .join('\n')
}

function sentencesOf([seed, what, own]: (typeof SEEDS)[number]): string {
  const managing = Object.keys(SENTENCES[seed.file] ?? {})
  const rows = [
    ...Object.keys(seed.shown).map((sentence) => {
      const shared = SHARED.find(([checks]) => Object.hasOwn(checks, sentence))
      return [sentence, `test/blackbox/seeds/${shared?.[1] ?? own}`]
    }),
    ...managing.map((sentence) => [sentence, 'test/blackbox/control/seed-sentences.ts']),
  ]
  return [
    `### ${seed.file.slice(0, 3)} ${what}\n`,
    '| sentence | check |',
    '|---|---|',
    ...rows.map(([sentence = '', file = '']) => `| ${cell(sentence)} | \`${file}\` |`),
    `\nTitles, and advice to people, which ask nothing of the edge: ${seed.nothing.length}.\n`,
  ].join('\n')
}

it('docs/testing.md is up to date', async () => {
  const text = [HEAD, promises(), SENTENCE_HEAD, ...SEEDS.map(sentencesOf)].join('\n')
  await expect(text).toMatchFileSnapshot('../docs/testing.md')
})

it('promises.md has the promises of docs/design.md, in its words', () => {
  const [, section = ''] = read('docs/design.md').split('## 1. Promises')
  const [list = ''] = section.split('\n## ')
  const made = [...list.matchAll(/^(\d+)\. \*\*(.+?)\*\*/gms)].map(
    ([, number, words = '']) =>
      `${number}. ${words.replaceAll(/\s+/g, ' ').replace(/[.,]?$/, '.')}`,
  )
  const headings = [...read('test/promises.md').matchAll(/^## (.+)$/gm)].map(([, text]) => text)
  expect(headings).toEqual(made)
})
