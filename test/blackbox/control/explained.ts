// A situation as a request to the gate, and as a question about it.

import type { TestEdge } from '../../harness/edge.ts'
import { present } from '../call.ts'
import type { Answer, Call } from './call.ts'
import type { Situation } from './situations.ts'

export interface Explanation {
  readonly verdict: string
  readonly status: number | null
  readonly reason: string | null
  readonly steps: readonly {
    step: string
    verdict: string
    reason: string | null
    detail: string
  }[]
  readonly limits: readonly { name: string; limit: number; remaining: number }[]
}

export const ADDRESS = '198.51.100.7'

/** What the gate answers. */
export async function real(
  edge: TestEdge,
  { kind = 'secret', at = 'GET /api/v1/sessions', ...asked }: Situation,
  value: string,
) {
  const [method = '', path = ''] = at.split(' ')
  const headers = new Headers(present(kind, { value }))
  if (asked.origin !== undefined) headers.set('origin', asked.origin)
  if (asked.department !== undefined) headers.set('x-approver-department', asked.department)
  if (asked.browser) headers.set('sec-fetch-site', 'cross-site')
  const lines = [...headers].map(([name, text]) => `${name}: ${text}\r\n`).join('')
  const from = asked.address === null ? '' : `cf-connecting-ip: ${asked.address ?? ADDRESS}\r\n`
  const length = method === 'POST' ? 'content-length: 0\r\n' : ''
  const { status, text } = await edge.raw(
    `${method} ${path} HTTP/1.1\r\nhost: localhost\r\n${lines}${from}${length}\r\n`,
  )
  const reason = /^x-edge-reason: (\w+)/im.exec(text)?.[1]
  return reason === undefined ? String(status) : `${status} ${reason}`
}

/** What explain says of it. */
export async function explained(
  admin: Call,
  { at = 'GET /api/v1/sessions', key, address = ADDRESS, ...asked }: Situation,
  of: { key_id: string } | { credential: string },
): Promise<Answer<Explanation>> {
  const [method, path] = at.split(' ')
  return await admin<Explanation>(`POST /explain?organization=${key?.organization ?? 'org_test'}`, {
    ...{ ...of, method, path },
    ...(address !== null && { address }),
    ...(asked.origin !== undefined && { origin: asked.origin }),
    ...(asked.department !== undefined && { department: asked.department }),
    ...(asked.browser && { from_browser: true }),
  })
}

/** The verdict as `real` gives it. */
export const said = ({ verdict, status, reason }: Explanation): string =>
  verdict === 'forwarded' ? '200' : `${status} ${reason}`
