// The body of a request on its way upstream: streamed and never parsed. A large one is watched, so that
// an upstream that takes no more of it is told from a client that sends slowly.

import type { HeaderReader } from './sent-headers.ts'

/** Up to this declared length an upload counts as sent at once. */
const SMALL_BODY_BYTES = 1024 * 1024
const CHUNK_BYTES = 256 * 1024

/** The body to send; of a large one also how far it is. */
export interface Upload {
  readonly body: ReadableStream | null
  readonly progress?: Progress
}

export interface Progress {
  /** Since when it is the upstream's turn (Unix ms); null while it is the client's. */
  upstreamSince: number | null
}

/** A body on GET or HEAD has no meaning (RFC 9110 §9.3.1) and is not forwarded. Lengths stay as declared. */
export function uploadOf(request: Request, method: string, headers: HeaderReader): Upload {
  if (method === 'GET' || method === 'HEAD' || !request.body) return { body: null }
  const declared = headers.get('content-length')
  const length = declared === null ? undefined : Number(declared)
  if (length !== undefined && length <= SMALL_BODY_BYTES) return { body: request.body }
  const { readable, writable } =
    length === undefined ? new IdentityTransformStream() : new FixedLengthStream(length)
  const progress: Progress = { upstreamSince: null }
  void passOn(request.body, writable, progress)
  return { body: readable, progress }
}

/** Ends when all is sent, or when either side has gone: then fetch tells it. */
async function passOn(
  from: ReadableStream<Uint8Array>,
  to: WritableStream<Uint8Array>,
  progress: Progress,
): Promise<void> {
  const reader = from.getReader({ mode: 'byob' })
  const writer = to.getWriter()
  try {
    let chunk = await reader.read(new Uint8Array(CHUNK_BYTES))
    while (!chunk.done) {
      progress.upstreamSince = Date.now()
      await writer.write(chunk.value)
      progress.upstreamSince = null
      chunk = await reader.read(new Uint8Array(chunk.value.buffer))
    }
    progress.upstreamSince = Date.now()
    await writer.close()
  } catch (error) {
    progress.upstreamSince ??= Date.now()
    await Promise.allSettled([writer.abort(error), reader.cancel(error)])
  }
}

/** Returns once the upstream has had its turn for so long, or up to a quarter longer. */
export async function lateAfter(progress: Progress, deadlineMs: number): Promise<void> {
  for (;;) {
    const { upstreamSince } = progress
    const left = upstreamSince === null ? deadlineMs : upstreamSince + deadlineMs - Date.now()
    if (left <= 0) return
    await scheduler.wait(Math.min(left, deadlineMs / 4))
  }
}
