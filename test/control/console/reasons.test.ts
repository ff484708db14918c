// Reasons in words.

import { describe, expect, test } from 'vitest'

import { explainReason } from '../../../src/control/console/reasons/explain.ts'
import { GATE_REASONS } from '../../../src/reasons/gate.ts'

const href = (reason: string, subject: object): string | undefined =>
  explainReason('org_acme', reason, subject).mend?.href

describe('a reason', () => {
  test.each(Object.keys(GATE_REASONS).map((reason) => [reason]))(
    '%s is told in sentences',
    (reason) => {
      const { words, mend } = explainReason('org_acme', reason)
      expect(words).toMatch(/^[A-Z].*\.$/)
      expect(words.length).toBeLessThan(170)
      if (mend) expect(mend.href).toMatch(/^\/edge\/console\/o\/org_acme\/[a-z-]+$/)
    },
  )

  test('leads to the key or the service user that it is about, where that is known', () => {
    expect(href('scope_missing', { key: 'key_1' })).toBe('/edge/console/o/org_acme/keys/key_1')
    expect(href('scope_missing', { key: null })).toBe('/edge/console/o/org_acme/keys')
    expect(href('service_user_disabled', { serviceUser: 'su_1' })).toBe(
      '/edge/console/o/org_acme/service-users/su_1',
    )
    expect(href('organization_suspended', { key: 'key_1' })).toBeUndefined()
  })

  test('that nobody knows is said to be so', () => {
    for (const reason of ['constructor', '__proto__', '', '<b>']) {
      expect(explainReason('org_acme', reason)).toEqual({
        words: 'This reason is not known to this console.',
        mend: null,
      })
    }
  })
})
