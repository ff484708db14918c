// A new signing secret, with a time in which the old one signs as well.

import { call } from '../api.ts'
import { DAY_SECONDS, SpanField } from '../kit/choices.tsx'
import { formPage } from '../kit/form-page.tsx'
import { secondsOf } from '../kit/number.ts'
import { Time } from '../kit/time.tsx'
import { page } from '../respond.tsx'
import { backToEndpoint, endpointUrl, readEndpoint } from './read.ts'
import { NewSecret } from './new-secret.tsx'

const LABELS = { overlap_seconds: 'How long the old secret signs as well' }

export const rotateSecret = formPage({
  read: readEndpoint,
  title: 'Rotate the secret',
  back: backToEndpoint,
  submit: 'Rotate',
  labels: LABELS,
  intro: (_c, { previous_secret_expires_at: until }) => (
    <p>
      A new secret is shown once. Until the time that you choose, each delivery carries both
      signatures, so a server with either secret accepts it.
      {until === null ? null : ' The secret of the last rotation, which still signs, ends now.'}
    </p>
  ),
  content: () => (
    <SpanField
      name="overlap_seconds"
      legend={LABELS.overlap_seconds}
      none="The old secret ends at once, as after a leak."
      most={7 * DAY_SECONDS}
    />
  ),
  act: (c, { id }) => {
    const body = { overlap_seconds: secondsOf(c.get('form').get('overlap_seconds')) }
    return call(c, 'rotateEndpointSecret', { params: { id }, body })
  },
  answer: (c, endpoint, { secret, previous_secret_expires_at: until }) =>
    page(
      c,
      { title: 'The secret was rotated', back: backToEndpoint(c, endpoint) },
      <>
        <NewSecret secret={secret} then={endpointUrl(c, endpoint.id)} />
        <p>
          {until === null ? (
            'The old secret signs nothing any more.'
          ) : (
            <>
              The old secret signs as well until <Time ms={until} />.
            </>
          )}
        </p>
      </>,
    ),
})
