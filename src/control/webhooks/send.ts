// One attempt on the wire. Redirects are not followed (a name that passed the check would otherwise
// choose another address), the whole exchange has one deadline, and nothing of the transport's own
// error reaches the log, which the endpoint's owner reads.

import { readStart } from './excerpt.ts'
import type { SignedHeaders } from './sign.ts'

/** Standard Webhooks 1.0 advises 15 to 30 s. */
export const TIMEOUT_MS = 15_000
const USER_AGENT = 'Portcullis-Webhooks/1.0'

export interface Wire {
  /** `fetch` of the platform. */
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  /** Unix milliseconds. */
  readonly now: () => number
  /** For the answer and the first bytes of its body together. */
  readonly timeoutMs: number
}

export type Answer =
  | {
      readonly kind: 'answered'
      readonly status: number
      readonly retryAfter: string | null
      /** The first bytes of the body. */
      readonly start: Uint8Array
    }
  | { readonly kind: 'timeout' | 'unreachable' }

/** Sends a signed body. Never throws. */
export async function send(
  url: URL,
  headers: SignedHeaders,
  body: string,
  { fetch, timeoutMs }: Wire,
): Promise<Answer> {
  const controller = new AbortController()
  const { signal } = controller
  const { promise: deadline, resolve } = Promise.withResolvers<'timeout'>()
  const timer = setTimeout(() => {
    controller.abort()
    resolve('timeout')
  }, timeoutMs)
  const request = {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', 'user-agent': USER_AGENT },
    body,
    redirect: 'manual',
    signal,
  } as const
  try {
    const sent = fetch(url.href, request).catch(() => 'unreachable' as const)
    const response = await Promise.race([sent, deadline])
    if (typeof response === 'string') {
      return { kind: signal.aborted ? 'timeout' : response }
    }
    const start = await readStart(response.body, signal)
    const { status } = response
    return { kind: 'answered', status, retryAfter: response.headers.get('retry-after'), start }
  } finally {
    clearTimeout(timer)
  }
}
