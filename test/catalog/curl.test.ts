import { describe, expect, it } from 'vitest'

import { shipped } from '../../src/catalog.ts'
import { compileRoutes } from '../../src/catalog/match.ts'
import { curlLine } from '../../src/catalog/curl.ts'

const URL = 'https://api.example.com'

describe('the line to paste', () => {
  it('of an access token is that of the vault', () => {
    const line = curlLine(shipped, {
      url: URL,
      kind: 'access_token',
      value: 'TOKEN',
      scopes: ['ingest', 'search'],
      products: ['vault'],
      sourceSystem: 'vkyc',
      department: 'retail',
    })
    expect(line).toBe(
      [
        `curl -X POST 'https://api.example.com/api/v1/ingest' \\`,
        `  -H 'Authorization: Bearer TOKEN' \\`,
        `  -H 'X-Approver-Department: retail' \\`,
        `  -F 'file=@./document.pdf' \\`,
        `  -F 'metadata={"source_tag":"vkyc","external_id":"session-123","document_category":"kyc_vkyc","department":"retail"}'`,
      ].join('\n'),
    )
  })

  it.each([
    ['a secret key reads', 'secret', ['sessions:read'], ['verifa'], `GET '${URL}/api/v1/sessions'`],
    [
      'a secret key that may only write writes',
      'secret',
      ['webhooks:write'],
      ['verifa'],
      `POST '${URL}/api/v1/webhooks'`,
    ],
    [
      'a publishable key creates',
      'publishable',
      ['sessions:create'],
      ['verifa'],
      `POST '${URL}/api/v1/sessions'`,
    ],
    ['a JWT key screens', 'jwt', [], ['aml_screening'], `POST '${URL}/screening/request'`],
    [
      'a token that may only search',
      'access_token',
      ['search'],
      ['vault'],
      `GET '${URL}/api/v1/search/customer'`,
    ],
  ] as const)('%s', (_name, kind, scopes, products, expected) => {
    expect(curlLine(shipped, { url: URL, kind, value: 'V', scopes, products })).toContain(expected)
  })

  it('is one that the catalog itself would let pass, for every kind and scope', () => {
    const routes = compileRoutes(shipped)
    const kinds = ['secret', 'publishable', 'jwt', 'access_token'] as const
    const holdings = [
      [],
      Object.keys(shipped.scopes),
      ...Object.keys(shipped.scopes).map((s) => [s]),
    ]
    let lines = 0
    for (const kind of kinds) {
      for (const scopes of holdings) {
        for (const { id } of shipped.products) {
          for (const department of [undefined, 'retail']) {
            const asked = { url: URL, kind, value: 'V', scopes, products: [id], department }
            const line = curlLine(shipped, asked)
            if (line === undefined) continue
            lines++
            const [, verb = '', path = ''] =
              /^curl -X (\w+) 'https:\/\/api\.example\.com(\/[^']*)'/.exec(line) ?? []
            const matched = routes.match(verb, path)
            const { product, route } = matched ?? { product: undefined, route: undefined }
            const granted =
              route?.scopes.length === 0 || route?.scopes.some((one) => scopes.includes(one))
            expect([line, product?.id, granted]).toEqual([line, id, true])
            expect(route?.department !== undefined && !line.includes('X-Approver')).toBe(false)
            expect(kind === 'publishable' && route?.publishable !== true).toBe(false)
          }
        }
      }
    }
    expect(lines).toBeGreaterThan(30)
  })

  it.each([
    ['names a page of the list', ['https://*.b.example', 'https://a.example'], 'https://a.example'],
    ['names a page below a wildcard', ['https://*.b.example:8443'], 'https://app.b.example:8443'],
  ])('of a publishable key %s', (_name, origins, origin) => {
    const asked = { url: URL, kind: 'publishable' as const, value: 'V', products: ['verifa'] }
    const line = curlLine(shipped, { ...asked, scopes: ['sessions:create'], origins })
    expect(line).toContain(`-H 'Origin: ${origin}'`)
  })

  it('is none where a list admits nobody', () => {
    const asked = { url: URL, kind: 'secret' as const, value: 'V', products: ['verifa'] }
    for (const lists of [{ ips: [] }, { origins: [] }]) {
      expect(curlLine(shipped, { ...asked, scopes: ['sessions:read'], ...lists })).toBeUndefined()
    }
  })

  it('quotes what raw SQL may have put into a department', () => {
    const department = `o'b; rm -rf /`
    const line = curlLine(shipped, {
      ...{ url: URL, kind: 'access_token', value: 'T', scopes: ['ingest'], products: ['vault'] },
      department,
    })
    expect(line).toContain(`-H 'X-Approver-Department: o'\\''b; rm -rf /'`)
  })
})
