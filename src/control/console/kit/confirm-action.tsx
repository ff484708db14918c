// A page that says what an action will do and then, posted, does it: the subject is read, what was
// typed is checked, the API is called, and a refusal is shown at the form.

import type { Child } from 'hono/jsx'

import type { Answer } from '../api.ts'
import type { PageContext } from '../context.ts'
import { page, refused, type Answered } from '../respond.tsx'
import { ConfirmForm, confirmationFault } from './confirm-form.tsx'
import { faultOf, type Fault, type Labels } from './fault.ts'
import { Form } from './form.tsx'
import { Problem } from './problem.tsx'

interface Action<Subject, Result> {
  /** What the address names. */
  readonly read: (c: PageContext) => Promise<Answer<Subject>>
  /** The page's title; the button's text unless given. */
  readonly title?: (subject: Subject) => string
  readonly back: (c: PageContext, subject: Subject) => { href: string; label: string }
  /** Of the button. */
  readonly submit: string
  /** The name to type first, where the action cannot be taken back; it makes the button a red one. */
  readonly typed?: (subject: Subject) => string
  /** Of the form's fields, where the action has any. */
  readonly labels?: Labels
  /** What will happen, before the form. */
  readonly intro?: (subject: Subject) => Child
  /** In the form: what will happen, or its fields. */
  readonly content: (c: PageContext, subject: Subject, fault?: Fault) => Child
  /** After the form. */
  readonly outro?: (c: PageContext, subject: Subject) => Child
  readonly act: (c: PageContext, subject: Subject) => Promise<Answer<Result>>
  /** The answer when it is done. */
  readonly answer: (c: PageContext, subject: Subject, result: Result) => Answered
}

/** The methods of such a page. */
export const ASK_AND_ACT = ['GET', 'POST']

/** The handler of the page: GET asks, POST acts. */
export function confirmAction<Subject, Result>(action: Action<Subject, Result>) {
  return async (c: PageContext): Promise<Response> => {
    const found = await action.read(c)
    if (!found.ok) return refused(c, found)
    const subject = found.value
    if (c.req.method !== 'POST') return await actionPage(c, action, subject)
    const fault = action.typed && confirmationFault(c.get('form'), action.typed(subject))
    if (fault) return await actionPage(c, action, subject, fault)
    const acted = await action.act(c, subject)
    if (acted.ok) return await action.answer(c, subject, acted.value)
    return await actionPage(c, action, subject, faultOf(acted, action.labels))
  }
}

function actionPage<Subject>(
  c: PageContext,
  action: Omit<Action<Subject, never>, 'act' | 'answer'>,
  subject: Subject,
  fault?: Fault,
): Answered {
  const { submit, typed, labels = {}, title = () => submit } = action
  const back = action.back(c, subject)
  const form = { c, submit, cancel: back.href }
  const content = action.content(c, subject, fault)
  return page(
    c,
    { title: title(subject), back, fault },
    typed ? (
      <ConfirmForm {...form} expected={typed(subject)} fault={fault}>
        {content}
      </ConfirmForm>
    ) : (
      <>
        <Problem fault={fault} labels={labels} />
        {action.intro?.(subject)}
        <Form {...form}>{content}</Form>
        {action.outro?.(c, subject)}
      </>
    ),
  )
}
