// The clients' own account of what they asked and were told, to be held against the edge's.

import { exchange, told, type Answer, type Exchange } from './exchange.ts'

/** Whom the edge must have recognised. */
export interface Caller {
  readonly id: string
  readonly organization: string
  readonly serviceUser?: string
}

/** What the audit must say of a request. */
export interface Expected {
  /** What the client must be told: the status, and the reason of a refusal. */
  readonly told: RegExp
  /** `told`: whichever the answer says. */
  readonly decision: 'forwarded' | 'refused' | 'told' | 'none'
  /** Nobody, unless named. */
  readonly caller?: Caller
  /** It is an operator's: the organization that they name, if any. */
  readonly operator?: string
  readonly product?: string
  /** Charged where the answer is 2xx. */
  readonly credits?: number
  /** As the audit shows it; the request's own unless named. */
  readonly path?: string
}

/** A row of either account, as both can write it. */
export interface Line {
  readonly id: string
  readonly organization: string
  readonly key: string | null
  readonly service_user: string | null
  readonly product: string | null
  readonly method: string
  readonly path: string
  readonly decision: string
  readonly status: number
  readonly credits: number | null
  readonly actor: string | null
}

export interface Ledger {
  /** What must be on record, by request id. */
  readonly lines: ReadonlyMap<string, Line>
  /** Ids of requests that decided nothing. */
  readonly undecided: readonly string[]
  /** How often clients were told what. */
  readonly told: ReadonlyMap<string, number>
  /** Answers that were not as expected. */
  readonly wrong: readonly string[]
  readonly sent: number
  readonly send: (asked: Exchange, expected: Expected) => Promise<Answer>
}

/** Keeps an account of requests that go to these ports in turn. */
export function keepLedger(ports: readonly number[]): Ledger {
  const lines = new Map<string, Line>()
  const undecided: string[] = []
  const counts = new Map<string, number>()
  const wrong: string[] = []
  let sent = 0

  async function send(asked: Exchange, expected: Expected): Promise<Answer> {
    const port = ports[(asked.isolate ?? sent) % ports.length] ?? 0
    sent += 1
    const answer = await exchange(port, asked)
    const { method = 'GET', target } = asked
    const was = told(answer)
    counts.set(was, (counts.get(was) ?? 0) + 1)
    const id = String(answer.headers['x-request-id'])
    const where = `${method} ${target}`
    if (!expected.told.test(was)) {
      wrong.push(`${where} was told ${was}, not ${expected.told}: ${answer.body}`)
    }
    if (lines.has(id)) wrong.push(`${where} was given the request id of another`)
    if (expected.decision === 'none') undecided.push(id)
    else lines.set(id, lineOf(id, asked, expected, answer))
    return answer
  }

  return {
    ...{ lines, undecided, told: counts, wrong, send },
    get sent() {
      return sent
    },
  }
}

function lineOf(id: string, asked: Exchange, expected: Expected, answer: Answer): Line {
  const { status } = answer
  const shown = 'x-edge-reason' in answer.headers ? 'refused' : 'forwarded'
  const decision = expected.decision === 'told' ? shown : expected.decision
  const charged = decision === 'forwarded' && status >= 200 && status < 300
  return {
    id,
    organization: expected.caller?.organization ?? expected.operator ?? '',
    key: expected.caller?.id ?? null,
    service_user: expected.caller?.serviceUser ?? null,
    product: expected.product ?? null,
    method: asked.method ?? 'GET',
    path: expected.path ?? asked.target.replace(/\?.*$/s, ''),
    decision,
    status,
    credits: (charged && expected.credits) || null,
    actor: expected.operator === undefined ? null : 'operator:admin-token',
  }
}
