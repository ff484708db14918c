// The address from which the page is looked at. The console goes by no list; calls with keys do.

import type { PageContext } from '../context.ts'
import { Form } from '../kit/form.tsx'
import { Notice, Section } from '../kit/section.tsx'
import { admits, ownAddress, type List } from './read.ts'

const CONSOLE_IS_OPEN = 'This console goes by no allowlist, so you can still undo it from here.'

export function OwnAddress({ c, list }: { c: PageContext; list: List }) {
  const own = ownAddress(c)
  if (own === undefined) return null
  const listed = list.entries !== null && admits(list.entries, c.env.context.address)
  return (
    <Section id="here" title="Your current address">
      <p>
        You are at <code>{own}</code>:{' '}
        {list.entries === null
          ? 'the list restricts nothing, so it passes.'
          : listed
            ? 'the list admits it.'
            : 'the list does not admit it, so calls with a key from here are refused.'}{' '}
        The console itself goes by no allowlist.
      </p>
      {list.open && !listed ? (
        <Form c={c} action={`${list.url}/add`} submit={`Add ${own}`}>
          <input type="hidden" name="do" value="add" />
          <input type="hidden" name="entries" value={own} />
        </Form>
      ) : null}
    </Section>
  )
}

interface LockoutProps {
  c: PageContext
  before: readonly string[] | null
  after: readonly string[] | null
}

/** Where a change shuts out the address of the one who makes it. */
export function Lockout({ c, before, after }: LockoutProps) {
  const { address } = c.env.context
  const own = ownAddress(c)
  if (own === undefined || !admits(before, address) || admits(after, address)) return null
  return (
    <Notice tone="warn">
      Your own address, <code>{own}</code>, is shut out by this. That matters only for calls with
      keys that you make from here. {CONSOLE_IS_OPEN}
    </Notice>
  )
}
