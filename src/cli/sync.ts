// Asking the edge to publish what a change left in pending_fences. Only the edge can say since when a
// change is in force; when it cannot be asked, the cron does the same within a minute.

import { API_PREFIX } from '../lib/paths.ts'
import { readFile } from 'node:fs/promises'

import { Stop, usage } from './answer.ts'
import type { Ops } from './answer.ts'
import { time } from './print.ts'
import { readConfig, readSecrets, requireSettings, textOf } from './settings.ts'
import { PROJECT } from './wrangler.ts'

const LOCAL_URL = 'http://127.0.0.1:8787'
/** A fence waits for leases of a second at most; many of them take their time. */
const SYNC_TIMEOUT_MS = 30_000

/** What a change is told about its being in force. */
export interface InForce {
  /** Unix milliseconds by the edge's clock; null while it is not known to be in force. */
  readonly enforced_at: number | null
  readonly line: string
}

export type SyncAnswer =
  | {
      readonly is: 'published'
      readonly published: number
      readonly pending: number
      readonly enforced_at: number | null
    }
  | { readonly is: 'failed'; readonly why: string }

/** The origin of the edge: --url, PORTCULLIS_URL, the running demo, or ISSUER of wrangler.toml. */
export async function edgeUrl(ops: Ops): Promise<string> {
  const given = ops.url ?? ops.io.env['PORTCULLIS_URL']
  if (given !== undefined) return checkedUrl(given)
  if (ops.remote) return checkedUrl(textOf((await readConfig()).vars, 'ISSUER'))
  try {
    const demo: unknown = JSON.parse(await readFile(`${PROJECT}.portcullis/demo.json`, 'utf8'))
    return checkedUrl((demo as { readonly url: string }).url)
  } catch {
    return LOCAL_URL
  }
}

/** The admin token goes there, so it must be https, or this very machine. */
function checkedUrl(text: string): string {
  const url = URL.parse(text)
  const loopback = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url?.hostname ?? '')
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback)) return url.origin
  throw usage(`${text || 'the URL of the edge'} is not the origin of an edge: give --url https://…`)
}

/**
 * Everything that a sync needs, checked before a change is written. The function that comes back
 * never throws: by then the change is in the database, and the operator must hear of it.
 */
export async function prepareSync(ops: Ops): Promise<() => Promise<InForce>> {
  if (!ops.sync) return async () => inForce({ is: 'failed', why: 'not asked, by --no-sync' })
  const [url, secrets] = await Promise.all([edgeUrl(ops), readSecrets(ops)])
  try {
    requireSettings(ops, secrets, ['ADMIN_TOKEN'])
  } catch (error) {
    if (!(error instanceof Stop)) throw error
    throw new Stop(`${error.message}\nor leave it to the cron, within a minute: --no-sync`)
  }
  return async () => inForce(await requestSync(url, textOf(secrets, 'ADMIN_TOKEN')))
}

/** POST /edge/v1/sync. */
export async function requestSync(url: string, adminToken: string): Promise<SyncAnswer> {
  const answer = await askEdge(url, adminToken, 'POST', '/sync')
  if (typeof answer === 'string') return { is: 'failed', why: answer }
  const { published, pending, enforced_at: enforcedAt } = answer
  if (typeof published !== 'number' || typeof pending !== 'number') {
    return { is: 'failed', why: `${url} answered 200, and not as an edge does` }
  }
  const enforced_at = typeof enforcedAt === 'number' ? enforcedAt : null
  return { is: 'published', published, pending, enforced_at }
}

/**
 * One operation of the operators, below /edge/v1. Redirects are not followed: the token is for this
 * origin alone. @returns the members of the answer, or why there is none.
 */
export async function askEdge(
  url: string,
  adminToken: string,
  method: 'GET' | 'POST',
  path: string,
): Promise<Readonly<Record<string, unknown>> | string> {
  try {
    const response = await fetch(`${url}${API_PREFIX}${path}`, {
      method,
      headers: { authorization: `Bearer ${adminToken}` },
      redirect: 'manual',
      signal: AbortSignal.timeout(SYNC_TIMEOUT_MS),
    })
    if (response.status === 401) return `${url} refused ADMIN_TOKEN`
    const body: unknown = await response.json()
    if (response.ok && typeof body === 'object' && body !== null) return { ...body }
    return `${url} answered ${response.status}`
  } catch {
    return `edge not reachable at ${url}`
  }
}

/** What is new has nothing older to overtake: it can be used at once, whether or not the edge was asked. */
export function newInForce({ enforced_at, line }: InForce): string {
  return enforced_at === null
    ? 'in force at once: it is new, and nothing older is known of it'
    : line
}

function inForce(answer: SyncAnswer): InForce {
  if (answer.is === 'failed') {
    const line = `in force when the cron has run, within a minute (${answer.why})`
    return { enforced_at: null, line }
  }
  if (answer.enforced_at === null) {
    const line = `in force when the cron has reached ${answer.pending} more guards; it tries each minute`
    return { enforced_at: null, line }
  }
  return { enforced_at: answer.enforced_at, line: `in force since ${time(answer.enforced_at)}` }
}
