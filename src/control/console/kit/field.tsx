// A labelled input with its hint and its fault, tied together for screen readers. A field's id is its
// name, so a page has each name once; where two forms share one, `id` tells them apart.

import type { Child } from 'hono/jsx'

import type { Fault } from './fault.ts'
import { useForm } from './form-context.ts'

interface FieldProps {
  name: string
  label: string
  id?: string | undefined
  hint?: Child
  /** The form's fault, unless the form itself has been told; shown here when it is this field's. */
  fault?: Fault | undefined
}

/** The attributes that tie an input or a fieldset to its hint and fault. */
export function describedBy({ name, id = name, hint, fault }: Omit<FieldProps, 'label'>) {
  const notes = [hint ? `${id}-hint` : '', fault?.field === name ? `${id}-fault` : '']
  const described = notes.filter((one) => one !== '').join(' ')
  return described !== '' && { 'aria-describedby': described }
}

function tied(props: FieldProps) {
  const { name, id = name, fault } = props
  const wrong = fault?.field === name
  return { id, name, ...describedBy(props), ...(wrong && { 'aria-invalid': 'true' as const }) }
}

export function Hint({ id, children }: { id: string; children?: Child }) {
  if (!children) return null
  return (
    <small id={`${id}-hint`} class="hint">
      {children}
    </small>
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

function Labelled({ children, ...props }: FieldProps & { children?: Child }) {
  const { name, id = name, label, hint } = props
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children}
      <Hint id={id}>{hint}</Hint>
      <FaultOf {...props} />
    </div>
  )
}

export interface InputProps extends FieldProps {
  type?: 'text' | 'search' | 'password' | 'email' | 'url' | 'number' | 'date' | 'datetime-local'
  /** What was typed takes its place, where the form is shown again; never that of a password. */
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
  ...given
}: InputProps) {
  const form = useForm()
  const props = { fault: form.fault, ...given }
  const typed = type === 'password' ? undefined : form.typed?.get(props.name)
  return (
    <Labelled {...props}>
      <input
        {...tied(props)}
        type={type}
        value={typed ?? value ?? ''}
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
export function NameField(props: Pick<InputProps, 'value' | 'hint'>) {
  return <Field name="name" label="Name" required maxlength={200} {...props} />
}

/** Several lines; lists have one entry a line. */
export function TextArea({
  value,
  rows = 4,
  code,
  placeholder,
  ...given
}: FieldProps & { value?: string; rows?: number; code?: boolean; placeholder?: string }) {
  const form = useForm()
  const props = { fault: form.fault, ...given }
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
        {`\n${form.typed?.get(props.name) ?? value ?? ''}`}
      </textarea>
    </Labelled>
  )
}

export interface Option {
  readonly value: string
  readonly label: string
}

/** The options of labels by their values, or of values that are their own labels; `any` stands first. */
export function optionsOf(
  values: Readonly<Record<string, string>> | readonly string[],
  any?: string,
): Option[] {
  const labels = Array.isArray(values)
    ? (values as readonly string[]).map((value) => [value, value] as const)
    : Object.entries(values as Readonly<Record<string, string>>)
  const options = labels.map(([value, label]) => ({ value, label }))
  return any === undefined ? options : [{ value: '', label: any }, ...options]
}

/** One of several. */
export function Select({
  options,
  value,
  ...given
}: FieldProps & { options: readonly Option[]; value?: string | undefined }) {
  const form = useForm()
  const props = { fault: form.fault, ...given }
  const chosen = form.typed?.get(props.name) ?? value
  return (
    <Labelled {...props}>
      <select {...tied(props)}>
        {options.map((option) => (
          <option value={option.value} {...(option.value === chosen && { selected: true })}>
            {option.label}
          </option>
        ))}
      </select>
    </Labelled>
  )
}
