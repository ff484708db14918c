// The fields of an endpoint's form: where it sends, what, and what it is for.

import type { EndpointView } from '../../webhooks/endpoint-view.ts'
import { Choices } from '../kit/choices.tsx'
import type { Fault } from '../kit/fault.ts'
import { Field } from '../kit/field.tsx'
import { EVENTS } from './read.ts'

export interface EndpointForm {
  readonly url: string
  readonly description: string
  readonly events: readonly string[]
}

export const ENDPOINT_LABELS = { url: 'Address', description: 'Description', events: 'Events' }

/** All events, as the API has it where none is named. */
export const SUGGESTION: EndpointForm = { url: '', description: '', events: Object.keys(EVENTS) }

export function formOfEndpoint({ url, description, events }: EndpointView): EndpointForm {
  return { url, description, events }
}

/** What was typed, to be shown again or sent on. */
export function formOfPost(form: URLSearchParams): EndpointForm {
  return {
    url: (form.get('url') ?? '').trim(),
    description: (form.get('description') ?? '').trim(),
    events: form.getAll('events'),
  }
}

export function EndpointFields({
  values,
  fault,
}: {
  values: EndpointForm
  fault: Fault | undefined
}) {
  return (
    <>
      <Field
        name="url"
        label="Address"
        type="url"
        required
        code
        maxlength={2048}
        value={values.url}
        placeholder="https://hooks.example.com/portcullis"
        hint="Public, and https. Redirects are not followed."
        fault={fault}
      />
      <Field
        name="description"
        label="Description"
        maxlength={500}
        value={values.description}
        hint="What receives it, such as “Alerts of the security team”."
        fault={fault}
      />
      <Choices
        name="events"
        legend="Events"
        type="checkbox"
        choices={Object.entries(EVENTS).map(([value, hint]) => ({ value, label: value, hint }))}
        chosen={values.events}
        fault={fault}
      />
    </>
  )
}
