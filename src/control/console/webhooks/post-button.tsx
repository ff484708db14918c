// A form that is one button: what it does can be done again, so nothing is asked before.

import type { PageContext } from '../context.ts'
import { TokenField } from '../kit/form.tsx'

interface PostButtonProps {
  c: PageContext
  action: string
  label: string
  /** The id of what it is about, where the page has many such buttons. */
  describedBy?: string
  small?: boolean
}

export function PostButton({ c, action, label, describedBy, small }: PostButtonProps) {
  return (
    <form method="post" action={action} class="inline">
      <TokenField c={c} />
      <button
        type="submit"
        {...(small && { class: 'small quiet' })}
        {...(describedBy !== undefined && { 'aria-describedby': describedBy })}
      >
        {label}
      </button>
    </form>
  )
}
