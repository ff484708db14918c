import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import {
  BUFFER_MAX_EVENTS,
  CLAIM_EXPIRES_AFTER_MS,
  EventBuffer,
  FLUSH_AFTER_MS,
} from '../../src/audit/buffer.ts'
import type { AuditEvent } from '../../src/audit/event.ts'
import type { EventMessage } from '../../src/audit/message.ts'
import { MESSAGE_MAX_BYTES } from '../../src/audit/packing.ts'
import { NOON_MS, someEvent } from './events.ts'

/** A queue that takes, fails or hangs, as told. */
class FakeQueue {
  readonly messages: EventMessage[] = []
  mode: 'takes' | 'fails' | 'hangs' = 'takes'
  sends = 0

  async send(message: EventMessage): Promise<void> {
    this.sends += 1
    if (this.mode === 'hangs') await new Promise(() => {})
    if (this.mode === 'fails') throw new Error('Queue is overloaded')
    // As the queue does: what comes out is a copy.
    this.messages.push(structuredClone(message))
  }

  get events(): AuditEvent[] {
    return this.messages.flatMap(({ events }) => events)
  }
}

let queue: FakeQueue
let buffer: EventBuffer
let work: Promise<unknown>[]
const errors = vi.spyOn(console, 'error').mockImplementation(() => {})

beforeEach(() => {
  vi.useFakeTimers({ now: NOON_MS })
  queue = new FakeQueue()
  buffer = new EventBuffer(queue)
  work = []
  errors.mockClear()
})
afterEach(() => {
  vi.useRealTimers()
})

const waitUntil = (promise: Promise<unknown>) => void work.push(promise)
const add = (count: number, over: Partial<AuditEvent> = {}) => {
  const events = Array.from({ length: count }, () => someEvent({ at: Date.now(), ...over }))
  for (const event of events) buffer.add(event, waitUntil)
  return events
}
const ids = (events: readonly AuditEvent[]) => events.map(({ id }) => id)
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

describe('packing', () => {
  it('events of one second go in one message, and one request waits for it', async () => {
    const first = add(3)
    await pass(FLUSH_AFTER_MS - 1)
    const second = add(2)
    expect(queue.messages).toHaveLength(0)
    await pass(1)
    expect(queue.messages.map(({ version }) => version)).toStrictEqual([1])
    expect(ids(queue.events)).toStrictEqual(ids([...first, ...second]))
    expect(work).toHaveLength(1)
    await Promise.all(work)
  })

  it('a hundred go at once', async () => {
    const events = add(250)
    await pass(0)
    expect(queue.messages.map((message) => message.events.length)).toStrictEqual([100, 100])
    await pass(FLUSH_AFTER_MS)
    expect(ids(queue.events)).toStrictEqual(ids(events))
    expect(buffer.size).toBe(0)
  })

  it('no message is longer than the queue takes', async () => {
    const events = add(99, { path: `/${'ü'.repeat(2_047)}` })
    await pass(FLUSH_AFTER_MS)
    expect(queue.messages.length).toBeGreaterThan(3)
    for (const message of queue.messages) {
      expect(Buffer.byteLength(JSON.stringify(message))).toBeLessThan(MESSAGE_MAX_BYTES + 1_000)
    }
    expect(ids(queue.events)).toStrictEqual(ids(events))
  })
})

describe('failure', () => {
  it('what the queue did not take is sent again by the same request, in order', async () => {
    queue.mode = 'fails'
    const events = add(150)
    await pass(FLUSH_AFTER_MS)
    expect(buffer.size).toBe(150)
    queue.mode = 'takes'
    await pass(2_000)
    expect(ids(queue.events)).toStrictEqual(ids(events))
    expect(buffer.size).toBe(0)
  })

  it('or by a later one, and a queue that fails is not asked with each request', async () => {
    queue.mode = 'fails'
    const events = add(100)
    await pass(25_000)
    await Promise.all(work)
    const { sends } = queue
    expect(sends).toBeLessThan(10)
    for (let i = 0; i < 500; i++) events.push(...add(1))
    expect(queue.sends).toBeLessThan(sends + 2)
    queue.mode = 'takes'
    await pass(10_000)
    expect(ids(queue.events)).toStrictEqual(ids(events))
  })

  it('beyond its bound the oldest are dropped, counted and logged', async () => {
    queue.mode = 'fails'
    const events = add(1)
    await pass(FLUSH_AFTER_MS)
    events.push(...add(BUFFER_MAX_EVENTS + 24))
    expect(buffer.size).toBe(BUFFER_MAX_EVENTS)
    expect(buffer.lost).toBe(25)
    queue.mode = 'takes'
    await pass(10_000)
    expect(ids(queue.events)).toStrictEqual(ids(events.slice(25)))
    const logged = errors.mock.calls.map(([line]) => String(line))
    expect(logged).toContain('audit: the buffer is full; the oldest events are lost')
    expect(logged).toContain('audit: 25 events were lost, 25 in all')
  })

  it('a request that dies while it sends takes nothing with it', async () => {
    queue.mode = 'hangs'
    const events = add(100)
    await pass(0)
    queue.mode = 'takes'
    await pass(CLAIM_EXPIRES_AFTER_MS)
    expect(queue.messages).toHaveLength(0)
    events.push(...add(1))
    await pass(FLUSH_AFTER_MS)
    expect(new Set(ids(queue.events))).toStrictEqual(new Set(ids(events)))
  })

  it('a timer that died with its request is not waited for', async () => {
    add(1)
    vi.clearAllTimers()
    vi.setSystemTime(NOON_MS + 10_000)
    add(1)
    await pass(FLUSH_AFTER_MS)
    expect(queue.events).toHaveLength(2)
  })

  it('requests that flush together send nothing twice', async () => {
    const events = add(99)
    await Promise.all([buffer.flush(), buffer.flush(), buffer.flush()])
    expect(ids(queue.events)).toStrictEqual(ids(events))
  })
})

describe('addDurable', () => {
  it('returns once the queue has the event, and waits for no other', async () => {
    add(5)
    const event = someEvent()
    await buffer.addDurable(event, waitUntil)
    expect(ids(queue.events)).toStrictEqual([event.id])
    expect(buffer.size).toBe(5)
  })

  it('throws when the queue does not take it, and does not forget it', async () => {
    queue.mode = 'fails'
    const event = someEvent()
    await expect(buffer.addDurable(event, waitUntil)).rejects.toThrow('Queue is overloaded')
    queue.mode = 'takes'
    await pass(2_000)
    expect(ids(queue.events)).toStrictEqual([event.id])
  })

  it('is not done while the queue is silent', async () => {
    queue.mode = 'hangs'
    const done = vi.fn()
    const durable = async (): Promise<void> => {
      await buffer.addDurable(someEvent(), waitUntil)
      done()
    }
    void durable()
    await pass(10_000)
    expect(done).not.toHaveBeenCalled()
    expect(buffer.size).toBe(1)
  })
})
