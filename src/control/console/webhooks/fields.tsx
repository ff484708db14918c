// The fields of an endpoint's form: where it sends, what, and what it is for.

import { Choices } from '../kit/choices.tsx'
import { Field } from '../kit/field.tsx'
import { EVENTS, type Endpoint } from './read.ts'

export const ENDPOINT_LABELS = { url: 'Address', description: 'Description', events: 'Events' }

/** The form as it was sent, as the API takes it. */
export function readPost(form: URLSearchParams) {
  return {
    url: (form.get('url') ?? '').trim(),
    description: (form.get('description') ?? '').trim(),
    events: form.getAll('events'),
  }
}

/** A new one asks for all events, as the API has it where none is named. */
export function EndpointFields({ initial }: { initial?: Endpoint }) {
  return (
    <>
      <Field
        name="url"
        label="Address"
        type="url"
        required
        code
        maxlength={2048}
        value={initial?.url}
        placeholder="https://hooks.example.com/portcullis"
        hint="Public, and https. Redirects are not followed."
      />
      <Field
        name="description"
        label="Description"
        maxlength={500}
        value={initial?.description}
        hint="What receives it, such as “Alerts of the security team”."
      />
      <Choices
        name="events"
        legend="Events"
        type="checkbox"
        choices={Object.entries(EVENTS).map(([value, hint]) => ({ value, label: value, hint }))}
        chosen={initial?.events ?? Object.keys(EVENTS)}
      />
    </>
  )
}
