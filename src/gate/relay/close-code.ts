// Close codes as they may be sent (RFC 6455 §7.4). 1005, 1006 and 1015 stand for what was not: no code, no
// close frame, no TLS; they must not appear in one.

/** "Bad gateway" (IANA, WebSocket Close Code Number): told to a client whose upstream has vanished. */
export const UPSTREAM_LOST = 1014
/** "Going away": told to an upstream whose client has vanished. */
export const CLIENT_LOST = 1001
/** "Policy violation": the gate has ended it; the reason says why. */
export const ENDED = 1008
/** "Try again later" (IANA): it could not be decided about. */
export const UNDECIDED = 1013

/** What to send for a code that was received; undefined: a close frame without one. */
export function codeToSend(code: number, lost: number): number | undefined {
  if (code === 1005) return undefined
  return isLost(code) ? lost : code
}

/** Whether a peer went without a close frame. */
export function isLost(code: number): boolean {
  return code === 1006 || code === 1015
}
