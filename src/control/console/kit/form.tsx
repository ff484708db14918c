// A form that changes something: posted, with the session's token in it.

import { HEADERS } from '../../../lib/header-names.ts'
import type { Child } from 'hono/jsx'

import type { PageContext } from '../context.ts'

interface FormProps {
  c: PageContext
  /** The page itself unless said otherwise. */
  action?: string
  /** Of the button that sends it. */
  submit: string
  /** What cannot be taken back. */
  danger?: boolean
  /** A link back, beside the button. */
  cancel?: string
  children?: Child
}

export function Form({ c, action, submit, danger, cancel, children }: FormProps) {
  return (
    <form method="post" {...(action !== undefined && { action })}>
      <TokenField c={c} />
      {children}
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
export function OnceField({ value = crypto.randomUUID() }: { value?: string | undefined }) {
  return <input type="hidden" name="once" value={value} />
}

/** The `Idempotency-Key` of a form with a `OnceField`. */
export function onceHeader(form: URLSearchParams): Readonly<Record<string, string>> {
  const once = form.get('once') ?? ''
  return /^[0-9a-f-]{36}$/.test(once) ? { [HEADERS.idempotencyKey]: once } : {}
}
