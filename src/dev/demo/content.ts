// What each product would answer, made up from the request alone: the demo keeps nothing.

import type { Environment } from '../../catalog/define.ts'
import { HEADERS } from '../../lib/header-names.ts'
import type { Received } from './received.ts'

export interface Content {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

/** The product's answer; the caller adds what was received. */
export function content(product: string, environment: Environment, received: Received): Content {
  switch (product) {
    case 'verifa':
      return verifa(environment, received)
    case 'document_verification':
      return documents(received)
    case 'aml_screening':
      return screening(received)
    case 'vault':
      return vault(received)
    default:
      return { status: 404, body: { error: 'not_found' } }
  }
}

function verifa(environment: Environment, { method, path }: Received): Content {
  const session = (id: string, status: string) => ({
    id,
    status,
    environment,
    url: `https://verify.example.com/${id}`,
  })
  const [resource, id, below] = path.replace(/^\/api\/v1\//, '').split('/')
  if (resource === 'sessions' && method === 'POST' && id === undefined) {
    return { status: 201, body: session(newId('ses'), 'created') }
  }
  if (resource === 'sessions' && below === 'result') {
    return { status: 200, body: { session_id: id, status: 'completed', decision: 'approved' } }
  }
  if (resource === 'sessions' && id && below === undefined) {
    return { status: 200, body: session(id, 'completed') }
  }
  if (resource === 'sessions' && method === 'GET' && below === undefined) {
    const data = [session('ses_demo_1', 'completed'), session('ses_demo_2', 'created')]
    return { status: 200, body: { data, has_more: false } }
  }
  if (method === 'GET') return { status: 200, body: { resource, data: [], has_more: false } }
  return { status: 200, body: { resource, status: 'accepted' } }
}

function documents({ method, path }: Received): Content {
  if (method === 'POST') return { status: 202, body: { id: newId('doc'), status: 'processing' } }
  const id = path.split('/')[2] ?? null
  return { status: 200, body: { id, status: 'completed', document_type: 'passport' } }
}

function screening({ path }: Received): Content {
  const id = newId('scr')
  return { status: 200, body: { id, status: 'completed', search: path.slice(1), matches: [] } }
}

function vault({ method, path, headers, body_bytes: bytes }: Received): Content {
  if (method === 'POST') {
    const receipt = { id: newId('ing'), status: 'accepted', bytes }
    const department = headers[HEADERS.department] ?? null
    const contentType = headers['content-type'] ?? null
    return { status: 202, body: { ...receipt, department, content_type: contentType } }
  }
  if (path.endsWith('/download')) {
    return { status: 200, body: { id: path.split('/')[4], category: 'kyc_vkyc', bytes: 0 } }
  }
  return { status: 200, body: { results: [], total: 0 } }
}

function newId(kind: string): string {
  return `${kind}_${crypto.randomUUID().replaceAll('-', '').slice(0, 20)}`
}
