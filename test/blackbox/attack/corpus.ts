// The corpus' edge with its fixtures, and how a row is played: as bytes on a socket.

import {
  startEdge,
  type CredentialOptions,
  type Minted,
  type TestEdge,
} from '../../harness/edge.ts'
import type { Received } from '../../harness/upstream.ts'
import { parseAnswer, requestBytes, type WireAnswer } from '../../harness/wire.ts'
import { insertOrganization } from '../../../src/dev/statements.ts'
import { corpusCatalog } from './corpus-catalog.ts'

/** Where the corpus' requests come from unless a row says otherwise. */
export const PEER = '198.51.100.1'

export interface AttackInput {
  readonly method?: string
  readonly target?: string
  readonly headers?: readonly (readonly [string, string])[]
  readonly body?: string
  /** The whole request, in place of the parts. */
  readonly raw?: string
}

export interface Played {
  readonly answer: WireAnswer
  /** What reached the upstream because of this request. */
  readonly received: readonly Received[]
  /** The credential values that were in use. */
  readonly secrets: readonly string[]
}

export type Placeholders = ReadonlyMap<string, Minted>

export interface Corpus {
  readonly edge: TestEdge
  readonly keys: Placeholders
  /** Every line of the edge's console. */
  readonly log: string[]
  /** Sends a request with its placeholders filled in. */
  play(input: AttackInput, over?: Placeholders): Promise<Played>
  stop(): Promise<void>
}

const LIVE: CredentialOptions = { scopes: ['orders:read', 'orders:write'] }

export async function startCorpus(
  bindings: Readonly<Record<string, unknown>> = {},
): Promise<Corpus> {
  const log: string[] = []
  const edge = await startEdge({
    entries: { gate: 'test/workerd/corpus-gate.ts', control: 'test/workerd/corpus-control.ts' },
    catalog: corpusCatalog,
    bindings,
    onLog: (line) => log.push(line),
  })
  const products = corpusCatalog.products.map(({ id }) => id)
  const other = { id: 'org_other', name: 'Other', plan: 'standard', products }
  await edge.sql(insertOrganization(other))
  const jwt = { products: ['orders'], scopes: ['orders:read'] }
  const keys = new Map([
    ['LIVE', await edge.mint('secret', LIVE)],
    ['LIVE orders:read', await edge.mint('secret', { scopes: ['orders:read'] })],
    ['LIVE2', await edge.mint('secret', { ...LIVE, organization: 'org_other' })],
    ['SBX', await edge.mint('secret', { ...LIVE, environment: 'sandbox' })],
    ['PUB_LIVE', await edge.mint('publishable', { origins: ['https://app.example.com'] })],
    ['JWT', await edge.mint('jwt', jwt)],
    ['JWT_OTHER_TENANT', await edge.mint('jwt', { ...jwt, organization: 'org_other' })],
  ])
  return { edge, keys, log, play, stop: () => edge.stop() }

  async function play(input: AttackInput, over: Placeholders = new Map()): Promise<Played> {
    const known = new Map([...keys, ...over])
    const bytes = bytesOf(input, known)
    const before = edge.upstream.received.length
    const answer = parseAnswer(await edge.raw(bytes))
    const received = edge.upstream.received.slice(before)
    return { answer, received, secrets: [...known.values()].map(({ value }) => value) }
  }
}

/** The row's bytes. `Host`, `CF-Connecting-IP` and `Content-Length` are added where it has none. */
function bytesOf(input: AttackInput, keys: Placeholders): string {
  const fill = (text: string): string =>
    text
      .replace(/\{\{(.+?)\}\}/g, (_, name: string) => {
        const key = keys.get(name)
        if (!key) throw new Error(`the row needs {{${name}}}`)
        return key.value
      })
      .replace('…(200000 spaces)…', ' '.repeat(200_000))
  if (input.raw !== undefined) return toBytes(fill(input.raw))
  const { method = 'GET', target = '/', headers = [], body = '' } = input
  const filled = headers.map(([name, value]): [string, string] => [name, fill(value)])
  const has = (...names: string[]): boolean =>
    headers.some(([name]) => names.includes(name.toLowerCase()))
  const added: [string, string][] = []
  if (!has('host')) added.push(['Host', 'localhost'])
  if (!has('cf-connecting-ip')) added.push(['CF-Connecting-IP', PEER])
  if (body !== '' && !has('content-length', 'transfer-encoding')) {
    added.push(['Content-Length', String(Buffer.byteLength(body))])
  }
  return toBytes(requestBytes(method, fill(target), [...added, ...filled], body))
}

/** UTF-8, a character per byte: what the socket takes. */
function toBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}
