import { describe, expect, it } from 'vitest'

import { shipped } from '../../src/catalog/shipped.ts'
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

  it('quotes what raw SQL may have put into a department', () => {
    const department = `o'b; rm -rf /`
    const line = curlLine(shipped, {
      ...{ url: URL, kind: 'access_token', value: 'T', scopes: ['ingest'], products: ['vault'] },
      department,
    })
    expect(line).toContain(`-H 'X-Approver-Department: o'\\''b; rm -rf /'`)
  })
})
