// A form behind a typed confirmation, for what cannot be taken back, with what was wrong with it.

import { foldBlanks } from '../../../lib/names.ts'
import type { Fault } from './fault.ts'
import { Field } from './field.tsx'
import { Form, type FormProps } from './form.tsx'
import { Problem } from './problem.tsx'

/** `expected`: what must be typed, a name or an id. The children say what will happen. */
export function ConfirmForm({ expected, children, ...form }: FormProps & { expected: string }) {
  return (
    <>
      <Problem fault={form.fault} labels={{ confirmation: 'Confirmation' }} />
      <Form danger {...form}>
        {children}
        <p>
          To confirm, type <code class="id">{expected}</code>.
        </p>
        <Field name="confirmation" label="Confirmation" code required />
      </Form>
    </>
  )
}

/** The fault of a confirmation that was not typed as it must be; undefined when it was. */
export function confirmationFault(form: URLSearchParams, expected: string): Fault | undefined {
  // A name may be older than the rule by which blanks are folded, and a browser shows them as one.
  if (foldBlanks(form.get('confirmation') ?? '') === foldBlanks(expected)) return undefined
  return { field: 'confirmation', sentence: `type ${expected} exactly as it is shown` }
}
