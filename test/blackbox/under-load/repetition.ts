// One change under load: clients call with a credential in a loop while it is made, and every request
// carries a mark by which it is found again at the upstream. All times are of one monotonic clock, that
// of this process, so that "started later" means just that.

import type { TestEdge } from '../../harness/edge.ts'
import { sleep } from '../call.ts'
import { exchange, told, type Answer, type Exchange } from './exchange.ts'

const CLIENTS = 32
/** Between a client's requests: a key that is busy, whose leases last as long as they may. */
const PACE_MS = 10
/** So many requests of each client go before the change, so that every isolate holds a lease. */
const WARM_PER_CLIENT = 5
/** Each client goes on until so many of its requests were started after the change, and answered. */
const LATER_PER_CLIENT = 1

export interface Repetition {
  readonly call: Exchange
  /** Makes the change; resolves once it is in force: its answer said so with `enforced_at`. */
  readonly change: () => Promise<void>
  /** What every request is told that starts after that. */
  readonly refusal: string
  /** Before the change is asked for. */
  readonly prepare?: () => Promise<void>
  /** Disturbs the guard meanwhile. */
  readonly disturb?: () => Promise<void>
  /** Answers that a disturbed guard may cause. */
  readonly tolerated?: readonly string[]
}

export interface Verdict {
  /** Requests in all, and those that were started after the change was in force. */
  readonly sent: number
  readonly later: number
  /** Those that reached the upstream. */
  readonly forwarded: number
  /** How long the change took until it was in force. */
  readonly changeMs: number
  /** Whatever must not have been; empty. */
  readonly wrong: readonly string[]
}

interface Sent {
  readonly mark: string
  readonly startedAt: number
  endedAt: number
  told: string
  retryAfter: string | undefined
}

let repetitions = 0

/** Runs the load around a change. The upstream's records are cleared before. */
export async function underLoad(edge: TestEdge, repetition: Repetition): Promise<Verdict> {
  const name = `r${++repetitions}`
  const sent: Sent[] = []
  let changedAt = Number.POSITIVE_INFINITY
  const load = { goOn: true }
  edge.upstream.received.length = 0

  const one = async (port: number): Promise<void> => {
    const mark = `${name}.${sent.length}`
    const request: Sent = { mark, startedAt: performance.now(), endedAt: 0, told: '', ...NONE }
    sent.push(request)
    const target = `${repetition.call.target}?mark=${mark}`
    const answer = await exchange(port, { ...repetition.call, target })
    request.endedAt = performance.now()
    request.told = told(answer)
    request.retryAfter = answer.headers['retry-after']
  }
  let warm = 0
  const warmed = Promise.withResolvers<void>()
  const changed = Promise.withResolvers<void>()
  const client = async (index: number): Promise<void> => {
    const port = edge.ports[index % edge.ports.length] ?? edge.port
    for (let i = 0; load.goOn && i < WARM_PER_CLIENT; i++) {
      await one(port)
      await sleep(PACE_MS)
    }
    if (++warm === CLIENTS) warmed.resolve()
    for (let later = 0; load.goOn && later < LATER_PER_CLIENT;) {
      if (performance.now() > changedAt) later++
      await one(port)
      // The first of the later ones go at once, where most may be wrong.
      await Promise.race([sleep(PACE_MS), changed.promise])
    }
  }
  const clients = Promise.all(Array.from({ length: CLIENTS }, (_, index) => client(index)))
  clients.catch(warmed.reject)
  try {
    await warmed.promise
    await repetition.prepare?.()
    const askedAt = performance.now()
    const disturbing = repetition.disturb?.()
    disturbing?.catch(() => undefined)
    await repetition.change()
    changedAt = performance.now()
    changed.resolve()
    await disturbing
    await clients
    return judge(edge, repetition, { name, sent, askedAt, changedAt })
  } finally {
    load.goOn = false
    await clients.catch(() => undefined)
  }
}

const NONE = { retryAfter: undefined }

interface Course {
  readonly name: string
  readonly sent: readonly Sent[]
  readonly askedAt: number
  readonly changedAt: number
}

function judge(
  edge: TestEdge,
  { refusal, tolerated = [] }: Repetition,
  { name, sent, askedAt, changedAt }: Course,
): Verdict {
  const reached = marksOf(edge, name)
  const wrong: string[] = []
  for (const request of sent) {
    const flaw = (sentence: string): unknown =>
      wrong.push(`${request.mark} was told ${request.told}: ${sentence}`)
    const isLater = request.startedAt > changedAt
    const passed = request.told === '200'
    if (isLater && reached.has(request.mark)) flaw('forwarded, though it started after the change')
    if (passed !== reached.has(request.mark)) flaw('what it was told is not what became of it')
    if (passed || tolerated.includes(request.told)) {
      // A later one that was told 200 is caught above: it reached the upstream or was lied to.
    } else if (request.told !== refusal) flaw(`refused for another reason than ${refusal}`)
    else if (request.endedAt < askedAt) flaw('refused before the change was asked for')
    const mustWait = /^(?:429|503)/.test(request.told)
    if (mustWait && !(Number(request.retryAfter) >= 1)) flaw('it has no Retry-After')
  }
  const later = sent.filter(({ startedAt }) => startedAt > changedAt).length
  return { sent: sent.length, later, forwarded: reached.size, changeMs: changedAt - askedAt, wrong }
}

/** The marks of a repetition that the upstream has seen. */
function marksOf({ upstream }: TestEdge, name: string): ReadonlySet<string> {
  const marks = upstream.received.map(({ target }) => /[?&]mark=([\w.]+)/.exec(target)?.[1] ?? '')
  return new Set(marks.filter((mark) => mark.startsWith(`${name}.`)))
}

/** An answer of the management API, as far as a change needs it. */
export interface Changed {
  readonly enforced_at?: number | null
  readonly receipt?: { readonly enforced_at: number | null }
  readonly key?: { readonly value: string | null }
}

/** When the change of this answer was in force; null: not yet. @throws where it was refused. */
export function enforcedAt(answer: Answer): number | null {
  if (answer.status >= 300)
    throw new Error(`the change was answered ${told(answer)} ${answer.body}`)
  const body = JSON.parse(answer.body) as Changed
  const at = body.receipt ? body.receipt.enforced_at : body.enforced_at
  if (at === undefined) throw new Error(`there is no receipt in ${answer.body}`)
  return at
}
