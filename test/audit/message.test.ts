import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { parseEvents } from '../../src/audit/message.ts'
import { anyEvent, someEvent } from './events.ts'

const head = { kind: 'audit', version: 1 }
const flawsOf = (...events: unknown[]) => parseEvents({ ...head, events }).flaws

describe('parseEvents', () => {
  it('any event comes out as it went in', () => {
    fc.assert(
      fc.property(fc.array(anyEvent), (events) => {
        const message = JSON.parse(JSON.stringify({ ...head, events })) as unknown
        expect(parseEvents(message)).toStrictEqual({ events, tally: undefined, flaws: [] })
      }),
    )
  })

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['text', '{"version":1,"events":[]}'],
    ['a list', []],
    ['no version', { kind: 'audit', events: [] }],
    ['another version', { ...head, version: 2, events: [] }],
    ['another kind', { ...head, kind: 'fences', events: [] }],
    ['a member that is not known', { ...head, events: [], table: 'credentials' }],
    ['no list', { ...head, events: { length: 1 } }],
    ['more than a message holds', { ...head, events: Array.from({ length: 1_001 }, () => 1) }],
  ])('%s is not a message', (_form, body) => {
    expect(parseEvents(body)).toStrictEqual({
      events: [],
      tally: undefined,
      flaws: [`the message is not { kind: 'audit', version: 1, events: […], nobody?: {…} }`],
    })
  })

  it.each<[string, object]>([
    ['id', { id: 'not a UUID' }],
    ['id', { id: '3F2B8C1E-9D47-4C55-8A10-1B2C3D4E5F60' }],
    ['at', { at: 0 }],
    ['at', { at: 1.5 }],
    ['at', { at: '2026-03-01' }],
    ['at', { at: 8.64e15 }],
    ['organization', { organization: '' }],
    ['organization', { organization: `org_${'o'.repeat(61)}` }],
    ['organization', { organization: '../x' }],
    ['kind', { kind: 'admin' }],
    ['environment', { environment: 'production' }],
    ['actor', { actor: '' }],
    ['actor', { actor: 'a'.repeat(321) }],
    ['method', { method: null }],
    ['path', { path: 'a\u0000b' }],
    ['path', { path: '\ud800' }],
    ['path', { path: '/'.repeat(2_049) }],
    ['decision', { decision: 'delayed' }],
    ['status', { status: 99 }],
    ['upstreamMs', { upstreamMs: -1 }],
    ['upstreamMs', { upstreamMs: Number.NaN }],
    ['credits', { credits: -1 }],
    ['credits', { credits: 0.5 }],
    ['key', { key: { toString: 'key_a' } }],
  ])('%s: %j', (name, over) => {
    expect(flawsOf({ ...someEvent(), ...over })).toStrictEqual([
      `events[0].${name} has not its form`,
    ])
  })

  it('a missing and an unknown member, and a refusal without reason', () => {
    const { credits: _credits, ...short } = someEvent()
    expect(flawsOf(short)).toStrictEqual(['events[0].credits has not its form'])
    expect(flawsOf({ ...someEvent(), key_value: 'vk_live_x' })).toStrictEqual([
      'events[0] has a member that is not known',
    ])
    expect(flawsOf(someEvent({ decision: 'refused' }))).toStrictEqual([
      'events[0].reason is missing',
    ])
    expect(flawsOf(null, 7)).toStrictEqual([
      'events[0] is not an object',
      'events[1] is not an object',
    ])
  })

  it('an event from before there was an actor names none', () => {
    const { actor: _actor, ...older } = someEvent()
    expect(parseEvents({ version: 1, events: [older] })).toStrictEqual({
      events: [{ ...older, actor: null }],
      tally: undefined,
      flaws: [],
    })
  })

  it('what can be read is taken, and no flaw tells a value', () => {
    const good = someEvent()
    const bad = someEvent({ path: 'vk_live_secret\n' })
    const { events, flaws } = parseEvents({ ...head, events: [bad, good] })
    expect(events).toStrictEqual([good])
    expect(flaws).toStrictEqual(['events[0].path has not its form'])
  })

  it('a message from before messages named their kind is read', () => {
    const events = [someEvent()]
    expect(parseEvents({ version: 1, events })).toStrictEqual({
      events,
      tally: undefined,
      flaws: [],
    })
  })

  const event = someEvent({
    ...{ organization: null, key: null, kind: null, environment: null },
    ...{ decision: 'refused', reason: 'credential_missing', status: 401, upstreamMs: null },
  })
  const count = { minute: 29_000_000, reason: 'a', product: null, refused: 3, lastAt: 1 }
  const nobody = { id: crypto.randomUUID(), at: 1, events: [event], counts: [count] }

  it('what an isolate had of nobody comes out as it went in', () => {
    const message: unknown = JSON.parse(JSON.stringify({ ...head, events: [], nobody }))
    expect(parseEvents(message)).toStrictEqual({ events: [], tally: nobody, flaws: [] })
  })

  it.each<[string, object]>([
    ['nobody is not { id, at, events, counts }', { more: 1 }],
    ['nobody.id has not its form', { id: '1' }],
    ['nobody.at has not its form', { at: -1 }],
    ['nobody.events[0] is not an object', { events: [null] }],
    ['nobody.events has one of somebody', { events: [someEvent()] }],
    ['nobody.counts[0] has not its form', { counts: [{ ...count, refused: 0 }] }],
    ['nobody.counts[0] has not its form', { counts: [{ ...count, table: 'x' }] }],
    ['nobody.counts is no list', { counts: Array.from({ length: 201 }, () => count) }],
  ])('%s: then none of it counts', (flaw, over) => {
    const good = someEvent()
    const message = { ...head, events: [good], nobody: { ...nobody, ...over } }
    expect(parseEvents(message)).toStrictEqual({ events: [good], tally: undefined, flaws: [flaw] })
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.anything(), (body) => void parseEvents(body)))
    fc.assert(fc.property(fc.array(fc.anything()), (events) => void flawsOf(...events)))
  })
})
