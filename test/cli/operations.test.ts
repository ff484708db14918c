// Every operation of the API is a command, and what commands take is what the API takes.

import { readFileSync } from 'node:fs'

import { beforeAll, describe, expect, it } from 'vitest'

import { COMMANDS } from '../../src/cli/commands.ts'
import { INPUTS } from '../../src/cli/inputs.generated.ts'
import { nameOf } from '../../src/cli/options.ts'
import { OPERATIONS, type OperationName } from '../../src/catalog/operations.ts'
import { DOCUMENT_FILE, generate, INPUTS_FILE, TYPES_FILE } from '../../src/dev/client/generate.ts'
import { runOps } from './harness.ts'

const NAMES = Object.keys(OPERATIONS) as OperationName[]

describe('what is generated from the API', () => {
  let fresh: Readonly<Record<string, string>>
  beforeAll(async () => (fresh = await generate()))

  it.each([DOCUMENT_FILE, TYPES_FILE, INPUTS_FILE])(
    '%s is as npm run build:client makes it',
    (file) =>
      expect(readFileSync(new URL(`../../src/${file}`, import.meta.url), 'utf8')).toBe(fresh[file]),
  )
})

describe('every operation', () => {
  it('is a command of its own, and no command is of an operation that is none', () => {
    expect(Object.keys(COMMANDS).toSorted()).toEqual(NAMES.toSorted())
    expect(new Set(Object.values(COMMANDS).map(({ words }) => words)).size).toBe(NAMES.length)
  })

  it.each(NAMES)('%s: its help has each of its fields', async (name) => {
    const row = COMMANDS[name]
    const ran = await runOps([...row.words.split(' '), '--help'])
    expect(ran).toMatchObject({ exitCode: 0, err: '' })
    expect(ran.out).toContain(`Usage: npm run ops -- ${row.words}`)
    for (const field of row.own ? [] : INPUTS[name].fields) {
      const given = nameOf(field, row)
      const operand = field.in === 'path' && !row.options?.includes(field.name)
      expect(ran.out).toContain(operand ? `<${given}>` : `--${given}`)
    }
  })
})
