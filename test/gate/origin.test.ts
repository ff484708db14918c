import { expect, it } from 'vitest'

import type { KeyRecord } from '../../src/credentials/record.ts'
import { checkOrigin } from '../../src/gate/origin.ts'
import { principalWith, verdictOf } from './records.ts'

const PAGE = 'https://app.example.com'
const LISTED: Partial<KeyRecord> = { kind: 'publishable', origins: [PAGE] }
const BROWSER = { 'sec-fetch-site': 'cross-site' }

it.each<
  [guarantee: string, record: Partial<KeyRecord>, headers: Record<string, string>, verdict: string]
>([
  ['a secret key from a server passes', {}, {}, 'pass'],
  ['an Origin alone does not make a browser', {}, { origin: PAGE }, 'pass'],
  ['a secret key in a browser is refused', {}, BROWSER, 'secret_key_in_browser'],
  ['also from the same site', {}, { 'sec-fetch-site': 'same-origin' }, 'secret_key_in_browser'],
  [
    'a publishable key without a list passes from any page',
    { kind: 'publishable' },
    { ...BROWSER, origin: PAGE },
    'pass',
  ],
  ['one with a list passes from a page on it', LISTED, { ...BROWSER, origin: PAGE }, 'pass'],
  [
    'and from no other',
    LISTED,
    { origin: 'https://app.example.com.evil.com' },
    'origin_not_allowed',
  ],
  ['nor from a page that hides where it is', LISTED, { origin: 'null' }, 'origin_not_allowed'],
  ['nor without an Origin', LISTED, {}, 'origin_missing'],
  ['a Referer is none', LISTED, { referer: `${PAGE}/x` }, 'origin_missing'],
  [
    'a list that cannot be read admits no page',
    { ...LISTED, origins: ['*'] },
    { origin: PAGE },
    'origin_list_unreadable',
  ],
])('%s', (_guarantee, record, headers, verdict) => {
  expect(verdictOf(checkOrigin(principalWith(record), new Headers(headers)))).toBe(verdict)
})
