import { describe, expect, it } from 'vitest'

import { isEndless } from '../../../src/gate/relay/endless.ts'

const answer = (type: string, body: string | null = 'x') => {
  const { headers } = new Response(null, { headers: { 'content-type': type } })
  return { webSocket: null, body: new Response(body).body, headers }
}

describe('isEndless', () => {
  it.each([
    'text/event-stream',
    'text/event-stream; charset=utf-8',
    'Text/Event-Stream ;charset=utf-8',
    'application/x-ndjson',
    'application/ndjson',
    'application/jsonl',
    'application/x-jsonlines',
    'application/json-seq',
    'application/stream+json',
    'application/grpc-web+proto',
    'multipart/x-mixed-replace;boundary=x',
  ])('%s', (type) => {
    expect(isEndless(answer(type), {})).toBe(true)
    expect(isEndless(answer(type, null), {})).toBe(false)
  })

  it.each(['application/json', 'text/plain', 'text/event-streams', 'x/text/event-stream', ''])(
    'not %s, unless the route says so',
    (type) => {
      expect(isEndless(answer(type), {})).toBe(false)
      expect(isEndless(answer(type), { endless: true })).toBe(true)
      expect(isEndless(answer(type, null), { endless: true })).toBe(false)
    },
  )
})
