// A form that changes something: posted, with the session's token in it.

import type { Child } from 'hono/jsx'

import { HEADERS } from '../../../lib/header-names.ts'
import type { PageContext } from '../context.ts'
import type { Fault } from './fault.ts'
import { FormContext } from './form-context.ts'

export interface FormProps {
  c: PageContext
  /** The page itself unless said otherwise. */
  action?: string | undefined
  /** Of the button that sends it. */
  submit: string
  /** What cannot be taken back. */
  danger?: boolean
  /** A link back, beside the button. */
  cancel?: string
  /** Shown at the field that it names. */
  fault?: Fault | undefined
  /** What was typed, where the form is shown again. */
  typed?: URLSearchParams | undefined
  children?: Child
}

export function Form({ c, action, submit, danger, cancel, fault, typed, children }: FormProps) {
  return (
    <form method="post" {...(action !== undefined && { action })}>
      <TokenField c={c} />
      <FormContext.Provider value={{ fault, typed }}>{children}</FormContext.Provider>
      <div class="actions">
        <button type="submit" {...(danger && { class: 'danger' })}>
          {submit}
        </button>
        {cancel === undefined ? null : <a href={cancel}>Cancel</a>}
      </div>
    </form>
  )
}

/** The session's token, without which no form is taken. */
export function TokenField({ c }: { c: PageContext }) {
  return <input type="hidden" name="csrf" value={c.get('session').csrf} />
}

/** Ids of one use: posted again, by a reload or two clicks, the API makes nothing twice. */
export function OnceField({ c }: { c: PageContext }) {
  const value = c.get('form')?.get('once') ?? crypto.randomUUID()
  return <input type="hidden" name="once" value={value} />
}

/** The `Idempotency-Key` of a form with a `OnceField`. */
export function onceHeader(form: URLSearchParams): Readonly<Record<string, string>> {
  const once = form.get('once') ?? ''
  return /^[0-9a-f-]{36}$/.test(once) ? { [HEADERS.idempotencyKey]: once } : {}
}
