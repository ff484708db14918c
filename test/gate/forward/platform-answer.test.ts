import { describe, expect, it } from 'vitest'

import { platformDenial } from '../../../src/gate/forward/platform-answer.ts'

/** As Cloudflare's error pages come. */
const MARKS = {
  date: 'Fri, 31 Jul 2026 12:23:38 GMT',
  'content-type': 'text/html; charset=UTF-8',
  'content-length': '7318',
  'cf-ray': 'a23c92d51bc8a952-DTW',
  'cache-control': 'private, max-age=0, no-store, no-cache, must-revalidate, post-check=0',
  expires: 'Thu, 01 Jan 1970 00:00:01 GMT',
  'retry-after': '120',
  server: 'cloudflare',
  'referrer-policy': 'same-origin',
  'x-frame-options': 'SAMEORIGIN',
}

type Over = Readonly<Record<string, string | undefined>>

function reasonOf(status: number, over: Over = {}, own52x?: boolean): string | undefined {
  const headers = new Headers()
  for (const [name, value] of Object.entries({ ...MARKS, ...over })) {
    if (value !== undefined) headers.set(name, value)
  }
  return platformDenial({ status, headers }, own52x === undefined ? {} : { own52x })?.reason
}

describe('platformDenial: Cloudflare answered', () => {
  it.each([
    [520, 'upstream_unreachable'],
    [521, 'upstream_unreachable'],
    [522, 'upstream_timeout'],
    [523, 'upstream_unreachable'],
    [524, 'upstream_timeout'],
    [525, 'upstream_unreachable'],
    [526, 'upstream_unreachable'],
    [527, 'upstream_unreachable'],
    [530, 'upstream_unreachable'],
  ])('%i is %s', (status, reason) => {
    expect(reasonOf(status)).toBe(reason)
  })

  it.each<[string, Over]>([
    ['to a client that accepts JSON', { 'content-type': 'application/json; charset=utf-8' }],
    ['problem details', { 'content-type': 'application/problem+json; charset=utf-8' }],
    ['Markdown', { 'content-type': 'text/markdown; charset=utf-8' }],
    [
      'in a line of text',
      { 'content-type': 'text/plain; charset=UTF-8', 'retry-after': undefined },
    ],
    ['with a cookie of its own', { 'set-cookie': '__cf_bm=x; HttpOnly' }],
    ['chunked and compressed', { 'transfer-encoding': 'chunked', 'content-encoding': 'gzip' }],
    ['for a zone with HSTS', { 'strict-transport-security': 'max-age=1' }],
    ['for a zone without sniffing', { 'x-content-type-options': 'nosniff' }],
    ['with its marks in capitals', { server: 'Cloudflare' }],
  ])('%s', (_case, over) => {
    expect(reasonOf(522, over)).toBe('upstream_timeout')
  })

  it('its page, also where the product has such statuses of its own', () => {
    expect(reasonOf(522, {}, true)).toBe('upstream_timeout')
    expect(reasonOf(530, { 'content-type': 'text/plain' }, true)).toBe('upstream_unreachable')
  })
})

describe('platformDenial: the upstream answered', () => {
  it.each<[string, Over]>([
    ['not behind Cloudflare', { server: 'nginx', 'cf-ray': undefined }],
    ['without a ray', { 'cf-ray': undefined }],
    ['without the name', { server: undefined }],
    ['behind Cloudflare, with a header of its own', { 'x-powered-by': 'Express' }],
    ['behind Cloudflare, with an ETag', { etag: '"1"' }],
    ['behind Cloudflare, with a cookie', { 'set-cookie': 'sid=1' }],
    [
      'behind Cloudflare, JSON that is not to be sniffed',
      { 'content-type': 'application/json', 'x-content-type-options': 'nosniff' },
    ],
  ])('%s', (_case, over) => {
    expect(reasonOf(522, over)).toBeUndefined()
  })

  it.each([200, 404, 500, 502, 503, 504, 519, 528, 529, 531])('status %i, ever', (status) => {
    expect(reasonOf(status)).toBeUndefined()
  })

  it('whatever is no bare page of Cloudflare, where the product has such statuses of its own', () => {
    expect(reasonOf(522, { 'content-type': 'application/json' }, true)).toBeUndefined()
    expect(reasonOf(522, { 'x-content-type-options': 'nosniff' }, true)).toBeUndefined()
    expect(reasonOf(522, { 'content-type': 'application/json' }, false)).toBe('upstream_timeout')
  })
})
