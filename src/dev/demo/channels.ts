// What passes a gate besides JSON, below /api/v1/demo: server-sent events, a WebSocket, a redirect,
// an answer that comes late, and one with headers that no client should see.

import { sleep } from '../../lib/sleep.ts'

type Facts = Readonly<Record<string, unknown>>

const EVENT_EVERY_MS = 200
const EVENTS_MAX = 1_000
const SLOW_MAX_MS = 60_000

/** The answer of a demo route; nothing when the path is none of them. */
export function channel(request: Request, facts: Facts): Promise<Response> | Response | undefined {
  const { pathname, searchParams } = new URL(request.url)
  switch (pathname) {
    case '/api/v1/demo/stream':
      return events(countOf(searchParams.get('events'), 5, EVENTS_MAX))
    case '/api/v1/demo/ws':
      return echo(request, facts)
    case '/api/v1/demo/redirect': {
      const location = searchParams.get('to') ?? 'https://elsewhere.example.com/landing'
      return Response.json(facts, { status: 302, headers: { location } })
    }
    case '/api/v1/demo/slow':
      return late(countOf(searchParams.get('ms'), 10_000, SLOW_MAX_MS), facts)
    case '/api/v1/demo/hostile':
      return hostile(facts)
    default:
      return undefined
  }
}

/** Server-sent events, the first at once; each says when it was sent (Unix ms). */
function events(count: number): Response {
  let sent = 0
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (sent === count) return controller.close()
      if (sent > 0) await sleep(EVENT_EVERY_MS)
      sent++
      const data = JSON.stringify({ event: sent, of: count, sent_at: Date.now() })
      controller.enqueue(new TextEncoder().encode(`id: ${sent}\ndata: ${data}\n\n`))
    },
  })
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}

/** Sends back every message as it came. */
function echo(request: Request, facts: Facts): Response {
  if (request.headers.get('upgrade') !== 'websocket') {
    return Response.json({ error: 'upgrade_required', ...facts }, { status: 426 })
  }
  const { 0: client, 1: server } = new WebSocketPair()
  server.accept()
  server.addEventListener('message', ({ data }) => server.send(data))
  server.addEventListener('close', ({ code, reason }) => server.close(code, reason))
  return new Response(null, { status: 101, webSocket: client })
}

async function late(ms: number, facts: Facts): Promise<Response> {
  await sleep(ms)
  return Response.json({ waited_ms: ms, ...facts })
}

function hostile(facts: Facts): Response {
  return Response.json(facts, {
    headers: {
      'access-control-allow-origin': '*',
      'access-control-allow-credentials': 'true',
      'x-edge-org-id': 'org_forged',
      'x-edge-reason': 'forged',
      connection: 'x-internal',
      'x-internal': '1',
      'server-timing': 'db;dur=12',
    },
  })
}

function countOf(text: string | null, otherwise: number, max: number): number {
  const count = text !== null && /^\d{1,6}$/.test(text) ? Number(text) : otherwise
  return Math.min(count, max)
}
