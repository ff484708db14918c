import { describe, expect, it } from 'vitest'

import { Stop } from '../../src/cli/answer.ts'
import { readExpiry, readId } from '../../src/cli/input.ts'
import { matchEntries, readEntries, unreadable } from '../../src/cli/lists/entries.ts'

/** What a wrong command line is told; its exit code is 2. */
function refusal(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof Stop && error.exitCode === 2) return error.message
    throw error
  }
  throw new Error('it was accepted')
}

describe('ids', () => {
  it('that are well formed are taken', () => {
    expect(readId('key', 'key_9sKd2LmQx7VbT0aW')).toBe('key_9sKd2LmQx7VbT0aW')
  })

  it.each(['key_1', 'org_', `org_1'`, 'org_1;--', 'org_ä', `org_${'x'.repeat(61)}`])(
    '%s is no organization',
    (text) => expect(refusal(() => readId('org', text))).toContain('organization list'),
  )
})

describe('expiry', () => {
  const now = Date.UTC(2026, 0, 1) + 123

  it.each([
    [{}, null],
    [{ expiresIn: '30m' }, Date.UTC(2026, 0, 1, 0, 30)],
    [{ expiresIn: '90d' }, Date.UTC(2026, 3, 1)],
    [{ expiresIn: '52w' }, Date.UTC(2026, 11, 31)],
    [{ expires: '2027-01-01T00:00:00Z' }, Date.UTC(2027, 0, 1)],
    [{ expires: '2027-01-01T00:00:00.900+02:00' }, Date.UTC(2026, 11, 31, 22)],
  ])('%j, in whole seconds', (options, ms) => expect(readExpiry(options, now)).toBe(ms))

  it.each([
    [{ expiresIn: '90' }],
    [{ expiresIn: '1y' }],
    [{ expiresIn: '0d' }],
    [{ expiresIn: '-1d' }],
    [{ expiresIn: '' }],
    [{ expires: '2027-01-01' }],
    [{ expires: '2027-01-01T00:00:00' }],
    [{ expires: '2027-02-30T00:00:00Z' }],
    [{ expires: '2027-13-01T00:00:00Z' }],
    [{ expires: '2025-01-01T00:00:00Z' }],
    [{ expires: 'tomorrow' }],
    [{ expires: '2027-01-01T00:00:00Z', expiresIn: '1d' }],
  ])('%j is refused', (options) => expect(refusal(() => readExpiry(options, now))).toBeTruthy())
})

describe('entries', () => {
  it('are stored in one spelling', () => {
    expect(
      readEntries('address', ['2001:DB8::/32', '203.0.113.7/32', '::ffff:203.0.113.7']),
    ).toEqual(['2001:db8::/32', '203.0.113.7'])
    expect(readEntries('origin', ['https://app.example.com'])).toEqual(['https://app.example.com'])
  })

  it('all that are wrong are named, with what would be right', () => {
    const message = refusal(() => readEntries('address', ['10.0.0.7/8', '10.0.0.0/33', '10.0.0.1']))
    expect(message).toContain('write 10.0.0.0/8 or 10.0.0.7')
    expect(message).toContain('"10.0.0.0/33": /33 is not a prefix length')
    expect(message).toContain('Nothing has been changed.')
    expect(refusal(() => readEntries('origin', ['https://App.example.com/x']))).toContain(
      'write https://app.example.com',
    )
    expect(refusal(() => readEntries('origin', ['https://*.co.uk']))).toContain('public suffix')
  })

  it('are found for removal in any spelling, and unreadable ones by their text', () => {
    const stored = ['203.0.113.7/32', '10.0.0.0/33', '2001:db8::/32']
    expect(matchEntries('address', stored, ['203.0.113.7', '10.0.0.0/33', '192.0.2.1'])).toEqual({
      ok: true,
      value: { found: ['203.0.113.7/32', '10.0.0.0/33'], absent: ['192.0.2.1'] },
    })
    expect(matchEntries('address', stored, ['10.0.0.0/34']).ok).toBe(false)
    expect(unreadable('address', stored).map(({ entry }) => entry)).toEqual(['10.0.0.0/33'])
  })
})
