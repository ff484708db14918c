// The Workers that the gate is measured against, as people write them, and one that gives the gate's
// queue consumer something to do. Plain module texts: nothing of them is ours to bundle.

/** Forwards and does nothing else: the bound. */
export const PASS_THROUGH = `
export default {
  fetch(request, env) {
    const url = new URL(request.url)
    url.host = env.UPSTREAM
    return fetch(new Request(url, request))
  },
}
`

/** What a Worker of `headersOnly` does beyond forwarding. */
interface Steps {
  /** A copy of the client's headers, two taken out and nine set, an assertion among them. */
  readonly identity?: boolean
  /** A copy of the upstream's answer, with seven headers set. */
  readonly standing?: boolean
  /** No cache in between. */
  readonly uncached?: boolean
  readonly deadline?: boolean
}

/**
 * What the runtime takes for what no gate like ours can leave out, step by step. No check, no limit, no
 * account; the address of the upstream as a string, which is the cheapest.
 */
function headersOnly({ identity, standing, uncached, deadline }: Steps): string {
  const init = `{ method, headers, body: request.body, redirect: 'manual'${uncached ? ", cache: 'no-store'" : ''} }`
  return `
const IDENTITY = Object.entries({
  'x-edge-org-id': 'org_bench',
  'x-edge-key-id': 'key_0123456789abcdef',
  'x-edge-key-type': 'secret',
  'x-edge-environment': 'live',
  'x-edge-product': 'verifa',
  'x-edge-scopes': 'sessions:read sessions:create sessions:write verifications:read identities:read',
  'x-edge-request-id': '0f8fad5b-d9cb-469f-a165-70867728950e',
  'x-edge-client-ip': '198.51.100.7',
  'x-edge-assertion': 'e'.repeat(560),
})
const STANDING = Object.entries({
  'cache-control': 'private, no-store',
  'x-ratelimit-limit': '10000000',
  'x-ratelimit-remaining': '9999999',
  'x-ratelimit-reset': '1800000000',
  'ratelimit-policy': '"plan";q=10000000;w=60',
  ratelimit: '"plan";r=9999999;t=60',
  'x-request-id': '0f8fad5b-d9cb-469f-a165-70867728950e',
})

function identified(sent) {
  const headers = new Headers(sent)
  headers.delete('x-api-key')
  headers.delete('cf-connecting-ip')
  for (const [name, value] of IDENTITY) headers.set(name, value)
  return headers
}

function withStanding(upstream) {
  const response = new Response(upstream.body, upstream)
  for (const [name, value] of STANDING) response.headers.set(name, value)
  return response
}

export default {
  async fetch(request, env) {
    const { url, method } = request
    const headers = ${identity ? 'identified(request.headers)' : 'request.headers'}
    const answer = fetch('http://' + env.UPSTREAM + url.slice(url.indexOf('/', 8)), ${init})
    const upstream = await ${deadline ? 'Promise.race([answer, scheduler.wait(60_000)])' : 'answer'}
    return ${standing ? 'withStanding(upstream)' : 'upstream'}
  },
}
`
}

/** The steps, each with all before it. */
export const STEPS = {
  string_url: headersOnly({}),
  identity_set: headersOnly({ identity: true }),
  answer_set: headersOnly({ identity: true, standing: true }),
  uncached: headersOnly({ identity: true, standing: true, uncached: true }),
  headers_only: headersOnly({ identity: true, standing: true, uncached: true, deadline: true }),
} as const

/** Keys in a Map, one Durable Object call and one write a request, no other check. */
export const NAIVE = `
import { DurableObject } from 'cloudflare:workers'

export class Counter extends DurableObject {
  hit(limit) {
    const { kv } = this.ctx.storage
    const minute = Math.floor(Date.now() / 60_000)
    const stored = kv.get('count')
    const count = stored?.minute === minute ? stored.count + 1 : 1
    if (count > limit) return false
    kv.put('count', { minute, count })
    return true
  }
}

let keys
export default {
  async fetch(request, env) {
    keys ??= new Map(Object.entries(env.KEYS))
    const key = keys.get(request.headers.get('x-api-key'))
    if (!key) return new Response('unauthorized', { status: 401 })
    const allowed = await env.COUNTERS.getByName(key.id).hit(key.limit)
    if (!allowed) return new Response('limit exceeded', { status: 429 })
    const url = new URL(request.url)
    url.host = env.UPSTREAM
    return fetch(new Request(url, request))
  },
}
`

/** One KV read a request, with what KV caches by itself; no limit, no other check. */
export const KV_READ = `
export default {
  async fetch(request, env) {
    const record = await env.KEYS.get(request.headers.get('x-api-key') ?? 'none', 'json')
    if (!record || record.revokedAt !== null) return new Response('unauthorized', { status: 401 })
    const url = new URL(request.url)
    url.host = env.UPSTREAM
    return fetch(new Request(url, request))
  },
}
`

/** The gate's own consumer of the audit's queue, given over HTTP what the queue would give it. */
export const CONSUMER = `
import Control from './edge.js'

export { TryCounter } from './edge.js'

export default {
  async fetch(request, env, ctx) {
    let acknowledged = 0
    const bodies = await request.json()
    const messages = bodies.map((body, i) => ({
      id: String(i),
      attempts: 1,
      timestamp: new Date(),
      body,
      ack: () => acknowledged++,
      retry: () => {},
    }))
    await new Control(ctx, env).queue({ queue: 'portcullis-audit', messages })
    return Response.json({ acknowledged })
  },
}
`
