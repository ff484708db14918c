// What clients of the bench send: the headers of a plain API client, and the address that the platform
// would add.

import type { LoadRequest } from './load.ts'

const CLIENT = '198.51.100.7'
/** Failed authentications are counted by address: enough of them that this limit is not reached. */
const CLIENTS = Array.from({ length: 2_000 }, (_, i) => `198.18.${i >> 8}.${i & 255}`)

const headers = { accept: 'application/json', 'user-agent': 'bench/1', 'cf-connecting-ip': CLIENT }
/** GET as an API client sends it. */
export const get = (path: string, more: Record<string, string>): LoadRequest => ({
  method: 'GET',
  path,
  headers: { ...headers, ...more },
})
export const session = (key: string, address = CLIENT): LoadRequest =>
  get('/api/v1/sessions', { 'x-api-key': key, 'cf-connecting-ip': address })
/** POST as a page sends it. */
export const newSession = (key: string, origin = 'https://app.example.com'): LoadRequest => ({
  method: 'POST',
  path: '/api/v1/sessions',
  headers: {
    ...headers,
    'x-api-key': key,
    'content-type': 'application/json',
    origin,
  },
  body: JSON.stringify({ workflow: 'wf_standard', reference: 'customer-0123456789' }),
})
/** The same from many client addresses in turn. */
export const fromEverywhere = (key: string): LoadRequest[] =>
  CLIENTS.map((address) =>
    get('/api/v1/sessions', { 'x-api-key': key, 'cf-connecting-ip': address }),
  )
/** What a browser asks before it lets a page do so. */
export const preflight = (): LoadRequest => ({
  method: 'OPTIONS',
  path: '/api/v1/sessions',
  headers: {
    ...headers,
    origin: 'https://app.example.com',
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'content-type, x-api-key',
  },
})
/** Well-formed, with a wrong tag. */
export const forgedKey = (key: string): string => key.slice(0, -1) + (key.endsWith('0') ? '1' : '0')
