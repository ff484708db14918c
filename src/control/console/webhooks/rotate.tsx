// A new signing secret, with a time in which the old one signs as well.

import type { EndpointView } from '../../webhooks/endpoint-view.ts'
import { call } from '../api.ts'
import type { PageContext } from '../context.ts'
import { Choices } from '../kit/choices.tsx'
import { confirmAction } from '../kit/confirm-action.tsx'
import { secondsOf } from '../kit/number.ts'
import { Time } from '../kit/time.tsx'
import { page, type Answered } from '../respond.tsx'
import { backToEndpoint, endpointUrl, readEndpoint, type EndpointWithSecret } from './read.ts'
import { ShownSecret } from './shown.tsx'

const OVERLAPS = [
  { value: '0', label: 'None', hint: 'The old secret ends at once, as after a leak.' },
  { value: '3600', label: 'One hour' },
  { value: '86400', label: 'One day' },
  { value: '604800', label: 'Seven days' },
]
const USUAL_OVERLAP = '86400'
const LABELS = { overlap_seconds: 'How long the old secret signs as well' }

export const rotateSecret = confirmAction({
  read: readEndpoint,
  title: () => 'Rotate the secret',
  back: backToEndpoint,
  submit: 'Rotate',
  labels: LABELS,
  intro: ({ previous_secret_expires_at: until }) => (
    <p>
      A new secret is shown once. Until the time that you choose, each delivery carries both
      signatures, so a server with either secret accepts it.
      {until === null ? null : ' The secret of the last rotation, which still signs, ends now.'}
    </p>
  ),
  content: (c, _endpoint, fault) => (
    <Choices
      name="overlap_seconds"
      legend={LABELS.overlap_seconds}
      type="radio"
      choices={OVERLAPS}
      chosen={[c.get('form')?.get('overlap_seconds') ?? USUAL_OVERLAP]}
      fault={fault}
    />
  ),
  act: (c, { id }) => {
    const body = { overlap_seconds: secondsOf(c.get('form').get('overlap_seconds')) }
    return call<EndpointWithSecret>(c, 'rotateEndpointSecret', { params: { id }, body })
  },
  answer: rotatedPage,
})

function rotatedPage(
  c: PageContext,
  endpoint: EndpointView,
  { secret, previous_secret_expires_at: until }: EndpointWithSecret,
): Answered {
  return page(
    c,
    { title: 'The secret was rotated', back: backToEndpoint(c, endpoint) },
    <>
      <ShownSecret secret={secret} then={endpointUrl(c, endpoint.id)} />
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
  )
}
