// What stands where there is nothing yet: why, and the next step.

import type { Child } from 'hono/jsx'

export function Empty({ title, children }: { title: string; children?: Child }) {
  return (
    <div class="empty">
      <p>
        <strong>{title}</strong>
      </p>
      {children}
    </div>
  )
}
