// What the gate reads of a credential is what raises its generation: a column that decides something and
// is missing in a trigger's list would be a change that is not enforced (docs/design.md, promise 1).

import { readFileSync } from 'node:fs'

import { expect, it } from 'vitest'

import { recordQuery } from '../../src/credentials/record.ts'

const SCHEMA = readFileSync(new URL('../../schema.sql', import.meta.url), 'utf8')
const QUERIES = (['digest', 'id', 'external'] as const).map(recordQuery).join('\n')

/** The columns on whose update a trigger runs. */
function updatedBy(trigger: string): string[] {
  const pattern = new RegExp(`^CREATE TRIGGER ${trigger} AFTER UPDATE OF([\\w,\\s]+?)\\sON `, 'm')
  const [, list = ''] = pattern.exec(SCHEMA) ?? []
  return list.split(',').map((column) => column.trim())
}

it.each([
  ['c', 'credential_updated'],
  ['o', 'organization_updated'],
  ['s', 'service_user_updated'],
])(
  'each column that the record query reads of %s is in the list of %s, and no other',
  (alias, trigger) => {
    const read = QUERIES.matchAll(new RegExp(`\\b${alias}\\.(\\w+)`, 'g'))
    const columns = [...new Set([...read].map(([, column = '']) => column))]
    expect(columns.length).toBeGreaterThan(3)
    expect(updatedBy(trigger).toSorted()).toEqual(columns.toSorted())
  },
)
