// Replacing a key by one of the same configuration, with a time in which both go on.

import { call } from '../api.ts'
import { DAY_SECONDS, SpanField } from '../kit/choices.tsx'
import { formPage } from '../kit/form-page.tsx'
import { secondsOf } from '../kit/number.ts'
import { Receipt } from '../kit/receipt.tsx'
import { Section } from '../kit/section.tsx'
import { Time } from '../kit/time.tsx'
import { page } from '../respond.tsx'
import { backToKey, keyUrl, readKey } from './read.ts'
import { NewKey } from './new-key.tsx'

const LABELS = { grace_seconds: 'Grace for the old key' }

export const rotateKey = formPage({
  read: readKey,
  title: 'Rotate the key',
  back: backToKey,
  submit: 'Rotate',
  labels: LABELS,
  intro: (_c, { name }) => (
    <p>
      A new key takes the place of <strong>{name}</strong>: the same products, scopes and lists, and
      a new value, shown once. The old value goes on for the grace that you choose.
    </p>
  ),
  content: () => (
    <SpanField
      name="grace_seconds"
      legend={LABELS.grace_seconds}
      none="The old key ends at once, as after a leak."
      most={30 * DAY_SECONDS}
    />
  ),
  act: (c, { id }) => {
    const body = { grace_seconds: secondsOf(c.get('form').get('grace_seconds')) }
    return call(c, 'rotateKey', { params: { id }, body })
  },
  answer: (c, _, { key, old, receipt }) =>
    page(
      c,
      { title: `Key “${key.name}”, rotated`, status: 201 },
      <>
        <NewKey c={c} made={key} />
        <Section id="old" title="The old key">
          <p>
            It ends at <Time ms={old.expires_at} />. Until then its page shows{' '}
            <a href={`${keyUrl(c, old.id)}#callers`}>who still calls with it</a>.
          </p>
        </Section>
        <Receipt receipt={receipt} />
        <p>
          <a href={keyUrl(c, key.id)}>Go to the new key</a>
        </p>
      </>,
    ),
})
