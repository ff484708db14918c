// A body whose pieces are still pumped by the runtime, with its backpressure, but held by us, so that it
// can be cut off. Cut off is not ended: the client sees a broken transfer, not a whole one.

export interface BodyRelay {
  readonly body: ReadableStream
  readonly cut: (reason: string) => void
}

/** `onOver`: either side has ended it, or it was cut. */
export function relayBody(from: ReadableStream, onOver: () => void): BodyRelay {
  const { readable, writable } = new IdentityTransformStream()
  const cutting = new AbortController()
  void from.pipeTo(writable, { signal: cutting.signal }).then(onOver, onOver)
  return { body: readable, cut: (reason) => cutting.abort(new Error(reason)) }
}
