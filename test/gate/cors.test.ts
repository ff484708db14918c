import { describe, expect, it } from 'vitest'

import { preflightMethod, preflightResponse, setCors } from '../../src/gate/cors.ts'

const ASKED = { origin: 'https://app.example', 'access-control-request-method': 'POST' }

describe('preflightMethod', () => {
  it.each([
    ['all three', 'OPTIONS', ASKED, true],
    ['another method', 'POST', ASKED, false],
    ['no origin', 'OPTIONS', { 'access-control-request-method': 'POST' }, false],
    ['no method asked', 'OPTIONS', { origin: 'https://app.example' }, false],
  ])('%s', (_case, method, headers, expected) => {
    expect(preflightMethod(method, new Headers(headers)) === 'POST').toBe(expected)
  })
})

describe('preflightResponse', () => {
  it('names the verbs, the headers and how long to remember them; nothing that was sent', () => {
    const response = preflightResponse(ASKED.origin, ['POST'])
    expect(response.status).toBe(204)
    expect(response.body).toBeNull()
    expect(Object.fromEntries(response.headers)).toStrictEqual({
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'Content-Type, Idempotency-Key, X-API-Key, X-Request-Id',
      'access-control-allow-origin': 'https://app.example',
      'access-control-expose-headers': expect.stringContaining('X-Edge-Reason') as string,
      'access-control-max-age': '7200',
      vary: 'Origin',
    })
  })
})

const allowed = (origin: string | null) => {
  const headers = new Headers()
  setCors(headers, origin)
  expect(headers.get('vary')).toBe('Origin')
  expect(headers.has('access-control-allow-credentials')).toBe(false)
  return headers.get('access-control-allow-origin')
}

describe('setCors', () => {
  it.each(['https://app.example', 'http://localhost:5173', 'app+x://host', 'https://[::1]:8443'])(
    '%s is echoed',
    (origin) => {
      expect(allowed(origin)).toBe(origin)
    },
  )

  it.each([
    ['no origin', null],
    ['null', 'null'],
    ['a star', '*'],
    ['a path', 'https://app.example/'],
    ['two', 'https://a.example https://b.example'],
    ['a list', 'https://a.example, https://b.example'],
    ['no scheme', 'app.example'],
    ['upper case', 'https://App.example'],
    ['a user', 'https://user@app.example'],
    ['markup', '"><script>'],
  ])('%s is not', (_case, origin) => {
    expect(allowed(origin)).toBeNull()
  })

  it('Vary is added to what is there', () => {
    const headers = new Headers({ vary: 'Accept' })
    setCors(headers, null)
    expect(headers.get('vary')).toBe('Accept, Origin')
  })

  it('everything that a page needs to know of a refusal can be read by it', () => {
    const headers = new Headers()
    setCors(headers, 'https://app.example')
    const exposed = headers.get('access-control-expose-headers')?.split(', ')
    expect(exposed).toEqual(
      expect.arrayContaining(['Retry-After', 'X-Edge-Reason', 'X-Request-Id', 'RateLimit']),
    )
  })
})
