// Replacing a key by one of the same configuration, with a time in which both go on.

import type { KeyView } from '../../api/keys/schemas.ts'
import { call } from '../api.ts'
import type { PageContext } from '../context.ts'
import { Choices } from '../kit/choices.tsx'
import { faultOf } from '../kit/fault.ts'
import type { Fault } from '../kit/fault.ts'
import { Form } from '../kit/form.tsx'
import { Problem } from '../kit/problem.tsx'
import { Receipt } from '../kit/receipt.tsx'
import { Time } from '../kit/time.tsx'
import type { ChangeReceipt } from '../kit/receipt.tsx'
import { page, refused } from '../respond.tsx'
import type { Answered } from '../respond.tsx'
import { backToKey, keyUrl, readKey } from './read.ts'
import { ShownOnce } from './shown.tsx'
import type { NewKey } from './shown.tsx'

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

export async function askRotation(c: PageContext): Promise<Response> {
  const found = await readKey(c)
  return found.ok ? rotationPage(c, found.value) : refused(c, found)
}

export async function rotateKey(c: PageContext): Promise<Response> {
  const found = await readKey(c)
  if (!found.ok) return refused(c, found)
  const grace = c.get('form').get('grace_seconds') ?? ''
  const rotated = await call<Rotation>(c, 'rotateKey', {
    params: { id: found.value.id },
    // The API refuses what is no number; an absent choice must not pass for none.
    body: { grace_seconds: /^\d{1,9}$/.test(grace) ? Number(grace) : grace },
  })
  if (!rotated.ok) {
    const fault = faultOf(rotated, LABELS)
    return rotationPage(c, found.value, fault)
  }
  const { key, old, receipt } = rotated.value
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

function rotationPage(c: PageContext, key: KeyView, fault?: Fault): Answered {
  const back = backToKey(c, key)
  return page(
    c,
    { title: 'Rotate the key', back, fault },
    <>
      <Problem fault={fault} labels={LABELS} />
      <p>
        A new key takes the place of <strong>{key.name}</strong>: the same products, scopes and
        lists, and a new value, shown once. The old value goes on for the grace that you choose.
      </p>
      <Form c={c} submit="Rotate" cancel={back.href}>
        <Choices
          name="grace_seconds"
          legend="Grace for the old key"
          type="radio"
          choices={GRACES}
          chosen={[c.get('form')?.get('grace_seconds') ?? USUAL_GRACE]}
          fault={fault}
        />
      </Form>
    </>,
  )
}
