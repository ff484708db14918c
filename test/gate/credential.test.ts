import { describe, expect, it } from 'vitest'

import { readCredential } from '../../src/gate/credential.ts'

type Row = readonly [name: string, headers: Readonly<Record<string, string>>, expected: string]

const KEY = 'vk_live_abc'
const JWT = 'eyJh.eyJi.c-_'

describe('readCredential: exactly one, from one of two headers', () => {
  const rows: readonly Row[] = [
    ['an API key', { 'X-API-Key': KEY }, `ApiKey ${KEY}`],
    ['the name in any case', { 'x-api-KEY': KEY }, `ApiKey ${KEY}`],
    ['a bearer token', { authorization: `Bearer ${JWT}` }, `Bearer ${JWT}`],
    ['the scheme in any case', { authorization: `bEARER ${JWT}` }, `Bearer ${JWT}`],
    ['a token with padding', { authorization: 'Bearer a+/b==' }, 'Bearer a+/b=='],
    ['none', {}, 'credential_missing'],
    ['only a cookie', { cookie: `api_key=${KEY}` }, 'credential_missing'],
    ['only a proxy\u2019s', { 'proxy-authorization': `Bearer ${JWT}` }, 'credential_missing'],
    ['both', { 'x-api-key': KEY, authorization: `Bearer ${JWT}` }, 'credential_multiple'],
    ['both, one empty', { 'x-api-key': '', authorization: `Bearer ${JWT}` }, 'credential_multiple'],
    ['both, the same', { 'x-api-key': KEY, authorization: `Bearer ${KEY}` }, 'credential_multiple'],
    ['two keys, joined', { 'x-api-key': `${KEY}, ${KEY}` }, 'credential_multiple'],
    ['a key and nothing, joined', { 'x-api-key': `${KEY},` }, 'credential_multiple'],
    ['two tokens, joined', { authorization: `Bearer ${JWT}, Bearer b` }, 'credential_multiple'],
    ['an empty key', { 'x-api-key': '' }, 'ApiKey '],
    ['an empty authorization', { authorization: '' }, 'credential_invalid Bearer'],
    ['another scheme', { authorization: 'Basic dTpw' }, 'credential_invalid Bearer'],
    ['no scheme', { authorization: JWT }, 'credential_invalid Bearer'],
    ['no token', { authorization: 'Bearer ' }, 'credential_invalid Bearer'],
    ['no space', { authorization: `Bearer${JWT}` }, 'credential_invalid Bearer'],
    ['a tab', { authorization: `Bearer\t${JWT}` }, 'credential_invalid Bearer'],
    ['two tokens, spaced', { authorization: 'Bearer a b' }, 'credential_invalid Bearer'],
    ['a quoted token', { authorization: 'Bearer "a"' }, 'credential_invalid Bearer'],
    ['padding within', { authorization: 'Bearer a=b' }, 'credential_invalid Bearer'],
  ]
  it.each(rows)('%s', (_name, headers, expected) => {
    const read = readCredential(new Headers(headers))
    const scheme = !read.ok && 'scheme' in read.error ? ` ${read.error.scheme}` : ''
    const said = read.ok ? `${read.value.scheme} ${read.value.value}` : read.error.reason + scheme
    expect(said).toBe(expected)
  })

  it('a header that came twice is two credentials', () => {
    const headers = new Headers()
    headers.append('x-api-key', KEY)
    headers.append('x-api-key', KEY)
    expect(readCredential(headers)).toMatchObject({ error: { reason: 'credential_multiple' } })
  })
})
