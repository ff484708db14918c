// A shell around a bundle, as a module's text, that counts what the bundle asks of its bindings: calls
// by name, rows that D1 and the objects' storage read and wrote, messages of queues.

/** Where the shell tells what it counted, and begins anew. */
export const COUNTS_PATH = '/counted'
/** The shell's own queues: a queue has one consumer, and that of the real ones is the gate. */
export const COUNTED_QUEUES = 'counted-'

export type Counts = Readonly<Record<string, number>>

export interface Counted {
  readonly requests: number
  /** By `BINDING.method`, of requests alone. */
  readonly calls: Counts
  /** The same of the queues' consumers. */
  readonly consumer: Counts
  /** `DB.read`, `DB.written`, `consumer.DB.read`, `consumer.DB.written`, `guard.read`, `guard.written`. */
  readonly rows: Counts
  /** `sent`, `chunks` (of 64 KB, as they are billed), `batches`, `messages`, `events` consumed. */
  readonly queue: Counts
}

/** The shell around a bundle that is imported as `./edge.js` and exports an object's class, or none. */
export function countedShell(guard?: string): string {
  return `
import edge, * as all from './edge.js'

${
  guard
    ? `export class ${guard} extends all.${guard} {
  constructor(ctx, env) {
    watchStorage(ctx.storage)
    super(ctx, env)
  }
}`
    : ''
}
${guard === 'KeyGuard' ? `export { Control, TryCounter } from './edge.js'` : ''}
${SHELL}`
}

const SHELL = `
// They only lead to the thing that is called.
const LEADS = new Set(['getByName', 'idFromName', 'get', 'withSession', 'prepare', 'bind'])
const CHUNK_BYTES = 64_000
const MESSAGE_OVERHEAD_BYTES = 100

const nothing = () => ({ requests: 0, calls: {}, consumer: {}, rows: {}, queue: {} })
let counts = nothing()
const add = (group, name, n = 1) => {
  counts[group][name] = (counts[group][name] ?? 0) + n
}

/** What a Proxy stands for: D1 takes only its own statements in a batch. */
const originals = new WeakMap()

function kindOf(binding) {
  if (typeof binding.idFromName === 'function') return 'objects'
  return typeof binding.prepare === 'function' ? 'd1' : 'other'
}

function watch(group, name, binding, kind = kindOf(binding)) {
  const proxy = new Proxy(binding, {
    get(target, key) {
      const member = target[key]
      if (typeof member !== 'function') return member
      return (...args) => {
        if (LEADS.has(key) && (key !== 'get' || kind === 'objects')) {
          return watch(group, name, target[key](...args), kind === 'objects' ? 'object' : kind)
        }
        add(group, name + '.' + String(key))
        if (key === 'send') countMessage(args[0])
        if (key === 'sendBatch') for (const { body } of args[0]) countMessage(body)
        if (kind !== 'd1') return target[key](...args)
        return query(target, key, args, group === 'calls' ? name : group + '.' + name)
      }
    },
  })
  originals.set(proxy, binding)
  return proxy
}

function query(target, key, args, name) {
  if (key === 'batch') {
    const statements = args[0].map((statement) => originals.get(statement) ?? statement)
    return target.batch(statements).then((all) => (all.forEach((one) => countRows(name, one)), all))
  }
  // Its own answer does not tell of rows.
  const result = key === 'first' ? target.all() : target[key](...args)
  return result.then((one) => {
    countRows(name, one)
    return key === 'first' ? (one.results[0] ?? null) : one
  })
}

function countRows(name, result) {
  add('rows', name + '.read', result.meta?.rows_read ?? 0)
  add('rows', name + '.written', result.meta?.rows_written ?? 0)
}

function countMessage(body) {
  add('queue', 'sent')
  const bytes = JSON.stringify(body).length + MESSAGE_OVERHEAD_BYTES
  add('queue', 'chunks', Math.ceil(bytes / CHUNK_BYTES))
}

/** Every object's storage has these prototypes, so they are patched once. */
let watched = false
function watchStorage(storage) {
  if (watched) return
  watched = true
  const patch = (object, name, count) => {
    const prototype = Object.getPrototypeOf(object)
    const original = prototype[name]
    prototype[name] = function (...args) {
      const result = original.apply(this, args)
      count(result, args)
      return result
    }
  }
  patch(storage.kv, 'get', () => add('rows', 'guard.read'))
  patch(storage.kv, 'put', () => add('rows', 'guard.written'))
  patch(storage.kv, 'delete', () => add('rows', 'guard.written'))
  patch(storage.kv, 'list', () => add('rows', 'guard.read'))
  patch(storage, 'setAlarm', () => add('rows', 'guard.written'))
  patch(storage.sql, 'exec', ({ rowsRead, rowsWritten }) => {
    add('rows', 'guard.read', rowsRead)
    add('rows', 'guard.written', rowsWritten)
  })
}

const isPlain = (value) =>
  typeof value !== 'object' || Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype

const watchAll = (group, env) =>
  Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, isPlain(value) ? value : watch(group, name, value)]),
  )

let ofRequests
let ofConsumer
export default {
  fetch(request, env, ctx) {
    if (new URL(request.url).pathname === '${COUNTS_PATH}') {
      const answer = Response.json(counts)
      counts = nothing()
      return answer
    }
    ofRequests ??= watchAll('calls', env)
    counts.requests++
    return edge.fetch(request, ofRequests, ctx)
  },
  async queue(batch, env, ctx) {
    ofConsumer ??= watchAll('consumer', env)
    await new all.Control(ctx, ofConsumer).queue({
      queue: batch.queue.replace('${COUNTED_QUEUES}', ''),
      messages: batch.messages,
      ackAll: () => batch.ackAll(),
      retryAll: (options) => batch.retryAll(options),
    })
    add('queue', 'batches')
    add('queue', 'messages', batch.messages.length)
    for (const { body } of batch.messages) add('queue', 'events', body?.events?.length ?? 0)
  },
}
`
