import { describe, expect, it } from 'vitest'

import { explain } from '../../src/cli/direct/explain.ts'
import { clean, table } from '../../src/cli/print.ts'
import { childEnv, readJson } from '../../src/cli/direct/wrangler.ts'

const LOCAL = { remote: false, persistTo: undefined }

describe("wrangler's errors in our words", () => {
  it.each([
    [
      'no such table: organizations: SQLITE_ERROR',
      /npm run dev once, or: npx wrangler d1 execute portcullis --local --file schema\.sql$/,
    ],
    [
      `CHECK constraint failed: length(trim(name)) BETWEEN 1 AND 200: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_CHECK)`,
      /a name has 1 to 200 characters$/,
    ],
    [
      'CHECK constraint failed: something else: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_CHECK)',
      /refused a value: something else$/,
    ],
    ['UNIQUE constraint failed: organizations.id: SQLITE_CONSTRAINT', /run the command again/],
    [
      'FOREIGN KEY constraint failed: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_FOREIGNKEY)',
      /does not exist/,
    ],
    [
      'only publishable keys have an origin list: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_TRIGGER)',
      /^the database refused it: only publishable keys have an origin list$/,
    ],
    ['database is locked: SQLITE_BUSY', /busy/],
    [
      "In a non-interactive environment, it's necessary to set a CLOUDFLARE_API_TOKEN",
      /wrangler login/,
    ],
    [
      `Couldn't find a D1 DB with the name or binding 'portcullis' in your wrangler.toml file.`,
      /wrangler d1 create portcullis/,
    ],
    ['something\n new', /wrangler could not do it: something new$/],
    ['', /gave no reason/],
  ])('%s', (text, expected) => expect(explain(text, LOCAL)).toMatch(expected))

  it('names the database that is meant', () => {
    const text = 'no such table: organizations'
    expect(explain(text, { remote: true, persistTo: undefined })).toContain(
      '--remote --file schema.sql',
    )
    expect(explain(text, { remote: false, persistTo: 'a/state' })).toContain('--persist-to a/state')
  })
})

describe("wrangler's process", () => {
  it('is not given the secrets', () => {
    const env = {
      KEY_PEPPER: 'a',
      SIGNING_KEYS: 'b',
      ADMIN_TOKEN: 'c',
      PATH: '/bin',
      CLOUDFLARE_API_TOKEN: 'd',
    }
    const child = childEnv(env)
    expect(Object.keys(child)).not.toEqual(expect.arrayContaining(['KEY_PEPPER']))
    expect(child).toMatchObject({ PATH: '/bin', CLOUDFLARE_API_TOKEN: 'd' })
    expect(Object.values(child)).not.toContain('c')
  })

  it('may print other lines before its JSON', () => {
    expect(readJson('[WARNING] old\nnoise\n[{"results":[]}]')).toEqual([{ results: [] }])
    expect(readJson('noise')).toBeUndefined()
  })
})

describe('what is printed', () => {
  it('shows control and direction characters as codes', () => {
    expect(clean('a\u001b[31m\n\u202e')).toBe('a\\u{1b}[31m\\u{a}\\u{202e}')
    expect(table(['id', 'name'], [['1', 'a\rb']])).toEqual(['ID  NAME', '1   a\\u{d}b'])
  })
})
