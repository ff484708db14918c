// The kit's components where their output depends on more than their text.

import { describe, expect, test } from 'vitest'

import { Field, TextArea } from '../../../src/control/console/kit/field.tsx'
import { readListField } from '../../../src/control/console/kit/list-field.tsx'
import { Receipt } from '../../../src/control/console/kit/receipt.tsx'
import { readTimeInput, timeInput } from '../../../src/control/console/kit/time.tsx'

const html = (node: unknown): string => String(node)

describe('a receipt', () => {
  const AT = Date.UTC(2026, 10, 22, 17, 40, 5)

  test('in force says since when', () => {
    const text = html(Receipt({ receipt: { enforced_at: AT, pending: 0, revoked_at: AT - 1000 } }))
    expect(text).toContain('2026-11-22 17:40:05 UTC')
    expect(text).toContain('2026-11-22 17:40:04 UTC')
    expect(text).toContain('No request that begins later')
  })

  test('with a guard that was not reached says that it is not in force yet', () => {
    const text = html(Receipt({ receipt: { enforced_at: null, pending: 1 } }))
    expect(text).toContain('not everywhere yet')
    expect(text).toContain('One key’s guard could not be told yet')
  })

  test('of a change that the queue finishes tells how far it has come, and then since when', () => {
    const receipt = { enforced_at: null, pending: 80, change_id: 'chg_1' }
    const half = html(Receipt({ receipt, progress: { total: 80, pending: 20, enforced_at: null } }))
    expect(half).toContain('60 of 80 keys go by it')
    const whole = html(Receipt({ receipt, progress: { total: 80, pending: 0, enforced_at: AT } }))
    expect(whole).toContain('2026-11-22 17:40:05 UTC')
    expect(whole).not.toContain('not everywhere yet')
  })
})

describe('a field', () => {
  test('is tied to its label, its hint and its own fault alone', () => {
    const fault = { field: 'name', sentence: 'must not be empty' }
    const text = html(Field({ name: 'name', label: 'Name', hint: 'A hint', fault }))
    expect(text).toContain('<label for="name">Name</label>')
    expect(text).toContain('aria-describedby="name-hint name-fault" aria-invalid="true"')
    expect(html(Field({ name: 'other', label: 'Other', fault }))).not.toContain('fault')
  })

  test('shows markup as text', () => {
    const text = html(TextArea({ name: 'ips', label: '<b>', value: '</textarea><b>"' }))
    expect(text).toContain('&lt;/textarea&gt;&lt;b&gt;&quot;')
    expect(text).toContain('<label for="ips">&lt;b&gt;</label>')
  })
})

const read = (form: Record<string, string>) => readListField(new URLSearchParams(form), 'ips')

describe('a list', () => {
  test('is none, empty, or has an entry a line', () => {
    expect(read({ ips_mode: 'any', ips: ' \r\n' })).toEqual({ ok: true, value: null })
    expect(read({ ips_mode: 'listed', ips: ' \r\n' })).toEqual({ ok: true, value: [] })
    expect(read({ ips_mode: 'listed', ips: 'a\r\n\r\n b \nc' })).toEqual({
      ok: true,
      value: ['a', 'b', 'c'],
    })
  })

  test.each([['any'], [''], ['Listed'], [undefined]])(
    'that was typed is not dropped where %j was chosen: the field is at fault',
    (mode) => {
      const form = { ...(mode !== undefined && { ips_mode: mode }), ips: '1.2.3.4' }
      expect(read(form)).toMatchObject({ ok: false, error: { field: 'ips' } })
    },
  )
})

test('a time input is UTC, to the minute', () => {
  expect(timeInput(Date.UTC(2027, 0, 31, 12, 5, 59))).toBe('2027-01-31T12:05')
  expect(readTimeInput('2027-01-31T12:05')).toBe(Date.UTC(2027, 0, 31, 12, 5))
  expect(readTimeInput('')).toBeNull()
  expect(readTimeInput('soon')).toBeNaN()
})
