// A fieldset of checkboxes or radio buttons.

import type { Child } from 'hono/jsx'

import { describedBy, FaultOf, Hint } from './field.tsx'
import { useForm } from './form-context.ts'

export interface Choice {
  readonly value: string
  readonly label: Child
  readonly hint?: Child
}

interface ChoicesProps {
  /** Of every input; the form gets the ticked values under it. */
  name: string
  /** Apart from the name where one form has two sets of it. */
  id?: string
  legend: string
  type: 'checkbox' | 'radio'
  choices: readonly Choice[]
  /** What was ticked takes its place, where the form is shown again. */
  chosen: readonly string[]
  hint?: Child
}

export function Choices({ name, id = name, legend, type, choices, chosen, hint }: ChoicesProps) {
  const form = useForm()
  // Of two sets of one name the first shows what is wrong.
  const fault = id === name ? form.fault : undefined
  const { typed } = form
  const ticked = typed && (type === 'checkbox' || typed.has(name)) ? typed.getAll(name) : chosen
  return (
    <fieldset id={id} tabindex={-1} {...describedBy({ name, id, hint, fault })}>
      <legend>{legend}</legend>
      <Hint id={id}>{hint}</Hint>
      <div class="choices">
        {choices.map(({ value, label, hint: note }) => (
          <label>
            <input
              type={type}
              name={name}
              value={value}
              {...(ticked.includes(value) && { checked: true })}
            />
            <span>
              {label}
              {note ? <small class="hint">{note}</small> : null}
            </span>
          </label>
        ))}
      </div>
      <FaultOf name={name} id={id} fault={fault} />
    </fieldset>
  )
}

const SPANS = [
  { value: '3600', label: 'One hour' },
  { value: '86400', label: 'One day' },
  { value: '604800', label: 'Seven days' },
  { value: '2592000', label: 'Thirty days' },
]
export const DAY_SECONDS = 86_400

interface SpanProps {
  name: string
  legend: string
  /** What it means that there is none. */
  none: string
  /** In seconds. */
  most: number
}

/** For how long what is replaced goes on, in seconds. */
export function SpanField({ name, legend, none, most }: SpanProps) {
  const spans = SPANS.filter(({ value }) => Number(value) <= most)
  const choices = [{ value: '0', label: 'None', hint: none }, ...spans]
  return (
    <Choices
      name={name}
      legend={legend}
      type="radio"
      choices={choices}
      chosen={[String(DAY_SECONDS)]}
    />
  )
}

/** The choices of values that are their own labels. */
export const choicesOf = (values: readonly string[]): Choice[] =>
  values.map((value) => ({ value, label: value }))
