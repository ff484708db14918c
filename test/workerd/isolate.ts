// One isolate of the gate, with one of control beside it, on the real bindings of the test: memos of its own, storage that it shares
// with the others. The upstream is the test configuration's echo, behind the real `fetch`.

import { env } from 'cloudflare:workers'

import { handle } from '../../src/gate/app.ts'
import { shipped } from '../../src/catalog.ts'
import { buildEdge } from '../../src/gate/build.ts'
import type { Edge } from '../../src/gate/deps.ts'
import type { Bindings } from './bindings.ts'
import { controlInProcess } from './control-in-process.ts'

export const ORIGIN = 'https://edge.test'
export const ADDRESS = '198.51.100.7'

export interface CallOptions {
  readonly method?: string
  /** The value of a key, token or JWT; how it is presented follows from its form. */
  readonly key?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly address?: string
}

export interface Isolate {
  readonly edge: Edge
  /** Sends a request, and returns once the records are in KV that it wrote there. */
  call(path: string, options?: CallOptions): Promise<Response>
}

/** Starts an isolate; `over` takes the place of single bindings. */
export async function startIsolate(over: Partial<Bindings> = {}): Promise<Isolate> {
  const { bindings, written } = tellingWrites({ ...env, AUDIT: nowhere, ...over })
  const CONTROL = controlInProcess(shipped, { ...bindings })
  const edge = await buildEdge({ ...env, ...bindings, CONTROL }, shipped)
  return {
    edge,
    async call(path, options = {}) {
      const response = await handle(requestOf(path, options), edge, { waitUntil: ignore })
      await written()
      return response
    },
  }
}

// What is audited is the accounts' tests' business: it must not reach the consumer behind these ones.
const nowhere = { send: () => Promise.resolve() } as unknown as Queue

/** The audit waits a second for more to send; nothing here waits for it. */
function ignore(work: Promise<unknown>): void {
  work.catch(() => {})
}

/** The same bindings, and when all that was put into KV is there. */
function tellingWrites(real: Bindings): { bindings: Bindings; written: () => Promise<unknown> } {
  const writes: Promise<unknown>[] = []
  const put = (...args: Parameters<KVNamespace['put']>): Promise<void> => {
    const write = real.RECORDS.put(...args)
    writes.push(write.catch(() => {}))
    return write
  }
  const get = (key: string, type: 'json') => real.RECORDS.get(key, type)
  const RECORDS = { get, put } as unknown as KVNamespace
  return { bindings: { ...real, RECORDS }, written: () => Promise.all(writes.splice(0)) }
}

export function requestOf(path: string, options: CallOptions): Request {
  const { method = 'GET', key, address = ADDRESS } = options
  const headers = new Headers({ 'cf-connecting-ip': address, ...options.headers })
  if (key !== undefined && /_tok_|^ey/.test(key)) headers.set('authorization', `Bearer ${key}`)
  else if (key !== undefined) headers.set('x-api-key', key)
  return new Request(ORIGIN + path, { method, headers })
}

/** Status and reason in one, such as `401 key_revoked`, or `200` with no reason. */
export function outcome(response: Response): string {
  return [response.status, response.headers.get('x-edge-reason')].filter(Boolean).join(' ')
}
