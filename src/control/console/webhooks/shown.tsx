// A signing secret at the one moment when it is known.

import { Secret } from '../kit/code.tsx'

/** In its place, where an equal form was sent before. */
export function ShownBefore({ then }: { then: string }) {
  return (
    <div class="notice warn" data-once={then}>
      <p>
        This endpoint was added by the same form before, and its secret was shown then. If it was
        not copied, <a href={then}>open the endpoint</a> and rotate its secret.
      </p>
    </div>
  )
}

export function ShownSecret({ secret, then }: { secret: string; then: string }) {
  return (
    <Secret label="The signing secret" value={secret} then={then}>
      <p>
        Your server checks each delivery by it, as Standard Webhooks describes: libraries take it as
        it is, <code>whsec_</code> included.
      </p>
    </Secret>
  )
}
