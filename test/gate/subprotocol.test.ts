import { describe, expect, it } from 'vitest'

import { checkSubprotocols } from '../../src/gate/subprotocol.ts'

const ISSUER = 'https://edge.example.com'
const KEY = 'vk_live_4fzR9nQw2LmX7cVbT1kYpA8sDhJ3gE5u'
const settings = {
  brand: 'vk',
  importedPrefixes: ['sk_live_'],
  jwtIssuers: [{ issuer: ISSUER }],
}

const base64url = (text: string): string => Buffer.from(text).toString('base64url')
const jwt = (iss: string): string =>
  `${base64url('{"alg":"EdDSA"}')}.${base64url(JSON.stringify({ sub: 'x', iss }))}.c2lnbmF0dXJl`

const refused = (offered: string): boolean =>
  !checkSubprotocols(new Headers({ 'sec-websocket-protocol': offered }), settings).ok

describe('checkSubprotocols refuses', () => {
  it.each([
    ['a secret key', KEY],
    ['a publishable key', KEY.replace('live', 'pub_live')],
    ['a token', KEY.replace('live', 'tok_sandbox')],
    ['in other case', KEY.toUpperCase()],
    ['with other separators', KEY.replaceAll('_', '-')],
    ['cut short', KEY.slice(0, 20)],
    ['beside others', `v1, ${KEY}`],
    ['behind a name', `bearer.${KEY}`],
    ['run into it', `apikey-${KEY}`],
    ['escaped', `v1, ${KEY.replaceAll('_', '%5F')}`],
    ['as base64url', `v1, ${base64url(KEY)}`],
    ['as base64url with its name', `base64url.bearer.authorization.k8s.io.${base64url(KEY)}`],
    ['as base64url with more', base64url(`{"key":"${KEY}"}`)],
    ['as base64url twice', base64url(base64url(KEY))],
    ['as base64', Buffer.from(KEY).toString('base64')],
    ['as hexadecimal', Buffer.from(KEY).toString('hex')],
    ['a JWT of ours', jwt(ISSUER)],
    ['a JWT of ours behind a name', `v1, token.${jwt(ISSUER)}`],
    ['a JWT of ours as base64url', base64url(jwt(ISSUER))],
    ['a key of an imported prefix', 'sk_live_0123456789abcdef'],
  ])('%s', (_what, offered) => {
    expect(refused(offered)).toBe(true)
  })
})

describe('checkSubprotocols lets pass', () => {
  it.each([
    'graphql-transport-ws',
    'graphql-ws, graphql-transport-ws',
    'mqtt',
    'v12.stomp, v11.stomp',
    'soap',
    'live_view',
    'vk_video',
    `v1, ${jwt('https://issuer-of-the-upstream.example.com')}`,
    base64url('a token that the upstream understands'),
    'x'.repeat(16_000),
  ])('%s', (offered) => {
    expect(refused(offered)).toBe(false)
  })

  it('where there are none', () => {
    expect(checkSubprotocols(new Headers(), settings).ok).toBe(true)
  })
})
