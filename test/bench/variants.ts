// What is measured: a name, a Worker, the requests and the one status that is right. A further
// variant is a further row.

import { NAIVE_KEY, type WorkerName } from './edge.ts'
import type { LoadRequest } from './load.ts'
import { forgedKey, fromEverywhere, get, newSession, session } from './requests.ts'
import type { Keys } from './seed.ts'

export interface Variant {
  readonly name: string
  readonly what: string
  readonly target: WorkerName | 'upstream'
  readonly status: number
  /** The variant it is set in proportion to; `pass_through` unless named. */
  readonly baseline?: string
  /** What a pass sends. Passes are numbered, and number 0 warms up. */
  requests(keys: Keys, pass: number): readonly LoadRequest[]
  /** Sent once before a pass, and forwarded. */
  before?(keys: Keys, pass: number): LoadRequest
  /** Each request is sent once a pass, however long that takes. */
  readonly once?: boolean
}

export const VARIANTS: readonly Variant[] = [
  {
    name: 'upstream_alone',
    what: 'the upstream without a Worker: what load generator and upstream can do',
    target: 'upstream',
    status: 200,
    requests: ({ secret }) => [session(secret)],
  },
  {
    name: 'pass_through',
    what: 'a Worker that only forwards: GET',
    target: 'pass_through',
    status: 200,
    requests: ({ secret }) => [session(secret)],
  },
  {
    name: 'string_url',
    what: 'forwarding by a string instead of a URL and a copy of the request: GET',
    target: 'string_url',
    status: 200,
    requests: ({ secret }) => [session(secret)],
  },
  {
    name: 'identity_set',
    what: 'and the identity headers with an assertion set on a copy of the request’s',
    target: 'identity_set',
    status: 200,
    requests: ({ secret }) => [session(secret)],
  },
  {
    name: 'answer_set',
    what: 'and the rate-limit headers set on a copy of the answer',
    target: 'answer_set',
    status: 200,
    requests: ({ secret }) => [session(secret)],
  },
  {
    name: 'uncached',
    what: 'and no cache between Worker and upstream',
    target: 'uncached',
    status: 200,
    requests: ({ secret }) => [session(secret)],
  },
  {
    name: 'headers_only',
    what: 'and a deadline: all that the runtime takes for what no gate can leave out',
    target: 'headers_only',
    status: 200,
    requests: ({ secret }) => [session(secret)],
  },
  {
    name: 'gate_secret',
    what: 'a busy secret key: GET',
    target: 'gate',
    status: 200,
    requests: ({ secret }) => [session(secret)],
  },
  {
    name: 'gate_secret_apart',
    what: 'the same, with the consumer of its audit elsewhere, as it is when deployed',
    target: 'gate_apart',
    status: 200,
    requests: ({ secret }) => [session(secret)],
  },
  {
    name: 'gate_jwt',
    what: 'a busy JWT API key: GET',
    target: 'gate',
    status: 200,
    requests: ({ jwt }) => [get('/document-processing/doc_1', { authorization: `Bearer ${jwt}` })],
  },
  {
    name: 'gate_access_token',
    what: 'a busy access token of a service user: GET with a query',
    target: 'gate',
    status: 200,
    requests: ({ accessToken }) => [
      get('/api/v1/search/customer?name=Ada', { authorization: `Bearer ${accessToken}` }),
    ],
  },
  {
    name: 'pass_through_post',
    what: 'a Worker that only forwards: POST with a small body',
    target: 'pass_through',
    status: 200,
    requests: ({ publishable }) => [newSession(publishable)],
  },
  {
    name: 'gate_publishable',
    what: 'a busy publishable key from a page: POST with a small body, three limits',
    target: 'gate',
    status: 200,
    baseline: 'pass_through_post',
    requests: ({ publishable }) => [newSession(publishable)],
  },
  {
    name: 'naive',
    what: 'a Worker with its keys in a Map: one Durable Object call, one write',
    target: 'naive',
    status: 200,
    requests: () => [session(NAIVE_KEY)],
  },
  {
    name: 'kv_read',
    what: 'a Worker that reads the key from KV with each request',
    target: 'kv_read',
    status: 200,
    requests: () => [session(NAIVE_KEY)],
  },
  {
    name: 'forged',
    what: 'refused: well-formed, with a wrong tag',
    target: 'gate',
    status: 401,
    requests: ({ secret }) => fromEverywhere(forgedKey(secret)),
  },
  {
    name: 'unknown_key',
    what: 'refused: rightly tagged, but no such key',
    target: 'gate',
    status: 401,
    requests: ({ absent }) => fromEverywhere(absent),
  },
  {
    name: 'unknown',
    what: 'refused: a path without a route, no credential',
    target: 'gate',
    status: 401,
    requests: () => [get('/nothing/here', {})],
  },
  {
    name: 'revoked',
    what: 'refused: a revoked key',
    target: 'gate',
    status: 401,
    requests: ({ revoked }) => [session(revoked)],
  },
  {
    name: 'over_limit',
    what: 'refused: a key whose quota is spent',
    target: 'gate',
    status: 429,
    before: ({ overLimit }, pass) => session(overLimit[pass] ?? ''),
    requests: ({ overLimit }, pass) => [session(overLimit[pass] ?? '')],
  },
  {
    name: 'cold',
    what: 'forwarded: each request a key that nobody has seen yet',
    target: 'gate',
    status: 200,
    requests: ({ cold }, pass) => (cold[pass] ?? []).map((key) => session(key)),
    once: true,
  },
]

/** What the gate comes to beside what the runtime takes for its headers alone. */
export const BESIDE_CEILING = ['gate_secret_apart', 'headers_only'] as const

export function baselineOf({ name, baseline = 'pass_through' }: Variant): string | undefined {
  return name === baseline ? undefined : baseline
}

/**
 * The variants of these names with the ones that they are set in proportion to; all for no names.
 * @throws Error on a name that there is not.
 */
export function chooseVariants(names: readonly string[]): Variant[] {
  const wrong = names.filter((name) => !VARIANTS.some((variant) => variant.name === name))
  if (wrong.length > 0) {
    const known = VARIANTS.map(({ name }) => name).join(', ')
    throw new Error(`there is no variant ${wrong.join(', ')}; there are ${known}`)
  }
  if (names.length === 0) return [...VARIANTS]
  const wanted = VARIANTS.filter(({ name }) => names.includes(name))
  const needed = new Set([...names, ...wanted.flatMap((variant) => baselineOf(variant) ?? [])])
  return VARIANTS.filter(({ name }) => needed.has(name))
}
