// Whole requests that no client would send. Whatever the runtime makes of them, the upstream never
// hears `/orders/smuggled`, never two requests, and the answer is no server error of ours.

const KEY = 'X-API-Key: {{LIVE}}\r\n'
const HEAD = `Host: localhost\r\nCF-Connecting-IP: 198.51.100.1\r\n${KEY}`
const INNER = 'GET /orders/smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n'

const get = (target: string, head = HEAD): string => `GET ${target} HTTP/1.1\r\n${head}\r\n`
const post = (framing: string, body: string): string =>
  `POST /orders HTTP/1.1\r\n${HEAD}${framing}\r\n${body}`

export interface BytesRow {
  readonly name: string
  readonly raw: string
  /** Not forwarded whatever happens. */
  readonly never?: true
}

export const bytesRows: readonly BytesRow[] = [
  // The runtime drops the authority and keeps Host: to the configured upstream, or nowhere.
  { name: 'absolute-form with another host', raw: get('http://evil.com/orders/1') },
  {
    name: 'absolute-form with another port',
    raw: get('http://evil.com:8080/orders/1'),
  },
  {
    name: 'absolute-form with user info',
    raw: get('http://localhost@evil.com/orders/1'),
  },
  { name: 'absolute-form, https', raw: get('https://evil.com/orders/1') },
  { name: 'absolute-form, file', raw: get('file:///etc/passwd'), never: true },
  { name: 'authority-form', raw: get('evil.com:443'), never: true },
  { name: 'asterisk-form', raw: get('*'), never: true },
  { name: 'OPTIONS *', raw: `OPTIONS * HTTP/1.1\r\n${HEAD}\r\n`, never: true },
  { name: 'CONNECT', raw: `CONNECT evil.com:443 HTTP/1.1\r\n${HEAD}\r\n`, never: true },
  { name: 'a target without its slash', raw: get('orders/1'), never: true },
  { name: 'a target with @', raw: get('@evil.com/orders/1'), never: true },
  { name: 'an unencoded space in the target', raw: get('/orders/1 2'), never: true },
  { name: 'an unencoded tab in the target', raw: get('/orders/\t1'), never: true },
  { name: 'no Host', raw: get('/orders/1', KEY), never: true },
  { name: 'an empty Host', raw: get('/orders/1', `Host:\r\n${KEY}`), never: true },
  { name: 'another Host', raw: get('/orders/1', `Host: evil.com\r\n${KEY}`), never: true },
  {
    name: 'our host as user of another',
    raw: get('/orders/1', `Host: localhost@evil.com\r\n${KEY}`),
    never: true,
  },
  {
    name: 'our host before another',
    raw: get('/orders/1', `Host: localhost, evil.com\r\n${KEY}`),
    never: true,
  },
  {
    name: 'our host as a label of another',
    raw: get('/orders/1', `Host: localhost.evil.com\r\n${KEY}`),
    never: true,
  },
  {
    name: 'our host with a trailing dot',
    raw: get('/orders/1', `Host: localhost.\r\n${KEY}`),
    never: true,
  },
  { name: 'a Host with a path', raw: get('/orders/1', `Host: localhost/x\r\n${KEY}`), never: true },
  {
    name: 'two Hosts',
    raw: get('/orders/1', `Host: localhost\r\nHost: localhost\r\n${KEY}`),
    never: true,
  },
  { name: 'an unknown method', raw: `FOO /orders/1 HTTP/1.1\r\n${HEAD}\r\n`, never: true },
  { name: 'TRACK', raw: `TRACK /orders/1 HTTP/1.1\r\n${HEAD}\r\n`, never: true },
  { name: 'PROPFIND', raw: `PROPFIND /orders/1 HTTP/1.1\r\n${HEAD}\r\n`, never: true },
  {
    name: 'QUERY',
    raw: `QUERY /orders/1 HTTP/1.1\r\n${HEAD}Content-Length: 0\r\n\r\n`,
    never: true,
  },
  { name: 'a method in mixed case', raw: `Get /orders/1 HTTP/1.1\r\n${HEAD}\r\n`, never: true },
  {
    name: 'OPTIONS that is no preflight',
    raw: `OPTIONS /orders/1 HTTP/1.1\r\n${HEAD}\r\n`,
    never: true,
  },
  {
    name: 'TE and CL',
    raw: post('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', `0\r\n\r\n${INNER}`),
  },
  {
    name: 'CL and TE',
    raw: post('Transfer-Encoding: chunked\r\nContent-Length: 5\r\n', `0\r\n\r\n${INNER}`),
  },
  {
    name: 'two lengths',
    raw: post('Content-Length: 0\r\nContent-Length: 52\r\n', INNER),
    never: true,
  },
  { name: 'a list of lengths', raw: post('Content-Length: 0, 52\r\n', INNER), never: true },
  { name: 'a length with a sign', raw: post('Content-Length: +0\r\n', INNER) },
  { name: 'a negative length', raw: post('Content-Length: -1\r\n', INNER), never: true },
  { name: 'a length with letters', raw: post('Content-Length: 0x0\r\n', INNER), never: true },
  {
    name: 'an unknown coding',
    raw: post('Transfer-Encoding: xchunked\r\n', `0\r\n\r\n${INNER}`),
    never: true,
  },
  {
    name: 'chunked not last',
    raw: post('Transfer-Encoding: chunked, identity\r\n', `0\r\n\r\n${INNER}`),
    never: true,
  },
  {
    name: 'chunked twice',
    raw: post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', `0\r\n\r\n${INNER}`),
  },
  {
    name: 'chunked with a space before the colon',
    raw: post('Transfer-Encoding : chunked\r\n', `0\r\n\r\n${INNER}`),
  },
  {
    name: 'a chunk size with 0x',
    raw: post('Transfer-Encoding: chunked\r\n', `0x5\r\nhello\r\n0\r\n\r\n${INNER}`),
  },
  {
    name: 'a chunk size beyond 64 bits',
    raw: post('Transfer-Encoding: chunked\r\n', `ffffffffffffffff0\r\nhello\r\n0\r\n\r\n${INNER}`),
  },
  {
    name: 'a trailer with our identity',
    raw: post(
      'Transfer-Encoding: chunked\r\nTrailer: X-Edge-Org-Id\r\n',
      '5\r\nhello\r\n0\r\nX-Edge-Org-Id: org_forged\r\n\r\n',
    ),
  },
  {
    name: 'a folded header',
    raw: get('/orders/1', `${HEAD}X-Note: a\r\n X-Edge-Org-Id: org_forged\r\n`),
  },
  {
    name: 'a space before the colon',
    raw: get('/orders/1', `${HEAD}X-Edge-Org-Id : org_forged\r\n`),
  },
  { name: 'a header without a name', raw: get('/orders/1', `${HEAD}: org_forged\r\n`) },
  { name: 'a NUL in a header', raw: get('/orders/1', `${HEAD}X-Note: a\0b\r\n`) },
  {
    name: 'a bare carriage return in a header',
    raw: get('/orders/1', `${HEAD}X-Note: a\rX-Edge-Org-Id: org_forged\r\n`),
  },
  {
    name: 'a request behind a GET with a body',
    raw: `GET /orders/1 HTTP/1.1\r\n${HEAD}Content-Length: ${INNER.length}\r\n\r\n${INNER}`,
  },
  { name: 'a request pipelined without its key', raw: get('/orders/1') + INNER },
  { name: 'HTTP/1.0', raw: `GET /orders/1 HTTP/1.0\r\n${HEAD}\r\n` },
  { name: 'HTTP/2.0 in the request line', raw: `GET /orders/1 HTTP/2.0\r\n${HEAD}\r\n` },
  { name: 'line feeds alone', raw: get('/orders/1').replaceAll('\r\n', '\n') },
]
