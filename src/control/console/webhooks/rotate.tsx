// A new signing secret, with a time in which the old one signs as well.

import type { EndpointView } from '../../webhooks/endpoint-view.ts'
import { call } from '../api.ts'
import type { PageContext } from '../context.ts'
import { Choices } from '../kit/choices.tsx'
import { faultOf } from '../kit/fault.ts'
import type { Fault } from '../kit/fault.ts'
import { Form } from '../kit/form.tsx'
import { Problem } from '../kit/problem.tsx'
import { Time } from '../kit/time.tsx'
import { page, refused } from '../respond.tsx'
import type { Answered } from '../respond.tsx'
import { backToEndpoint, endpointUrl, readEndpoint } from './read.ts'
import type { EndpointWithSecret } from './read.ts'
import { ShownSecret } from './shown.tsx'

const OVERLAPS = [
  { value: '0', label: 'None', hint: 'The old secret ends at once, as after a leak.' },
  { value: '3600', label: 'One hour' },
  { value: '86400', label: 'One day' },
  { value: '604800', label: 'Seven days' },
]
const USUAL_OVERLAP = '86400'
const LABELS = { overlap_seconds: 'How long the old secret signs as well' }

export async function askRotation(c: PageContext): Promise<Response> {
  const found = await readEndpoint(c)
  return found.ok ? rotationPage(c, found.value) : refused(c, found)
}

export async function rotateSecret(c: PageContext): Promise<Response> {
  const found = await readEndpoint(c)
  if (!found.ok) return refused(c, found)
  const { id } = found.value
  const overlap = c.get('form').get('overlap_seconds') ?? ''
  const rotated = await call<EndpointWithSecret>(c, 'rotateEndpointSecret', {
    params: { id },
    // The API refuses what is no number; an absent choice must not pass for none.
    body: { overlap_seconds: /^\d{1,9}$/.test(overlap) ? Number(overlap) : overlap },
  })
  if (!rotated.ok) {
    return rotationPage(c, found.value, faultOf(rotated, LABELS))
  }
  const { secret, previous_secret_expires_at: until } = rotated.value
  return page(
    c,
    { title: 'The secret was rotated', back: backToEndpoint(c, found.value) },
    <>
      <ShownSecret secret={secret} then={endpointUrl(c, id)} />
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

function rotationPage(c: PageContext, endpoint: EndpointView, fault?: Fault): Answered {
  const back = backToEndpoint(c, endpoint)
  return page(
    c,
    { title: 'Rotate the secret', back, fault },
    <>
      <Problem fault={fault} labels={LABELS} />
      <p>
        A new secret is shown once. Until the time that you choose, each delivery carries both
        signatures, so a server with either secret accepts it.
        {endpoint.previous_secret_expires_at === null
          ? null
          : ' The secret of the last rotation, which still signs, ends now.'}
      </p>
      <Form c={c} submit="Rotate" cancel={back.href}>
        <Choices
          name="overlap_seconds"
          legend={LABELS.overlap_seconds}
          type="radio"
          choices={OVERLAPS}
          chosen={[c.get('form')?.get('overlap_seconds') ?? USUAL_OVERLAP]}
          fault={fault}
        />
      </Form>
    </>,
  )
}
