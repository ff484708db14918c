// Why was this refused? By the number of a request, or for a call as it would be.

import { call } from '../api.ts'
import type { Event } from '../audit/read.ts'
import type { PageContext } from '../context.ts'
import { faultOf, type Fault } from '../kit/fault.ts'
import { Problem } from '../kit/problem.tsx'
import { page, refused } from '../respond.tsx'
import { QUESTION_LABELS, questionOf, bodyOf, readQuestion, type Question } from './question.ts'
import { findEvent } from './event.ts'
import { CallForm, RequestForm } from './form.tsx'
import { NotFound, Recorded } from './recorded.tsx'
import { Trace, type Explanation } from './trace.tsx'

const KEYS_MAX = 200
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** With `request` the call on record; with `key` and `path`, as other pages link here, that call. */
export async function showExplain(c: PageContext): Promise<Response> {
  const { searchParams } = new URL(c.req.url)
  const request = (searchParams.get('request') ?? '').trim().toLowerCase()
  if (request !== '') return await explainRequest(c, request)
  const asked = readQuestion(searchParams)
  if (asked.key === '' || asked.path === '') return await explainPage(c, { asked })
  return await explainCall(c, asked)
}

/** The form. A credential is in its body alone, and goes no further than the API. */
export async function ask(c: PageContext): Promise<Response> {
  const form = c.get('form')
  return await explainCall(c, readQuestion(form), (form.get('credential') ?? '').trim())
}

async function explainCall(c: PageContext, asked: Question, credential = ''): Promise<Response> {
  if (asked.key === '' && credential === '') {
    const fault = { field: 'key_id', sentence: 'choose the key that the call is made with' }
    return await explainPage(c, { asked, fault })
  }
  const found = await call(c, 'explain', { body: bodyOf(asked, credential) })
  if (found.ok) return await explainPage(c, { asked, found: found.value })
  return await explainPage(c, { asked, fault: faultOf(found, QUESTION_LABELS) })
}

async function explainRequest(c: PageContext, request: string): Promise<Response> {
  const nothing = readQuestion(new URLSearchParams())
  const answer = UUID.test(request) ? await findEvent(c, request) : undefined
  if (answer?.ok === false) return refused(c, answer)
  const event = answer?.value
  if (!event) return await explainPage(c, { asked: nothing, request, missing: true })
  const asked = questionOf(event)
  // Without a key there is nobody to explain it for.
  if (event.key_id === null) return await explainPage(c, { asked, request, event })
  const found = await call(c, 'explain', { body: bodyOf(asked) })
  return await explainPage(c, { asked, request, event, ...(found.ok && { found: found.value }) })
}

interface Shown {
  readonly asked: Question
  readonly request?: string
  readonly event?: Event
  readonly missing?: boolean
  readonly found?: Explanation
  readonly fault?: Fault
}

async function explainPage(
  c: PageContext,
  { asked, request = '', event, missing, found, fault }: Shown,
): Promise<Response> {
  const keys = await call(c, 'listKeys', { query: { limit: KEYS_MAX } })
  const all = keys.ok && keys.value.next_cursor === null ? keys.value.items : undefined
  const own = fault && linked(fault)
  const subject = { key: event?.key_id ?? asked.key, serviceUser: event?.service_user_id }
  return await page(
    c,
    { title: 'Why was this refused?', fault, ...(missing && { status: 404 }) },
    <>
      <Problem fault={own} labels={{ ...QUESTION_LABELS, key: 'Key' }} />
      {missing ? <NotFound c={c} /> : null}
      {event ? <Recorded c={c} event={event} found={found} /> : null}
      {found ? <Trace c={c} found={found} subject={subject} /> : null}
      <RequestForm value={request} />
      <CallForm c={c} asked={asked} keys={all} fault={own} />
    </>,
  )
}

/** The form's field for a key is `key`, the API's `key_id`. */
function linked(fault: Fault): Fault {
  return fault.field === 'key_id' ? { ...fault, field: 'key' } : fault
}
