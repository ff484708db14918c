// What a change of an allowlist will do, said before it is done.

import type { Child } from 'hono/jsx'

import type { PageContext } from '../context.ts'
import { ConfirmForm } from '../kit/confirm-form.tsx'
import type { Fault } from '../kit/fault.ts'
import { Form } from '../kit/form.tsx'
import { Problem } from '../kit/problem.tsx'
import { codes, Entries, Notice } from '../kit/section.tsx'
import { page, type Answered } from '../respond.tsx'
import { Lockout } from './own-address.tsx'
import { callsOf, WORDS, type List } from './read.ts'

const NAMED_MAX = 20

export interface Review {
  readonly action: 'add' | 'remove' | 'lift'
  /** null: no restriction. */
  readonly after: readonly string[] | null
  readonly gone?: readonly string[]
  readonly submit: string
  /** What is sent again with the confirmation. */
  readonly fields: readonly (readonly [name: string, value: string])[]
}

const TITLES = {
  add: 'Begin the restriction?',
  remove: 'Remove entries?',
  lift: 'Lift the restriction?',
}

export function reviewPage(c: PageContext, list: List, review: Review, fault?: Fault): Answered {
  const { action, after, submit, fields } = review
  const content: Child = (
    <>
      <Meaning list={list} review={review} />
      {list.name === 'ips' ? <Lockout c={c} before={list.entries} after={after} /> : null}
      <input type="hidden" name="confirmed" value="yes" />
      {fields.map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
    </>
  )
  const form = { c, submit, action: `${list.url}/${action}`, cancel: list.url }
  // What shuts everybody out, or lets everybody in, is confirmed by a name.
  const grave = after === null || after.length === 0
  return page(
    c,
    {
      title: TITLES[action],
      back: { href: list.url, label: 'Back to the list' },
      fault,
    },
    grave ? (
      <ConfirmForm {...form} expected={list.owner} fault={fault}>
        {content}
      </ConfirmForm>
    ) : (
      <>
        <Problem fault={fault} />
        <Form {...form} danger={action === 'remove'}>
          {content}
        </Form>
      </>
    ),
  )
}

function Meaning({ list, review }: { list: List; review: Review }) {
  const { after, gone = [], action } = review
  const { many, pass } = WORDS[list.name]
  if (after === null) {
    return (
      <Notice tone="warn">
        <strong>Everybody passes.</strong> The {list.entries?.length ?? 0} entries are deleted, and{' '}
        {callsOf(list)} pass from {pass}, as far as no other list refuses them.
      </Notice>
    )
  }
  if (action === 'add') {
    return (
      <>
        <p>
          Until now this list restricts nothing. From then on {callsOf(list)} pass from these {many}{' '}
          alone; all others are refused at once.
        </p>
        <Entries most={NAMED_MAX} entries={codes(after)} />
      </>
    )
  }
  return (
    <>
      <p>
        {gone.length === 1 ? 'This entry goes' : `These ${gone.length} entries go`}; calls from
        there are refused, unless another entry covers them.
      </p>
      <Entries most={NAMED_MAX} entries={codes(gone)} />
      {after.length === 0 ? (
        <Notice tone="bad">
          <strong>Nobody passes any more.</strong> The list is empty then, and the restriction stays
          on: {callsOf(list)} are all refused, until an entry is added. To let everybody pass,{' '}
          <a href={`${list.url}/lift`}>lift the restriction</a> instead.
        </Notice>
      ) : (
        <p>{after.length === 1 ? 'One entry stays.' : `${after.length} entries stay.`}</p>
      )}
    </>
  )
}
