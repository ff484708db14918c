// How a handler answers: a page, a refusal as a page, or a redirect after a form.

import { html } from 'hono/html'
import type { Child } from 'hono/jsx'

import { call, type Refused } from './api.ts'
import type { PageContext } from './context.ts'
import type { Status } from './flash.ts'
import type { Fault } from './kit/fault.ts'
import type { ChangeProgress, ChangeReceipt } from './kit/receipt.tsx'
import { Layout } from './layout.tsx'
import { readReceipt, sealReceipt } from './receipt.ts'
import { withQuery } from './urls.ts'

type PageStatus = 200 | 201 | 400 | 401 | 403 | 404 | 405 | 409 | 413 | 422 | 429 | 500 | 503

export type Answered = Response | Promise<Response>

/** A page by its address, and what it is called. */
export interface Link {
  readonly href: string
  readonly label: string
}

interface PageOptions {
  /** The page's h1, and the first part of its title. */
  readonly title: string
  readonly back?: Link
  /** Of a form that is shown again, whose status it decides. */
  readonly fault?: Fault | undefined
  readonly status?: PageStatus
}

/** Answers with a page. */
export function page(c: PageContext, options: PageOptions, body: Child): Answered {
  const { title, back, fault, status = fault ? statusOf(fault) : 200 } = options
  const layout = (
    <Layout c={c} title={title} back={back}>
      {body}
    </Layout>
  )
  return c.html(html`<!doctype html>${layout}`, status)
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'The request is malformed',
  401: 'You are not signed in',
  403: 'You may not do this',
  404: 'There is nothing here',
  405: 'This method is not supported',
  409: 'That is not possible now',
  413: 'The form is too large',
  429: 'Too many requests',
  500: 'Something went wrong here',
  503: 'A part of the service did not answer',
}

/** Answers with an error as a page. */
export function errorPage(c: PageContext, status: number, sentence: string): Answered {
  const shown = Object.hasOwn(TITLES, status) ? status : 500
  return page(
    c,
    { title: TITLES[shown] ?? '', status: shown as PageStatus },
    <>
      <p>{sentence}</p>
      <p>
        <small>
          Request <code class="id">{c.env.context.requestId}</code>
        </small>
      </p>
    </>,
  )
}

/** Answers with the API's refusal as a page, where there is no form to show it at. */
export function refused(c: PageContext, { status, detail }: Refused): Answered {
  return errorPage(c, status, detail)
}

function statusOf({ status = 400 }: Fault): PageStatus {
  return Object.hasOwn(TITLES, status) || status === 422 ? (status as PageStatus) : 500
}

/** Answers a form that succeeded: 303 to the page at `path`, which tells it, with the receipt. */
export async function done(
  c: PageContext,
  path: string,
  status: Status,
  receipt?: ChangeReceipt,
): Promise<Response> {
  const sealed = receipt && (await sealReceipt(c, path, receipt))
  return c.redirect(withQuery(path, { status, receipt: sealed }), 303)
}

/** The receipt that this page was redirected to with, and how far its change has come by now. */
export async function receiptOf(
  c: PageContext,
): Promise<{ receipt: ChangeReceipt | undefined; progress: ChangeProgress | undefined }> {
  const receipt = await readReceipt(c)
  if (receipt?.change_id === undefined) return { receipt, progress: undefined }
  const change = await call(c, 'getChange', { params: { id: receipt.change_id } })
  return { receipt, progress: change.ok ? change.value : undefined }
}
