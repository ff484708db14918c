// A page with one form: GET shows it, POST does what it asks. The subject is read, a confirmation is
// checked, the API is called, and a refusal is shown at the form, with what was typed.

import type { Child } from 'hono/jsx'

import type { Answer, Refused } from '../api.ts'
import type { PageContext } from '../context.ts'
import { page, refused, type Answered, type Link } from '../respond.tsx'
import { ConfirmForm, confirmationFault } from './confirm-form.tsx'
import { faultOf, type Fault, type Labels } from './fault.ts'
import { Form } from './form.tsx'
import { Problem } from './problem.tsx'

interface FormPage<Subject, Result> {
  /** What the address names; without it the page makes something new. */
  readonly read?: (c: PageContext) => Promise<Answer<Subject>>
  /** The page's title; the button's text unless given. */
  readonly title?: string | ((subject: Subject) => string)
  readonly back: (c: PageContext, subject: Subject) => Link
  /** Of the button. */
  readonly submit: string
  /** Where the form is sent, if not to the address as it stands. */
  readonly action?: (c: PageContext) => string
  /** The name to type first, where the action cannot be taken back; it makes the button a red one. */
  readonly typed?: (subject: Subject) => string
  /** Of the form's fields, where it has any. */
  readonly labels?: Labels
  /** Before the form: what will happen. */
  readonly intro?: (c: PageContext, subject: Subject) => Child
  /** In the form: what will happen, or its fields. */
  readonly content?: (c: PageContext, subject: Subject) => Child
  /** After the form. */
  readonly outro?: (c: PageContext, subject: Subject) => Child
  /** Calls the API; a response of its own ends the request. */
  readonly act: (c: PageContext, subject: Subject) => Promise<Answer<Result> | Response>
  /** The answer when it is done. */
  readonly answer: (c: PageContext, subject: Subject, result: Result) => Answered
}

/** The methods of such a page. */
export const SHOW_AND_ACT = ['GET', 'POST']

/** The handler of the page. */
export function formPage<Subject, Result>(form: FormPage<Subject, Result>) {
  return async (c: PageContext): Promise<Response> => {
    const found = await form.read?.(c)
    if (found?.ok === false) return refused(c, found)
    const subject = found?.value as Subject
    if (c.req.method !== 'POST') return await shown(c, form, subject)
    const fault = form.typed && confirmationFault(c.get('form'), form.typed(subject))
    if (fault) return await shown(c, form, subject, fault)
    const acted = await form.act(c, subject)
    if (acted instanceof Response) return acted
    if (acted.ok) return await form.answer(c, subject, acted.value)
    return await shown(c, form, subject, faultOf(acted, form.labels))
  }
}

function shown<Subject>(
  c: PageContext,
  form: Omit<FormPage<Subject, never>, 'act' | 'answer'>,
  subject: Subject,
  fault?: Fault,
): Answered {
  const { submit, typed, labels, title = submit, action } = form
  const back = form.back(c, subject)
  const props = { c, submit, action: action?.(c), cancel: back.href, fault }
  const content = form.content?.(c, subject)
  return page(
    c,
    { title: typeof title === 'string' ? title : title(subject), back, fault },
    typed ? (
      <ConfirmForm {...props} expected={typed(subject)}>
        {content}
      </ConfirmForm>
    ) : (
      <>
        <Problem fault={fault} labels={labels} />
        {form.intro?.(c, subject)}
        <Form {...props} typed={c.get('form')}>
          {content}
        </Form>
        {form.outro?.(c, subject)}
      </>
    ),
  )
}

/** What is wrong with a field before the API is asked, in the form of its refusals. */
export function misread({ field = '', sentence }: Fault): Refused {
  const reason = 'request_invalid'
  return { ok: false, status: 400, reason, field, detail: `${field}: ${sentence}` }
}
