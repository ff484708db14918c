// A form behind a typed confirmation, for what cannot be taken back, with what was wrong with it.

import type { Child } from 'hono/jsx'

import { foldBlanks } from '../../../lib/names.ts'
import type { PageContext } from '../context.ts'
import type { Fault } from './fault.ts'
import { Field } from './field.tsx'
import { Form } from './form.tsx'
import { Problem } from './problem.tsx'

interface ConfirmProps {
  c: PageContext
  action?: string
  submit: string
  /** What must be typed: a name or an id. */
  expected: string
  cancel?: string
  fault?: Fault | undefined
  /** What will happen, in words. */
  children?: Child
}

export function ConfirmForm({ c, expected, fault, children, ...form }: ConfirmProps) {
  return (
    <>
      <Problem fault={fault} labels={{ confirmation: 'Confirmation' }} />
      <Form c={c} danger {...form}>
        {children}
        <p>
          To confirm, type <code class="id">{expected}</code>.
        </p>
        <Field name="confirmation" label="Confirmation" code required fault={fault} />
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
