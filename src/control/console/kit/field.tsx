// A labelled input with its hint and its fault, tied together for screen readers. A field's id is its
// name, so a page has each name once; where two forms share one, `id` tells them apart.

import type { Child } from 'hono/jsx'

import type { Fault } from './fault.ts'

interface FieldProps {
  name: string
  label: string
  id?: string | undefined
  hint?: Child
  /** The form's fault; shown here when it is this field's. */
  fault?: Fault | undefined
}

/** The attributes that tie an input to its label, hint and fault. */
function tied({ name, id = name, hint, fault }: FieldProps) {
  const wrong = fault?.field === name
  const notes = [hint ? `${id}-hint` : '', wrong ? `${id}-fault` : ''].filter((one) => one !== '')
  return {
    id,
    name,
    ...(notes.length > 0 && { 'aria-describedby': notes.join(' ') }),
    ...(wrong && { 'aria-invalid': 'true' as const }),
  }
}

function Labelled({ children, ...props }: FieldProps & { children?: Child }) {
  const { name, id = name, label, hint } = props
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children}
      {hint ? (
        <small id={`${id}-hint`} class="hint">
          {hint}
        </small>
      ) : null}
      <FaultOf {...props} />
    </div>
  )
}

/** The fault under a field or a fieldset. */
export function FaultOf({ name, id = name, fault }: Pick<FieldProps, 'name' | 'id' | 'fault'>) {
  if (fault?.field !== name) return null
  return (
    <small id={`${id}-fault`} class="fault">
      {fault.sentence}
    </small>
  )
}

export interface InputProps extends FieldProps {
  type?: 'text' | 'search' | 'password' | 'email' | 'url' | 'number' | 'date' | 'datetime-local'
  value?: string | number | undefined
  required?: boolean
  autocomplete?: string
  placeholder?: string
  maxlength?: number
  min?: string | number
  max?: string | number
  /** Ids, values, addresses: monospaced. */
  code?: boolean
}

/** A one-line input. */
export function Field({
  type = 'text',
  value,
  autocomplete = 'off',
  code,
  required,
  placeholder,
  maxlength,
  min,
  max,
  ...props
}: InputProps) {
  return (
    <Labelled {...props}>
      <input
        {...tied(props)}
        type={type}
        value={value ?? ''}
        autocomplete={autocomplete}
        {...(required && { required })}
        {...(placeholder !== undefined && { placeholder })}
        {...(maxlength !== undefined && { maxlength })}
        {...(min !== undefined && { min })}
        {...(max !== undefined && { max })}
        {...(code && { class: 'code', autocapitalize: 'none' as const })}
      />
    </Labelled>
  )
}

/** What a thing is called; the API takes as long a name for every sort of thing. */
export function NameField(props: Pick<InputProps, 'value' | 'hint' | 'fault'>) {
  return <Field name="name" label="Name" required maxlength={200} {...props} />
}

/** Several lines; lists have one entry a line. */
export function TextArea({
  value,
  rows = 4,
  code,
  placeholder,
  ...props
}: FieldProps & { value?: string; rows?: number; code?: boolean; placeholder?: string }) {
  return (
    <Labelled {...props}>
      <textarea
        {...tied(props)}
        rows={rows}
        autocomplete="off"
        {...(placeholder !== undefined && { placeholder })}
        {...(code && { class: 'code', autocapitalize: 'none' as const })}
      >
        {/* A browser drops the first line break. */}
        {`\n${value ?? ''}`}
      </textarea>
    </Labelled>
  )
}

export interface Option {
  readonly value: string
  readonly label: string
}

/** One of several. */
export function Select({
  options,
  value,
  ...props
}: FieldProps & { options: readonly Option[]; value?: string | undefined }) {
  return (
    <Labelled {...props}>
      <select {...tied(props)}>
        {options.map((option) => (
          <option value={option.value} {...(option.value === value && { selected: true })}>
            {option.label}
          </option>
        ))}
      </select>
    </Labelled>
  )
}
