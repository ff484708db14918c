// A new key at the one moment when its value is known, with a line to paste for each product.

import type { KeyView } from '../../api/keys/schemas.ts'
import type { PageContext } from '../context.ts'
import { Secret } from '../kit/code.tsx'
import { Examples } from './examples.tsx'
import { keyUrl } from './read.ts'

export interface NewKey extends KeyView {
  /** null: an equal form was sent before, and showed it. */
  readonly value: string | null
}

export function ShownOnce({ c, made }: { c: PageContext; made: NewKey }) {
  const { id, value } = made
  if (value === null) {
    return (
      <div class="notice warn" data-once={keyUrl(c, id)}>
        <p>
          This key was created by the same form before, and its value was shown then. If it was not
          copied, invalidate the key and create another.
        </p>
      </div>
    )
  }
  return (
    <>
      <Secret label="The key’s value" value={value} then={keyUrl(c, id)} />
      <Examples c={c} credential={made} value={value} />
    </>
  )
}
