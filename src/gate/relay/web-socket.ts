// A WebSocket whose messages go through here, so that it can be ended: as they come, in both directions,
// text and binary. Close codes and reasons pass; a peer that is lost is told to the other. Pings and pongs
// belong to each connection and are the runtime's.

import { Backlog } from './backlog.ts'
import { CLIENT_LOST, codeToSend, ENDED, isLost, UPSTREAM_LOST } from './close-code.ts'

/** A peer has so long to answer a close frame after the gate has ended the connection. */
export const END_GRACE_MS = 5_000
/** And so long after the other peer has closed it. */
const CLOSE_GRACE_MS = 30_000

export interface SocketRelay {
  /** For the client's answer. */
  readonly client: WebSocket
  /** Closes both sides; what comes after is dropped. */
  readonly end: (code: number, reason: string) => void
}

interface RelayEvents {
  /** Both sides have closed. */
  readonly onOver: () => void
  /** A peer lets too much wait, and the relay has ended the connection. */
  readonly onOverflow: () => void
  /** Peers have not closed in time: cuts their connections. */
  readonly hangUp: () => void
}

/** Joins an upstream's accepted handshake with a new socket for the client. */
export function relayWebSocket(upstream: WebSocket, events: RelayEvents): SocketRelay {
  const { 0: client, 1: server } = new WebSocketPair()
  const sides = [new Side(upstream, UPSTREAM_LOST), new Side(server, CLIENT_LOST)] as const
  let ended = false
  let grace: ReturnType<typeof setTimeout> | null = null

  const closing = (graceMs: number): void => {
    clearTimeout(grace)
    if (!sides.every(({ over }) => over)) grace = setTimeout(events.hangUp, graceMs)
    else events.onOver()
  }
  const end = (code: number, reason: string): void => {
    if (ended) return
    ended = true
    for (const side of sides) side.close(code, reason)
    closing(END_GRACE_MS)
  }
  const join = (from: Side, to: Side): void => {
    from.socket.addEventListener('message', ({ data }) => {
      if (ended || to.closed) return
      if (to.takes(data as string | ArrayBuffer)) return
      end(ENDED, 'backlog')
      events.onOverflow()
    })
    const leave = (code: number, reason: string): void => {
      if (from.over) return
      from.over = true
      // What is said of a lost peer is the runtime's.
      to.close(codeToSend(code, from.lostCode), isLost(code) ? '' : reason)
      closing(ended ? END_GRACE_MS : CLOSE_GRACE_MS)
    }
    from.socket.addEventListener('close', ({ code, reason }) => leave(code, reason))
    from.socket.addEventListener('error', () => leave(1006, ''))
    from.socket.binaryType = 'arraybuffer'
    // Otherwise the runtime would answer a close frame before the other peer has.
    from.socket.accept({ allowHalfOpen: true })
  }
  join(...sides)
  join(sides[1], sides[0])
  return { client, end }
}

class Side {
  readonly socket: WebSocket
  /** Told to the other side when this one is lost. */
  readonly lostCode: number
  /** The peer has closed, or is gone. */
  over = false
  /** We have. */
  closed = false
  private readonly backlog: Backlog

  constructor(socket: WebSocket, lostCode: number) {
    this.socket = socket
    this.lostCode = lostCode
    this.backlog = new Backlog(socket)
  }

  /** Sends a message; false: too much waits already. */
  takes(data: string | ArrayBuffer): boolean {
    const bytes = typeof data === 'string' ? data.length : data.byteLength
    if (!this.backlog.takes(bytes, Date.now())) return false
    this.socket.send(data)
    return true
  }

  close(code: number | undefined, reason: string): void {
    if (this.closed) return
    this.closed = true
    try {
      if (code === undefined) this.socket.close()
      else this.socket.close(code, reason)
    } catch {
      // A code that nobody may send, or a peer that is gone already.
      this.over ||= this.socket.readyState === WebSocket.CLOSED
      if (!this.over) this.socket.close(this.lostCode)
    }
  }
}
