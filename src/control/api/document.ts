// The OpenAPI document as it is sent, with a tag by which whoever has it already is told so. It was made by
// `npm run build:client`; only the address of the deployment is put in here.

import made from './openapi.generated.json' with { type: 'json' }
import { sha256Hex } from '../../lib/sha256.ts'

interface Document {
  readonly text: string
  readonly etag: string
}

/** Clients may keep it so long without asking. */
const MAX_AGE_SECONDS = 300

/** By issuer; an isolate has one. Values only: a promise would end with the request that made it. */
const documents = new Map<string, Document>()

/** Answers `GET /edge/openapi.json`; 304 to who names the tag that it has (RFC 9110 §13.1.2). */
export async function serveDocument(request: Request, issuer: string): Promise<Response> {
  const document = documents.get(issuer) ?? (await make(issuer))
  documents.set(issuer, document)
  const { text, etag } = document
  const headers = { etag, 'cache-control': `public, max-age=${MAX_AGE_SECONDS}` }
  if (isNamed(etag, request.headers.get('if-none-match'))) {
    return new Response(null, { status: 304, headers })
  }
  return new Response(text, { headers: { ...headers, 'content-type': 'application/json' } })
}

async function make(issuer: string): Promise<Document> {
  const text = JSON.stringify({ ...made, servers: [{ url: issuer }] })
  const hash = await sha256Hex(text)
  return { text, etag: `"${hash.slice(0, 32)}"` }
}

/** Compared weakly, as RFC 9110 asks: a proxy that compresses may have made the tag a weak one. */
function isNamed(etag: string, ifNoneMatch: string | null): boolean {
  const tags = (ifNoneMatch ?? '').split(',').map((tag) => tag.trim())
  return tags.some((tag) => tag === '*' || tag.replace(/^W\//, '') === etag)
}
