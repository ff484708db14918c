import { describe, expect, it } from 'vitest'

import { looksLike, withoutValues } from '../../src/credentials/redact-values.ts'

const BODY = '9sKd2LmQx7VbT0aW4fXo0qPYB1mTz7Qe'
const JWT = 'eyJhbGciOiJFZERTQSJ9.eyJqdGkiOiJrZXlfOXNLZDJMbVF4N1ZiVDBhVyJ9.c2lnbmF0dXJl'
const HIDDEN = '[a credential]'

describe('what is left out of a text', () => {
  it.each([
    [`vk_live_${BODY}`, HIDDEN],
    [`"vk_pub_sandbox_${BODY}".`, `"${HIDDEN}".`],
    [`no vk_tok_test_${BODY}, nor VK_LIVE_${BODY}!`, `no ${HIDDEN}, nor ${HIDDEN}!`],
    // However long, to its end.
    [`sk_live_${BODY.repeat(9)} is it`, `${HIDDEN} is it`],
    [`sk_live_${BODY.slice(0, 16)}`, HIDDEN],
    [`Bearer ${JWT}`, `Bearer ${HIDDEN}`],
    [`${JWT}.${JWT}`, `${HIDDEN}.${HIDDEN}`],
    [JWT.slice(0, 12), HIDDEN],
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw+/==', HIDDEN],
    [`vk_live_${BODY}vk_live_${BODY}`, HIDDEN + HIDDEN],
    [`vk_live_${JWT}`, `vk_live_${HIDDEN}`],
  ])('%s', (text, left) => expect(withoutValues(text)).toBe(left))

  it.each(['', 'key_9sKd2LmQx7VbT0aW', 'vk_live_9sKd2LmQx7VbT0a', 'keyJwtOfAnIssuer', 'whsec_'])(
    'nothing of %j',
    (text) => {
      expect(withoutValues(text)).toBe(text)
      if (text !== 'whsec_') expect(looksLike(text)).toBeUndefined()
    },
  )
})
