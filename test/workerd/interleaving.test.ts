// Promise 1 against every order of events: changes, publishing, requests through two isolates, old
// records coming back in KV, evicted guards, isolates busy enough to be given leases. The model is the list of states that D1 was in; what a
// request may rest on is a state no older than the last one that had been published when it began.

import { evictAllDurableObjects } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import * as fc from 'fast-check'
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'

import { publishPending } from '../../src/guard/publish.ts'
import { placeOf, type KeyRecord } from '../../src/credentials/record.ts'
import { startIsolate, type Isolate } from './isolate.ts'
import { applySchema, makeOrganization, mint, run } from './rows.ts'

const START = Math.ceil(Date.now() / 1000) * 1000

/** What a state of D1 says about `GET /api/v1/sessions/s_1` from 198.51.100.7. */
const CHANGES = {
  expire: [`UPDATE credentials SET expires_at = 1 WHERE id = $KEY`, 'expired', true],
  prolong: [`UPDATE credentials SET expires_at = NULL WHERE id = $KEY`, 'expired', false],
  suspend: [`UPDATE organizations SET suspended_at = 1 WHERE id = $ORG`, 'suspended', true],
  resume: [`UPDATE organizations SET suspended_at = NULL WHERE id = $ORG`, 'suspended', false],
  narrow: [`UPDATE credentials SET scopes = '[]' WHERE id = $KEY`, 'narrowed', true],
  widen: [`UPDATE credentials SET scopes = '["sessions:read"]' WHERE id = $KEY`, 'narrowed', false],
  list: [`INSERT OR REPLACE INTO credential_ips VALUES ($KEY, '192.0.2.1', 1)`, 'listed', true],
  unlist: [
    `DELETE FROM credential_ips WHERE credential_id = $KEY;
     UPDATE credentials SET ip_restricted = 0 WHERE id = $KEY`,
    'listed',
    false,
  ],
} as const
type Change = keyof typeof CHANGES

type Event =
  | { readonly do: 'change'; readonly change: Change }
  | { readonly do: 'publish' }
  | { readonly do: 'request'; readonly through: 0 | 1 }
  | { readonly do: 'busy'; readonly through: 0 | 1 }
  | { readonly do: 'race'; readonly change: Change; readonly publish: boolean }
  | { readonly do: 'old record'; readonly back: number }
  | { readonly do: 'evict' }
  | { readonly do: 'restart'; readonly isolate: 0 | 1 }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'settle' }

const change = fc.constantFrom(...(Object.keys(CHANGES) as Change[]))
const side = fc.constantFrom<0 | 1>(0, 1)
const request = fc.record({ do: fc.constant('request' as const), through: side })
const publish = fc.constant<Event>({ do: 'publish' })
const edit = fc.record({ do: fc.constant('change' as const), change })
const anyEvent: fc.Arbitrary<Event> = fc.oneof(
  { weight: 4, arbitrary: request },
  { weight: 3, arbitrary: edit },
  { weight: 3, arbitrary: publish },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('race' as const), change, publish: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('old record' as const), back: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('busy' as const), through: side }) },
  { weight: 1, arbitrary: fc.constant<Event>({ do: 'evict' }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), isolate: side }) },
  { weight: 1, arbitrary: fc.constant<Event>({ do: 'settle' }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 999, 1000) }),
  },
)

class Deployment {
  /** Whether the request may pass, in each state that D1 was in; the last is the present one. */
  private readonly states = [true]
  private readonly flags = { expired: false, suspended: false, narrowed: false, listed: false }
  private published = 0
  private readonly records: KeyRecord[] = []
  private now = START
  private readonly org: string
  private readonly key: { readonly id: string; readonly value: string; readonly digest: string }
  private readonly isolates: [Isolate, Isolate]

  private constructor(org: string, key: Deployment['key'], isolates: [Isolate, Isolate]) {
    this.org = org
    this.key = key
    this.isolates = isolates
  }

  static async start(): Promise<Deployment> {
    vi.setSystemTime(START)
    const org = await makeOrganization()
    const { id, value, digest } = await mint(org, 'secret')
    const key = { id, value, digest: digest ?? '' }
    return new Deployment(org, key, [await startIsolate(), await startIsolate()])
  }

  async play(event: Event): Promise<void> {
    this.now += 1
    vi.setSystemTime(this.now)
    switch (event.do) {
      case 'change':
        return await this.change(event.change)
      case 'publish':
        return await this.publish()
      case 'request':
        return await this.request(event.through)
      case 'busy':
        for (let i = 0; i < 6; i++) await this.request(event.through)
        return
      case 'race':
        return await this.race(event.change, event.publish)
      case 'old record':
        return await this.putBack(event.back)
      case 'evict':
        return await evictAllDurableObjects()
      case 'restart':
        this.isolates[event.isolate] = await startIsolate()
        return
      case 'wait':
        this.now += event.ms
        return
      case 'settle':
        return await this.settle()
    }
  }

  private async change(name: Change): Promise<void> {
    const [sql, flag, value] = CHANGES[name]
    const text = sql.replaceAll('$KEY', `'${this.key.id}'`).replaceAll('$ORG', `'${this.org}'`)
    this.flags[flag] = value
    // First, because a request on its way may see it before this is told that it is done.
    this.states.push(!Object.values(this.flags).includes(true))
    await run(...text.split(';'))
  }

  private async publish(): Promise<void> {
    const present = this.states.length - 1
    expect((await publishPending(env)).pending).toBe(0)
    this.published = Math.max(this.published, present)
  }

  private async request(through: 0 | 1): Promise<void> {
    const oldest = this.published
    const { status } = await this.isolates[through].call('/api/v1/sessions/s_1', {
      key: this.key.value,
    })
    await this.keepRecord()
    if (status === 200) expect(this.states.slice(oldest)).toContain(true)
    else expect([401, 403]).toContain(status)
    if (!this.states.includes(false)) expect(status).toBe(200)
  }

  private async race(name: Change, publishToo: boolean): Promise<void> {
    const then = async () => {
      await this.change(name)
      if (publishToo) await this.publish()
      await this.request(0)
    }
    await Promise.all([then(), this.request(1), this.request(0)])
  }

  /** Old records in KV, as another location or a slow writer may leave them. */
  private async putBack(back: number): Promise<void> {
    const record = this.records.at(-1 - back)
    if (record) await env.RECORDS.put(this.place(), JSON.stringify(record))
  }

  private async keepRecord(): Promise<void> {
    const record = await env.RECORDS.get<KeyRecord>(this.place(), 'json')
    if (record && this.records.at(-1)?.generation !== record.generation) this.records.push(record)
  }

  private place(): string {
    return placeOf({ by: 'digest', value: this.key.digest ?? '' })
  }

  /** Once all is published and a second has gone, both isolates agree with D1. */
  async settle(): Promise<void> {
    await this.publish()
    await this.putBack(0)
    vi.setSystemTime((this.now += 1_000))
    for (const isolate of this.isolates) {
      const { status } = await isolate.call('/api/v1/sessions/s_1', { key: this.key.value })
      expect(status === 200).toBe(this.states.at(-1))
    }
  }
}

beforeAll(applySchema)
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

it('no order of events forwards a request on what a published change had taken away', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyEvent, { minLength: 5, maxLength: 25 }), async (events) => {
      const deployment = await Deployment.start()
      for (const one of events) await deployment.play(one)
      await deployment.settle()
    }),
    { numRuns: 30 },
  )
})
