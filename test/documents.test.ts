// What the documents name is there: files, sections, tables. A document that is wrong here is wrong
// for its reader.

import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join, normalize } from 'node:path'

import { describe, expect, it } from 'vitest'

import { Ledger } from '../src/guard/ledger.ts'
import { memoryStore } from './guard/memory-store.ts'

const ROOT = new URL('..', import.meta.url).pathname
const DOCUMENTS = globSync(['*.md', 'docs/**/*.md', '.github/**/*.md'], { cwd: ROOT }).toSorted()
/** Of the repository itself, in backticks, such as `src/gate/path.ts` or `test/patterns/`. */
const PATH = /`((?:src|test|docs|\.ci|\.github)\/[\w./-]*)`/g
/** A file without its folder, in backticks, such as `claim.ts`. */
const NAME = /`([\w.-]+\.tsx?)`/g
/** To the end of the line, or of the block. */
const COMMENT = /(?:\/\/|^\s*(?:\/?\*\*?|--|#)) (.*)$/gm
const LINK = /\]\(([^)\s]+)\)/g

const SOURCES = globSync(['src/**/*.{ts,tsx}', 'test/**/*.ts', 'schema.sql'], { cwd: ROOT })
const NAMES = new Set(SOURCES.map((file) => basename(file)))

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8')
const matches = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, found = '']) => found)

/** The anchor that GitHub gives a heading. */
const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
    .trim()
    .replaceAll(' ', '-')

const anchors = (file: string): string[] => matches(read(file), /^#+ (.+)$/gm).map(anchor)

describe.each(DOCUMENTS)('%s', (document) => {
  const text = read(document)

  it('names files and folders that are there', () => {
    expect(matches(text, PATH).filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
  })

  it('names source files that are there', () => {
    expect(matches(text, NAME).filter((name) => !NAMES.has(name))).toEqual([])
  })

  it('links to files and sections that are there', () => {
    const links = matches(text, LINK).filter((link) => !/^[a-z]+:/.test(link))
    const broken = links.filter((link) => {
      const [path = '', section] = link.split('#')
      const file = path === '' ? document : normalize(join(dirname(document), path))
      if (!existsSync(join(ROOT, file))) return true
      return section !== undefined && !anchors(file).includes(section)
    })
    expect(broken).toEqual([])
  })
})

describe('comments of the code', () => {
  const code = [...SOURCES.filter((file) => !file.startsWith('test/')), 'wrangler.toml']
  const comments = code
    .filter((file) => !file.includes('generated'))
    .flatMap((file) => {
      const text = read(file)
      return matches(text, COMMENT).map((comment) => ({ file, comment }))
    })

  it('name files that are there', () => {
    const gone = comments.flatMap(({ file, comment }) => [
      ...matches(comment, /\b((?:src|test|docs)\/[\w./-]*\w)/g)
        .filter((path) => !existsSync(join(ROOT, path)))
        .map((path) => `${file}: ${path}`),
      ...matches(comment, /(?<![\w/.])([a-z][\w-]*\.tsx?)\b/g)
        .filter((name) => !NAMES.has(name))
        .map((name) => `${file}: ${name}`),
    ])
    expect(gone).toEqual([])
    expect(comments.length).toBeGreaterThan(1_000)
  })

  it('cite nothing that a reader does not have', () => {
    const cited = comments.filter(({ comment }) =>
      /\bDESIGN\b|\b(?:design|threat|issue|finding|seed)s? (?:§|#)?\d/.test(comment),
    )
    expect(cited).toEqual([])
  })
})

it('docs/storage.md has every table of schema.sql, and no other', () => {
  const tables = matches(read('schema.sql'), /^CREATE TABLE IF NOT EXISTS (\w+)/gm)
  const [, section = ''] = read('docs/storage.md').split('\n## D1')
  const [rows = ''] = section.split('\n## ')
  const named = matches(rows, /^\| ((?:`\w+`(?:, )?)+) \|/gm).flatMap((cell) =>
    matches(cell, /`(\w+)`/g),
  )
  expect(named.toSorted()).toEqual(tables.toSorted())
})

it('docs/storage.md has every key that a guard writes, and no other', () => {
  const store = memoryStore()
  const ledger = new Ledger(store, () => {})
  const limit = { name: 'plan', quota: 1_000, windowSeconds: 60 }
  const asked = { generation: 1, want: 1, lease: 10, returnable: true }
  ledger.admit({ ...asked, limits: [limit] }, 1_800_000_000_000)
  ledger.admit({ ...asked, limits: [{ ...limit, partition: 'client' }] }, 1_800_000_000_000)
  const written = store.list().map(([key]) => key.replace(/plan/, '').replace(/@client/, '@'))
  const [, section = ''] = read('docs/storage.md').split('\n### `KeyGuard`')
  const [rows = ''] = section.split('\n### ')
  const named = matches(rows, /^\| (`.*?) \|/gm)
    .flatMap((cell) => matches(cell, /`([^`]+)`/g))
    .map((key) => key.replaceAll(/<[^>]*>/g, ''))
  expect(named.toSorted()).toEqual(written.toSorted())
})

it('docs/glossary.md names identifiers, columns and headers that are in the code', () => {
  const code = SOURCES.filter((file) => !file.startsWith('test/'))
    .map(read)
    .join('\n')
  const rows = matches(read('docs/glossary.md'), /^\|(?: [^|]+\|){2} ([^|]+)\|/gm).slice(1)
  const names = rows.flatMap((cell) => matches(cell, /`([^`]+)`/g))
  expect(names.length).toBeGreaterThan(50)
  expect(names.filter((name) => !code.includes(name.replace('()', '')))).toEqual([])
})

it('README.md is at most 150 lines', () => {
  expect(read('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(150)
})
