// An answer that may stay open, given to the client through a relay, and watched until it ends.

import { accountForEnd } from '../../audit/ended.ts'
import type { Denial } from '../../reasons/denial.ts'
import type { GateDeps } from '../deps.ts'
import type { Forwarding } from '../forward/forwarding.ts'
import { ENDED, UNDECIDED } from './close-code.ts'
import { relayBody } from './stream.ts'
import { Watch } from './watch.ts'
import { relayWebSocket } from './web-socket.ts'

/** Relays an answer, and ends it once its key may not have it any more. */
export function relay(
  answer: Response,
  { passage, presented, admitted }: Forwarding,
  deps: GateDeps,
): Response {
  const { key, grant } = admitted
  const { address, headers, waitUntil, nowMs } = passage
  const { matched } = grant
  const opened = { presented, asked: { scheme: presented.scheme, address, headers, matched } }
  let end: (denial: Denial) => void
  const watch = new Watch(opened, deps, waitUntil, (denial) => {
    end(denial)
    const { method, requestId, clientIp, target } = passage
    const request = { method, requestId, clientIp, path: target.path, waitUntil }
    accountForEnd({ ...request, caller: key.principal.record, matched, denial }, deps)
  })
  const onOver = (): void => watch.stop()
  let response: Response
  if (answer.webSocket) {
    const socket = relayWebSocket(answer.webSocket, {
      onOver,
      onOverflow() {
        watch.stop()
        console.warn(`connection ${passage.requestId} ended: a peer let too much wait`)
      },
      hangUp: () => passage.hangUp?.(`connection ${passage.requestId}: peers did not close`),
    })
    end = ({ reason }) => socket.end(isUndecided(reason) ? UNDECIDED : ENDED, reason)
    response = new Response(null, {
      status: 101,
      headers: answer.headers,
      webSocket: socket.client,
    })
  } else {
    const body = relayBody(answer.body!, onOver)
    end = ({ reason }) => body.cut(reason)
    response = new Response(body.body, answer)
    response.headers.delete('content-length')
  }
  watch.start({ confirmedAt: nowMs, expiresAt: key.principal.expiresAt })
  return response
}

function isUndecided(reason: Denial['reason']): boolean {
  return reason === 'guard_unreachable' || reason === 'records_unreachable'
}
