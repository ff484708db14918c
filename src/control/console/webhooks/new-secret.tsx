// A signing secret at the one moment when it is known.

import { Secret } from '../kit/code.tsx'

export function NewSecret({ secret, then }: { secret: string; then: string }) {
  return (
    <Secret label="The signing secret" value={secret} then={then}>
      <p>
        Your server checks each delivery by it, as Standard Webhooks describes: libraries take it as
        it is, <code>whsec_</code> included.
      </p>
    </Secret>
  )
}
