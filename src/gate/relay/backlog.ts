// How much may wait for a peer of a WebSocket that takes it more slowly than it comes. A WebSocket cannot
// be read more slowly in this runtime, so what would pile up is closed instead.

/** The most that may wait, of the 128 MB that an isolate has for all it does. */
export const BACKLOG_MAX_BYTES = 16 * 1024 * 1024
/** A runtime without `bufferedAmount` (before workerd 1.20261117) does not say: so much in a period passes. */
const UNTOLD_MAX_BYTES = 64 * 1024 * 1024
const UNTOLD_PERIOD_MS = 10_000

export class Backlog {
  private readonly socket: { readonly bufferedAmount?: number | undefined }
  private since = 0
  private sent = 0

  /** Of what is sent to this socket. */
  constructor(socket: { readonly bufferedAmount?: number | undefined }) {
    this.socket = socket
  }

  /** Whether so many bytes more may be sent at a time (Unix ms). One message always may. */
  takes(bytes: number, nowMs: number): boolean {
    const waiting = this.socket.bufferedAmount
    if (waiting !== undefined) return waiting === 0 || waiting + bytes <= BACKLOG_MAX_BYTES
    if (nowMs - this.since >= UNTOLD_PERIOD_MS || nowMs < this.since) {
      this.since = nowMs
      this.sent = 0
    }
    this.sent += bytes
    return this.sent <= UNTOLD_MAX_BYTES
  }
}
