// docs/operating.md says what can be typed: every line of it is tried here.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

import {
  insertCredential,
  insertOrganization,
  insertServiceUser,
} from '../../src/dev/statements.ts'
import { PROJECT } from '../../src/cli/project.ts'
import { database, runOps } from './harness.ts'

const TEXT = readFileSync(`${PROJECT}docs/operating.md`, 'utf8')
const REASONS = ['reasons/gate.ts'].map((file) => readFileSync(`${PROJECT}src/${file}`, 'utf8'))
const SQL = [...TEXT.matchAll(/--command "([^"]*)"/g)].map(([, sql = '']) => sql)
const COMMANDS = [
  ...TEXT.matchAll(/^npm run ops -- (?!--help)([a-z][a-z -]*?)(?= +-| (?:key|su)_|$)/gm),
].map(([, words = '']) => words.trim())

describe('docs/operating.md', () => {
  it('has SQL that the database accepts, in its order', () => {
    const db = database()
    const organizationId = 'org_4fXo0qPYB1mTz7Qe'
    db.exec(insertOrganization({ id: organizationId, name: 'Acme', plan: 'free', products: [] }))
    const user = { id: 'su_2bVn8XcRk5JyHq0L', organizationId, name: 'V', sourceSystem: 'vkyc' }
    db.exec(insertServiceUser({ ...user, departments: [] }))
    for (const [id, kind] of [
      ['key_9sKd2LmQx7VbT0aW', 'secret'],
      ['key_7pUb3LsHaBl3K3yX', 'publishable'],
    ] as const) {
      db.exec(
        insertCredential({
          ...{ id, kind, organizationId, serviceUserId: null, environment: 'live', name: 'Key' },
          ...{ digest: id.padEnd(36, 'x'), scopes: [], products: [], expiresAt: null },
          ...{ ips: [], origins: [] },
        }),
      )
    }
    expect(SQL.length).toBeGreaterThan(12)
    for (const sql of SQL) {
      const before = changesOf(db)
      db.exec(sql)
      if (!sql.startsWith('SELECT')) expect(changesOf(db), sql).toBeGreaterThan(before)
    }
    expect(db.prepare('SELECT count(*) AS n FROM pending_fences').get()).toEqual({ n: 2 })
  })

  it.each([...new Set(COMMANDS)].map((words) => [words]))('has the command %s', async (words) => {
    const ran = await runOps([...words.split(' '), '--help'])
    expect(ran.out).toContain(`Usage: npm run ops -- ${words}`)
  })

  it('names reasons that the edge gives', () => {
    const runbook = TEXT.slice(TEXT.indexOf('## Runbook'))
    const named = [...runbook.matchAll(/`([a-z]+_[a-z_]+)`/g)].map(([, reason = '']) => reason)
    const unknown = named.filter(
      (reason) => reason !== 'edge_not_ready' && !REASONS.some((text) => text.includes(reason)),
    )
    expect(unknown).toEqual([])
    expect(named.length).toBeGreaterThan(8)
  })
})

/** Grows with every row that is written. */
function changesOf(db: ReturnType<typeof database>): number {
  return Number(db.prepare('SELECT total_changes() AS n').get()?.['n'])
}
