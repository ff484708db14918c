// The Workers that the gate is measured against, as people write them, and a shell around the gate
// that counts what it asks of its bindings. Plain module texts: nothing of them is ours to bundle.

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

/** Where the counting shell tells what it counted, and begins anew. */
export const COUNTS_PATH = '/counted'

/** The very bundle, imported as ./edge.js, with every call of a binding counted by name. */
export const COUNTED = `
import edge, { KeyGuard } from './edge.js'

export { KeyGuard }

// They only lead to the thing that is called.
const LEADS = new Set(['getByName', 'idFromName', 'withSession', 'prepare', 'bind'])
let counts = { requests: 0 }
let counted

function countCalls(name, binding) {
  return new Proxy(binding, {
    get(target, key) {
      const member = target[key]
      if (typeof member !== 'function') return member
      return (...args) => {
        const result = target[key](...args)
        if (LEADS.has(key)) return countCalls(name, result)
        const call = name + '.' + String(key)
        counts[call] = (counts[call] ?? 0) + 1
        return result
      }
    },
  })
}

const isPlain = (value) =>
  typeof value !== 'object' || Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype

export default {
  fetch(request, env, ctx) {
    if (new URL(request.url).pathname === '${COUNTS_PATH}') {
      const answer = Response.json(counts)
      counts = { requests: 0 }
      return answer
    }
    counted ??= Object.fromEntries(
      Object.entries(env).map(([name, value]) => [name, isPlain(value) ? value : countCalls(name, value)]),
    )
    counts.requests++
    return edge.fetch(request, counted, ctx)
  },
}
`
