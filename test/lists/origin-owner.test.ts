// Whose a wildcard origin is. Rows of the public suffix list as https://publicsuffix.org/list/ has them:
// a change of one of them with a newer list is a change to look at.

import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

import { getPublicSuffix } from 'tldts'
import { describe, expect, it } from 'vitest'

import {
  generatedSuffixes,
  installedList,
  namesWithSuffixesBelow,
} from '../../src/dev/suffixes/names.ts'
import { judge, ownerOf, SUFFIX_LIST, writeJudgements } from '../../src/lists/origin-owner.ts'

const SCHEMA = readFileSync(new URL('../../schema.sql', import.meta.url), 'utf8')

describe('ownerOf', () => {
  it.each([
    ['a registrable domain', 'example.com', 'example.com'],
    ['a host below one', 'app.example.co.uk', 'example.co.uk'],
    ['a domain below a private suffix', 'mine.vercel.app', 'mine.vercel.app'],
    ['a page host of one customer', 'mine.pages.dev', 'mine.pages.dev'],
    ['a host below it', 'preview.mine.pages.dev', 'mine.pages.dev'],
    ['the exception of a rule with *', 'city.kawasaki.jp', 'city.kawasaki.jp'],
    ['a host below the exception', 'x.city.kawasaki.jp', 'city.kawasaki.jp'],
    ['a domain below a rule with *', 'a.b.kawasaki.jp', 'a.b.kawasaki.jp'],
    ['the exception of a top level with *', 'www.ck', 'www.ck'],
    ['a domain below an A-label', 'example.xn--p1ai', 'example.xn--p1ai'],
    ['a top level that the list does not have', 'app.internal', 'app.internal'],
  ])('%s: %s is of %s', (_what, host, owner) => {
    expect(ownerOf(host)).toEqual({ ok: true, value: owner })
  })

  it.each([
    ['a top level', 'com'],
    ['a top level with suffixes below', 'uk'],
    ['a suffix of two labels', 'co.uk'],
    ['a private suffix', 'github.io'],
    ['another private suffix', 'pages.dev'],
    ['a top level whose second level is all suffixes', 'ck'],
    ['any second level of it', 'foo.ck'],
    ['a host of a rule with *', 'a.kawasaki.jp'],
    ['what the rule with * is below', 'kawasaki.jp'],
    ['a top level as an A-label', 'xn--p1ai'],
    ['a suffix with an A-label', 'xn--55qx5d.cn'],
    ['a single label', 'localhost'],
    ['a trailing dot', 'example.com.'],
  ])('%s: %s is of nobody', (_what, host) => {
    const owner = ownerOf(host)
    expect(owner.ok ? owner.value : owner.error).toMatch(/is a public suffix/)
  })

  it.each([
    ['with suffixes some labels below', 'amazonaws.com'],
    ['of a region', 'af-south-1.on.aws'],
    ['with a suffix right below', 'addr.tools'],
  ])('a host %s, %s, is of more than one', (_what, host) => {
    const owner = ownerOf(host)
    expect(owner.ok ? owner.value : owner.error).toMatch(/there are public suffixes below/)
  })

  it('never gives an owner to what a suffix is below, of all rules that there are', () => {
    const names = namesWithSuffixesBelow()
    expect(names.length).toBeGreaterThan(300)
    expect(names).toContain('amazonaws.com')
    for (const name of names) {
      expect([name, ownerOf(name).ok]).toEqual([name, false])
      // It is none itself: else the test before would have found it.
      expect(getPublicSuffix(name, { allowPrivateDomains: true })).not.toBe(name)
    }
  })
})

describe('the list', () => {
  it('is what npm run build:suffixes makes of the tldts that is installed', () => {
    const file = new URL('../../src/lists/suffixes-below.generated.ts', import.meta.url)
    expect(readFileSync(file, 'utf8')).toBe(generatedSuffixes())
    expect(SUFFIX_LIST).toBe(installedList())
  })
})

describe('judgements', () => {
  it('are of the wildcards alone', () => {
    const entries = [
      'https://a.example.com',
      'https://*.example.com:8443',
      'https://*.co.uk',
      'x://*.y',
    ]
    expect(judge(entries)).toEqual([
      ['https://*.example.com:8443', 'example.com', SUFFIX_LIST],
      ['https://*.co.uk', null, SUFFIX_LIST],
      ['x://*.y', null, SUFFIX_LIST],
    ])
  })

  it('are written to the rows that there are', () => {
    const db = new DatabaseSync(':memory:')
    db.exec(SCHEMA)
    db.exec(`INSERT INTO origin_owners (origin) VALUES ('https://*.example.com')`)
    const judged = judge(['https://*.example.com', 'https://*.example.org'])
    db.prepare(writeJudgements('?1')).run(JSON.stringify(judged))
    expect(db.prepare('SELECT origin, owner, judged_by FROM origin_owners').all()).toEqual([
      { origin: 'https://*.example.com', owner: 'example.com', judged_by: SUFFIX_LIST },
    ])
  })
})
