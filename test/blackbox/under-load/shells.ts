// Modules around the production bundles, which they import unchanged as ./edge.js: each adds one thing
// that a test needs and that no deployment has. Plain module texts.

/**
 * `GET /crash/<credential id>`: the guard of that credential dies at once, with all it is doing. With
 * `?fence=before` or `?fence=after` it dies when it is next told of a generation, before or after it
 * has raised its fence; whoever told it hears nothing. The answer is whether it died at once.
 *
 * `GET /admitted/<credential id>`: how many requests that guard has admitted by itself, as a number;
 * all others that were forwarded were on leases.
 */
export const CRASHING = {
  guard: `
import edge, { KeyGuard as Guard } from './edge.js'

const fatal = new Map()
const admitted = new Map()

export class KeyGuard extends Guard {
  async admit(ask) {
    const id = this.ctx.id.toString()
    const answer = await super.admit(ask)
    if (answer.verdict === 'granted') admitted.set(id, (admitted.get(id) ?? 0) + ask.want)
    return answer
  }

  admitted() {
    return admitted.get(this.ctx.id.toString()) ?? 0
  }

  crash(fence) {
    if (fence) fatal.set(this.ctx.id.toString(), fence)
    else this.ctx.abort('crashed by a test')
  }

  async fence(generation) {
    const id = this.ctx.id.toString()
    const when = fatal.get(id)
    fatal.delete(id)
    if (when === 'before') this.ctx.abort('crashed before its fence by a test')
    const fence = await super.fence(generation)
    if (when === 'after') this.ctx.abort('crashed after its fence by a test')
    return fence
  }
}

export default edge
`,
  gate: `
import edge from './edge.js'

export default {
  ...edge,
  async fetch(request, env, ctx) {
    const { pathname, searchParams } = new URL(request.url)
    const [, asked, id] = /^\\/(crash|admitted)\\/(\\w+)$/.exec(pathname) ?? []
    if (id === undefined) return await edge.fetch(request, env, ctx)
    const guard = env.KEY_GUARD.getByName('v1:' + id)
    if (asked === 'admitted') return Response.json(await guard.admitted())
    const died = await guard.crash(searchParams.get('fence')).then(() => false, () => true)
    return Response.json(died)
  },
}
`,
}

/** An edge whose guards know of no fence, as if a change only refreshed KV. It must be caught. */
export const FENCELESS = `
import edge, { KeyGuard as Guard } from './edge.js'

export class KeyGuard extends Guard {
  confirm() {
    return 'current'
  }

  admit(ask) {
    return super.admit({ ...ask, fresh: true })
  }
}

export default edge
`

/** An edge whose fences do not wait for leases: these outlive them. It must be caught. */
export const WAITLESS = `
import edge, { KeyGuard as Guard } from './edge.js'

export class KeyGuard extends Guard {
  async fence(generation) {
    return { ...(await super.fence(generation)), waitMs: 0 }
  }
}

export default edge
`

/** Chance with a seed. Each fault happens where it first can, so that none is left out of a short run. */
const CHANCE = `
let seed = 20261117
const happens = (chance, fault) => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
  if (seed / 2 ** 32 >= chance && faults[fault] !== 0) return false
  if (fault) faults[fault]++
  return true
}
`

/**
 * A queue as bad as it may be: at first it refuses messages, or takes them and does not say so; it
 * delivers in any order, more than once, several at a time, to a consumer that fails before, in the
 * middle (also when D1 has done what it was asked) and after. What is delivered is told to the
 * upstream, at /tape. The rest of the edge stays as it is.
 */
export const UNRELIABLE = {
  gate: `
import edge from './edge.js'

const faults = { refused: 0, untold: 0 }
let by
${CHANCE}
/** So many messages find it failing; what waits is only sent on with some later request. */
let failingSends = 40

function unsure(queue, vault) {
  const tell = () => fetch(new URL('/faults', vault), { method: 'POST', body: JSON.stringify({ by, faults }) })
  const send = async (message, options) => {
    // A single event may be one that its client waits for.
    const many = message.events.length > 1 || message.nobody !== undefined
    const fails = many && failingSends-- > 0
    try {
      if (fails && happens(0.2, 'refused')) throw new Error('the queue takes no message')
      await queue.send(message, options)
      if (fails && happens(0.2, 'untold')) throw new Error('the answer of the queue was lost')
    } finally {
      if (fails) await tell()
    }
  }
  return { send }
}

let producing

export default {
  ...edge,
  async fetch(request, env, ctx) {
    by ??= crypto.randomUUID()
    producing ??= { ...env, AUDIT: unsure(env.AUDIT, env.UPSTREAMS.vault.live) }
    return await edge.fetch(request, producing, ctx)
  },
}
`,
  control: `
import Control from './edge.js'
export { TryCounter } from './edge.js'

const faults = {
  before: 0, after: 0, databaseBefore: 0, databaseAfter: 0, twice: 0, copied: 0, lost: 0,
}
${CHANCE}
const shuffled = (list) => list.toSorted(() => (happens(0.5) ? 1 : -1))

function failing(db) {
  const batch = async (statements) => {
    if (happens(0.1, 'databaseBefore')) throw new Error('D1 did not answer')
    const results = await db.batch(statements)
    if (happens(0.1, 'databaseAfter')) throw new Error('the answer of D1 was lost')
    return results
  }
  const bound = (name) => (typeof db[name] === 'function' ? db[name].bind(db) : db[name])
  return new Proxy(db, { get: (_, name) => (name === 'batch' ? batch : bound(name)) })
}

async function deliver(batch, env, ctx) {
  if (happens(0.15, 'before')) throw new Error('the consumer failed before')
  const taken = new Set()
  const messages = batch.messages.map((message) => ({
    id: message.id,
    timestamp: message.timestamp,
    attempts: message.attempts,
    body: message.body,
    ack: () => taken.add(message),
    retry: () => undefined,
  }))
  const once = async () => {
    const copies = messages.filter(() => happens(0.1, 'copied'))
    const mixed = { queue: batch.queue, messages: shuffled([...messages, ...copies]) }
    await new Control(ctx, { ...env, DB: failing(env.DB) }).queue(mixed)
  }
  if (happens(0.3, 'twice')) await Promise.all([once(), once()])
  await once()
  if (happens(0.15, 'after')) throw new Error('the consumer failed after')
  for (const message of batch.messages) {
    if (taken.has(message) && !happens(0.1, 'lost')) message.ack()
    else message.retry()
  }
}

export default class extends Control {
  async queue(batch) {
    const { env, ctx } = this
    const { queue, messages } = batch
    const told = { queue, faults, bodies: messages.map(({ body }) => body) }
    const tape = new URL('/tape', env.UPSTREAMS.vault.live)
    await fetch(tape, { method: 'POST', body: JSON.stringify(told) })
    if (queue === 'portcullis-audit') await deliver(batch, env, ctx)
    else await super.queue(batch)
  }
}
`,
}
