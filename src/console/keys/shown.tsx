// A new key at the one moment when its value is known, with a line to paste for each product.

import type { KeyView } from '../../control/keys/read.ts'
import { curlLine } from '../../catalog/curl.ts'
import type { PageContext } from '../context.ts'
import { Code, Secret } from '../kit/code.tsx'
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

/** A call of each product that the key may call. */
export function Examples({
  c,
  credential,
  value,
}: {
  c: PageContext
  credential: KeyView
  value: string
}) {
  const { catalog, settings } = c.env.context.edge
  const { kind, products, scopes, origins } = credential
  const origin = origins?.find((entry) => !entry.includes('*'))
  const lines = products.flatMap((product) => {
    const example = { url: settings.issuer, kind, value, scopes, products: [product], origin }
    const text = curlLine(catalog, example)
    return text === undefined ? [] : [{ product, text }]
  })
  return (
    <section aria-labelledby="call">
      <h2 id="call">Call with it</h2>
      {lines.length === 0 ? (
        <p>No product has a call without an id in its path that this key may make.</p>
      ) : (
        lines.map(({ product, text }) => (
          <Code id={`curl-${product}`} label={`cURL for ${product}`} text={text} />
        ))
      )}
    </section>
  )
}
