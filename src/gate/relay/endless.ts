// Which answers are watched: those that need not end. A WebSocket is one, and so is what says by its
// type that it is sent piece by piece, or what the catalog says of a route. All else ends by itself and is
// left to the runtime, which passes its bytes on without us: an answer that is not watched costs nothing.

import type { Route } from '../../catalog/define.ts'

/**
 * Types of streams of records: server-sent events (WHATWG HTML §9.2), lines or records of JSON (RFC 7464,
 * and what frameworks call them), parts that replace each other, playlists of live media and gRPC-Web.
 */
const STREAM =
  /^(?:text\/event-stream|application\/(?:x-)?(?:ndjson|jsonl(?:ines)?|json-lines|json-seq|json-stream|stream\+json)|application\/grpc(?:-web(?:-text)?)?(?:\+[\w-]+)?|multipart\/(?:x-mixed-replace|mixed-replace))\s*(?:;|$)/i

interface Answer {
  readonly webSocket: unknown
  readonly body: unknown
  readonly headers: Pick<Headers, 'get'>
}

/** Whether an answer may go on for as long as it likes. */
export function isEndless(
  { webSocket, body, headers }: Answer,
  { endless = false }: Pick<Route, 'endless'>,
): boolean {
  if (webSocket) return true
  return body !== null && (endless || STREAM.test(headers.get('content-type') ?? ''))
}
