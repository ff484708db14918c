// A fieldset of checkboxes or radio buttons.

import type { Child } from 'hono/jsx'

import type { Fault } from './fault.ts'
import { FaultOf } from './field.tsx'

interface Choice {
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
  chosen: readonly string[]
  hint?: Child
  fault?: Fault | undefined
}

export function Choices({
  name,
  id = name,
  legend,
  type,
  choices,
  chosen,
  hint,
  fault,
}: ChoicesProps) {
  const notes = [hint ? `${id}-hint` : '', fault?.field === name ? `${id}-fault` : '']
  const described = notes.filter((one) => one !== '').join(' ')
  return (
    <fieldset id={id} tabindex={-1} {...(described !== '' && { 'aria-describedby': described })}>
      <legend>{legend}</legend>
      {hint ? (
        <small id={`${id}-hint`} class="hint">
          {hint}
        </small>
      ) : null}
      <div class="choices">
        {choices.map(({ value, label, hint: note }) => (
          <label>
            <input
              type={type}
              name={name}
              value={value}
              {...(chosen.includes(value) && { checked: true })}
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
