// What a change answers with: made, and since when nothing older passes anywhere.

import type { AnswerOf } from '../../client/client.ts'
import { Facts } from './facts.tsx'
import { Time } from './time.tsx'

/** What the API answers a change with; times are Unix milliseconds. */
export interface ChangeReceipt {
  readonly enforced_at: number | null
  readonly pending: number
  readonly change_id?: string | undefined
  readonly revoked_at?: number | undefined
}

/** How far a change has come that the queue finishes. */
export type ChangeProgress = Pick<AnswerOf<'getChange'>, 'total' | 'pending' | 'enforced_at'>

interface ReceiptProps {
  receipt: ChangeReceipt | undefined
  progress?: ChangeProgress | undefined
}

/** `progress` is asked for by the page where the receipt names a change; see receiptOf. */
export function Receipt({ receipt, progress }: ReceiptProps) {
  if (!receipt) return null
  const { revoked_at: revokedAt, change_id: change } = receipt
  const enforced = progress ? progress.enforced_at : receipt.enforced_at
  return (
    <section class={`notice ${enforced === null ? 'warn' : 'good'}`} aria-labelledby="receipt">
      <h2 id="receipt">Receipt</h2>
      <Facts
        rows={[
          revokedAt !== undefined && ['Revoked at', <Time ms={revokedAt} />],
          ['In force since', <Time ms={enforced} otherwise="not everywhere yet" />],
          change !== undefined && ['Change', <code class="id">{change}</code>],
        ]}
      />
      <p>{sentence(receipt, progress)}</p>
    </section>
  )
}

function sentence(receipt: ChangeReceipt, progress: ChangeProgress | undefined): string {
  const enforced = progress ? progress.enforced_at : receipt.enforced_at
  if (enforced !== null) {
    return 'No request that begins later is decided on what was before, in any place.'
  }
  if (progress) {
    const done = progress.total - progress.pending
    return `The change is made. ${done} of ${progress.total} keys go by it; reload this page to see the rest follow.`
  }
  const keys = receipt.pending === 1 ? 'One key’s guard' : `The guards of ${receipt.pending} keys`
  return `The change is made. ${keys} could not be told yet; that is tried again each minute until it is done.`
}
