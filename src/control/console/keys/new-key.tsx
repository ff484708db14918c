// A new key at the one moment when its value is known, with a line to paste for each product.

import type { AnswerOf } from '../api.ts'
import type { PageContext } from '../context.ts'
import { Secret, AlreadyShown } from '../kit/code.tsx'
import { Examples } from './examples.tsx'
import { keyUrl } from './read.ts'

export function NewKey({ c, made }: { c: PageContext; made: AnswerOf<'createKey'> }) {
  const { id, value } = made
  const then = keyUrl(c, id)
  if (value === null) {
    return (
      <AlreadyShown then={then}>
        This key was created by the same form before, and its value was shown then. If it was not
        copied, invalidate the key and create another.
      </AlreadyShown>
    )
  }
  return (
    <>
      <Secret label="The key’s value" value={value} then={then} />
      <Examples c={c} credential={made} value={value} />
    </>
  )
}
