// What the fields of a form know of it: its fault, and what was typed where it is shown again.

import { createContext, useContext } from 'hono/jsx'

import type { Fault } from './fault.ts'

interface FormState {
  readonly fault: Fault | undefined
  /** Shown in place of the fields' own values; undefined in a form that is shown for the first time. */
  readonly typed: URLSearchParams | undefined
}

export const FormContext = createContext<FormState>({ fault: undefined, typed: undefined })

export const useForm = (): FormState => useContext(FormContext)
