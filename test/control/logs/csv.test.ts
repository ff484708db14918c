import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { CSV_HEADER, csvLine, csvRow } from '../../../src/control/logs/csv.ts'
import { anyEvent, someEvent } from '../../audit/events.ts'

describe('csvLine', () => {
  it.each([
    ['plain', 'a', 'a'],
    ['nothing', null, ''],
    ['empty', '', ''],
    ['a number', 12, '12'],
    ['a comma', 'a,b', '"a,b"'],
    ['a quote', 'a"b', '"a""b"'],
    ['a line break', 'a\r\nb', '"a\r\nb"'],
    ['=', '=1+1', "'=1+1"],
    ['+', '+1', "'+1"],
    ['-', '-1', "'-1"],
    ['@', '@SUM(A1)', "'@SUM(A1)"],
    ['a tab', '\t=1', "'\t=1"],
    ['CR', '\r=1', `"'\r=1"`],
    ['LF', '\n=1', `"'\n=1"`],
    ['full-width =', '\uff1d1', "'\uff1d1"],
    ['a formula with quotes', '=HYPERLINK("http://e","x")', `"'=HYPERLINK(""http://e"",""x"")"`],
    ['a formula later on', 'a=1', 'a=1'],
  ])('%s', (_guarantee, value, cell) => {
    expect(csvLine([value, 'end'])).toBe(`${cell},end\r\n`)
  })

  it('a reader of RFC 4180 gets back what went in, and no cell begins a formula', () => {
    const cell = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.stringMatching(/^[=+\-@\t\r\n",a]{0,6}$/),
    )
    fc.assert(
      fc.property(
        fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 4 }),
        (rows) => {
          const read = readCsv(rows.map(csvLine).join(''))
          for (const text of read.flat()) expect(text).not.toMatch(/^[=+\-@\t\r]/)
          const expected = rows.map((row) =>
            row.map((text) =>
              /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(text) ? `'${text}` : text,
            ),
          )
          expect(read).toStrictEqual(expected)
        },
      ),
    )
  })

  it('an event is a line under the header, by the names of the database', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        const linked = { ...event, sequence: 7, previousHash: '0'.repeat(64), hash: 'a'.repeat(64) }
        const [header = [], row = []] = readCsv(CSV_HEADER + csvRow(linked))
        expect(row).toHaveLength(header.length)
        expect(row[header.indexOf('id')]).toBe(event.id)
        expect(row[header.indexOf('upstream_ms')]).toBe(String(event.upstreamMs ?? ''))
        expect(row[header.indexOf('path')]?.endsWith(event.path)).toBe(true)
      }),
    )
    expect(CSV_HEADER.endsWith('\r\n')).toBe(true)
    const linked = { ...someEvent(), sequence: 1, previousHash: '', hash: '' }
    expect(csvRow(linked)).toContain(',/api/v1/sessions/1,forwarded,,200,12,198.51.100.7,\r\n')
  })
})

/** As RFC 4180 §2 reads. */
function readCsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  for (let at = 0; at < text.length;) {
    let cell = ''
    if (text[at] === '"') {
      for (at++; text[at] !== '"' || text[at + 1] === '"'; at++) {
        if (text[at] === '"') at++
        cell += text[at]
      }
      at++
    } else {
      while (text[at] !== ',' && !text.startsWith('\r\n', at)) cell += text[at++]
    }
    row.push(cell)
    if (text[at] === ',') {
      at++
      continue
    }
    at += 2
    rows.push(row)
    row = []
  }
  return rows
}
