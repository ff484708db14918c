// findings.md and promises.md name tests that are there: their files, and in those their names.

import { readFileSync } from 'node:fs'

import { describe, expect, it } from 'vitest'

const ROOT = new URL('..', import.meta.url)
const LINE = /^- `([^`]+)`: (.+)$/
/** A title with placeholders, as `it.each` fills them. */
const TEMPLATE = /[`']([^`'\n]*(?:%[sij]|\$\w+|\$\{[^}]*\})[^`'\n]*)[`']/g
const PLACEHOLDER = /%[sij]|\$\w+|\$\{[^}]*\}/g

const read = (file: string): string => readFileSync(new URL(file, ROOT), 'utf8')

/** Whether a title with placeholders, which must say something itself, could be shown so. */
function fills(template: string, name: string): boolean {
  const parts = template.split(PLACEHOLDER)
  if (parts.join('').trim() === '') return false
  const pattern = parts.map((part) => RegExp.escape(part)).join('.+')
  return new RegExp(`^${pattern}$`, 'u').test(name)
}

describe.each([
  ['test/findings.md', 29],
  ['test/promises.md', 7],
])('%s', (document, count) => {
  const lines = read(document).split('\n')

  it('has a test for each of its headings', () => {
    const headings = lines.filter((line) => line.startsWith('## '))
    expect(headings.length).toBe(count)
    headings.forEach((heading, i) => {
      expect(heading).toMatch(new RegExp(`^## ${i + 1}\\. `))
      expect([heading, lines[lines.indexOf(heading) + 2]]).toEqual([
        heading,
        expect.stringMatching(LINE),
      ])
    })
  })

  const named = lines.flatMap((line) => {
    const [, file, name] = LINE.exec(line) ?? []
    return file !== undefined && name !== undefined ? [[file, name] as const] : []
  })
  it.each(named)('%s: %s', (file, name) => {
    const source = read(file)
    const titles = [...source.matchAll(TEMPLATE)].map(([, template = '']) => template)
    expect(source.includes(name) || titles.some((title) => fills(title, name))).toBe(true)
  })
})
