// What must be in place before a row is played: other fixtures, an upstream that answers something
// else, requests that went before.

import type { RequestListener } from 'node:http'

import type { CredentialOptions, TestEdge } from '../../harness/edge.ts'
import type { Corpus } from './corpus.ts'

export interface Setup {
  /** {{LIVE}} is this secret key. */
  readonly live?: CredentialOptions
  /** {{PUB_LIVE}} is this publishable key; unless given a fresh one for `https://app.example.com`. */
  readonly publishable?: CredentialOptions
  /** Other placeholders, as the value they stand for. */
  readonly values?: (corpus: Corpus) => Readonly<Record<string, string>>
  readonly upstream?: RequestListener
  /** So many times the same row is played before. */
  readonly prior?: number
  readonly before?: (corpus: Corpus) => Promise<void>
  /** Settings of an edge of its own. */
  readonly bindings?: Readonly<Record<string, unknown>>
}

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** A string of the right form that nobody minted. */
export function randomKey(prefix = 'vk_live_'): string {
  const random = crypto.getRandomValues(new Uint8Array(32))
  return prefix + [...random].map((byte) => BASE62[byte % 62]).join('')
}

/** The limit of AUTH_FAILURES in wrangler.toml, per address and minute. */
const FAILURES_PER_MINUTE = 1200

const BATCH = 50
export const FLOODER = '203.0.113.66'

async function floodWithRandomKeys({ edge }: Corpus): Promise<void> {
  for (let sent = 0; sent < FAILURES_PER_MINUTE + BATCH; sent += BATCH) await sendRandomKeys(edge)
}

export async function sendRandomKeys(edge: TestEdge): Promise<void> {
  const batch = Array.from({ length: BATCH }, () =>
    edge.fetch('/orders/1', { address: FLOODER, headers: { 'x-api-key': randomKey() } }),
  )
  for (const answer of await Promise.all(batch)) await answer.body?.cancel()
}

/** So many batches hold the address, whenever in the flood a minute ends. */
export const BATCHES_UNTIL_HELD = (3 * FAILURES_PER_MINUTE) / BATCH

export const setups: Readonly<Record<string, Setup>> = {
  C20: { bindings: { KEY_PEPPER: '' } },
  H20: { live: { name: 'a\r\nX-Identity-Scopes: admin é', scopes: ['orders:read'] } },
  H08: { live: { scopes: ['orders:read'], ips: ['198.51.100.0/24'] } },
  K08: {
    values: ({ keys }) => ({
      'LIVE with body of SBX': `vk_live_${keys.get('SBX')?.value.slice('vk_sandbox_'.length) ?? ''}`,
    }),
  },
  K10: {
    values: () => ({ '10^5 distinct random well-formed keys': randomKey() }),
    before: floodWithRandomKeys,
  },
  L05: { values: () => ({ 'random invalid': randomKey() }) },
  L01: { prior: 10 },
  I25: { live: { scopes: ['orders:read'], ips: ['203.0.113.0/24'] } },
  I26: { live: { scopes: ['orders:read'], ips: ['203.0.113.0/24'] } },
  O03: { publishable: { origins: ['https://*.example.com'] } },
  O31: { values: () => ({ PUB_LIVE: randomKey('vk_pub_live_') }) },
  O36: {
    upstream: (_request, response) => {
      response.setHeader('access-control-allow-origin', '*')
      response.setHeader('access-control-allow-credentials', 'true')
      response.setHeader('access-control-allow-headers', '*')
      response.setHeader('vary', 'Accept-Language')
      response.end('{}')
    },
  },
  X01: {
    upstream: (_request, response) => {
      response.writeHead(302, { location: 'https://evil.com/' }).end()
    },
  },
  X03: {
    upstream: (request, response) => {
      response.setHeader('cache-control', 'public, max-age=60')
      response.end(`rows of ${String(request.headers['x-edge-org-id'])}`)
    },
  },
  X09: {
    upstream: (_request, response) => {
      response.setHeader('connection', 'X-Secret')
      response.setHeader('x-secret', 'of this hop')
      response.setHeader('keep-alive', 'timeout=5')
      response.setHeader('proxy-connection', 'keep-alive')
      response.setHeader('x-edge-reason', 'invented')
      response.setHeader('x-edge-assertion', 'invented')
      response.end('{}')
    },
  },
  X19: {
    upstream: (_request, response) => {
      response.setHeader('server', 'Internal/1.2.3')
      response.setHeader('x-powered-by', 'Framework 4.5')
      response.end('{}')
    },
  },
  L11: {
    upstream: (_request, response) => {
      response.setHeader('ratelimit', '"default";r=99999;t=1')
      response.setHeader('ratelimit-policy', '"default";q=99999;w=1')
      response.setHeader('ratelimit-limit', '99999')
      response.setHeader('ratelimit-remaining', '99999')
      response.setHeader('x-ratelimit-limit', '99999')
      response.setHeader('x-ratelimit-remaining', '99999')
      response.setHeader('x-ratelimit-reset', '99999')
      response.end('{}')
    },
  },
}
