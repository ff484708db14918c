import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { parseEvents } from '../../src/accounts/message.ts'
import { anyEvent, someEvent } from './events.ts'

const flawsOf = (...events: unknown[]) => parseEvents({ version: 1, events }).flaws

describe('parseEvents', () => {
  it('any event comes out as it went in', () => {
    fc.assert(
      fc.property(fc.array(anyEvent), (events) => {
        const message = JSON.parse(JSON.stringify({ version: 1, events })) as unknown
        expect(parseEvents(message)).toStrictEqual({ events, flaws: [] })
      }),
    )
  })

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['text', '{"version":1,"events":[]}'],
    ['a list', []],
    ['no version', { events: [] }],
    ['another version', { version: 2, events: [] }],
    ['no list', { version: 1, events: { length: 1 } }],
  ])('%s is not a message', (_form, body) => {
    expect(parseEvents(body)).toStrictEqual({
      events: [],
      flaws: ['the message is not { version: 1, events: […] }'],
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
    ['organization', { organization: 'o'.repeat(65) }],
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
      flaws: [],
    })
  })

  it('what can be read is taken, and no flaw tells a value', () => {
    const good = someEvent()
    const bad = someEvent({ path: 'vk_live_secret\n' })
    const { events, flaws } = parseEvents({ version: 1, events: [bad, good] })
    expect(events).toStrictEqual([good])
    expect(flaws).toStrictEqual(['events[0].path has not its form'])
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.anything(), (body) => void parseEvents(body)))
    fc.assert(fc.property(fc.array(fc.anything()), (events) => void flawsOf(...events)))
  })
})
