// Replacing a key by one of the same configuration, with a time in which both go on.

import { call } from '../api.ts'
import type { PageContext } from '../context.ts'
import { Choices } from '../kit/choices.tsx'
import { confirmAction } from '../kit/confirm-action.tsx'
import { secondsOf } from '../kit/number.ts'
import { Receipt, type ChangeReceipt } from '../kit/receipt.tsx'
import { Time } from '../kit/time.tsx'
import { page, type Answered } from '../respond.tsx'
import { backToKey, keyUrl, readKey } from './read.ts'
import { ShownOnce, type NewKey } from './shown.tsx'

const GRACES = [
  { value: '0', label: 'None', hint: 'The old key ends at once, as after a leak.' },
  { value: '3600', label: 'One hour' },
  { value: '86400', label: 'One day' },
  { value: '604800', label: 'Seven days' },
  { value: '2592000', label: 'Thirty days' },
]
const USUAL_GRACE = '86400'
const LABELS = { grace_seconds: 'Grace for the old key' }

interface Rotation {
  readonly key: NewKey
  readonly old: { readonly id: string; readonly expires_at: number }
  readonly receipt: ChangeReceipt
}

export const rotateKey = confirmAction({
  read: readKey,
  title: () => 'Rotate the key',
  back: backToKey,
  submit: 'Rotate',
  labels: LABELS,
  intro: ({ name }) => (
    <p>
      A new key takes the place of <strong>{name}</strong>: the same products, scopes and lists, and
      a new value, shown once. The old value goes on for the grace that you choose.
    </p>
  ),
  content: (c, _key, fault) => (
    <Choices
      name="grace_seconds"
      legend={LABELS.grace_seconds}
      type="radio"
      choices={GRACES}
      chosen={[c.get('form')?.get('grace_seconds') ?? USUAL_GRACE]}
      fault={fault}
    />
  ),
  act: (c, { id }) => {
    const body = { grace_seconds: secondsOf(c.get('form').get('grace_seconds')) }
    return call<Rotation>(c, 'rotateKey', { params: { id }, body })
  },
  answer: (c, _key, rotation) => rotatedPage(c, rotation),
})

function rotatedPage(c: PageContext, { key, old, receipt }: Rotation): Answered {
  return page(
    c,
    { title: `Key “${key.name}”, rotated`, status: 201 },
    <>
      <ShownOnce c={c} made={key} />
      <section aria-labelledby="old">
        <h2 id="old">The old key</h2>
        <p>
          It ends at <Time ms={old.expires_at} />. Until then its page shows{' '}
          <a href={`${keyUrl(c, old.id)}#callers`}>who still calls with it</a>.
        </p>
      </section>
      <Receipt receipt={receipt} />
      <p>
        <a href={keyUrl(c, key.id)}>Go to the new key</a>
      </p>
    </>,
  )
}
