// What is known of one thing: names and values, a row each.

import type { Child } from 'hono/jsx'

export type Fact = readonly [name: string, value: Child]

/** `false` stands for a row that does not apply. */
export function Facts({ rows }: { rows: readonly (Fact | false)[] }) {
  return (
    <dl class="facts">
      {rows
        .filter((row) => row !== false)
        .map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
    </dl>
  )
}
