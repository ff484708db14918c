// Parts of a page: under a heading of their own, or as a notice.

import type { Child } from 'hono/jsx'

/** `id`: of the heading, and what links lead to. */
export function Section({ id, title, children }: { id: string; title: Child; children?: Child }) {
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  )
}

interface NoticeProps {
  tone: 'good' | 'warn' | 'bad'
  /** Where it answers what was just asked. */
  role?: 'status'
  children?: Child
}

/** One paragraph that stands out. */
export function Notice({ tone, role, children }: NoticeProps) {
  return (
    <div class={`notice ${tone}`} {...(role && { role })}>
      <p>{children}</p>
    </div>
  )
}

/** As many of them as are named, one a line, and how many more there are. */
export function Entries({
  entries,
  most,
  look,
}: {
  entries: readonly Child[]
  most: number
  look?: string
}) {
  const more = entries.length - most
  return (
    <ul {...(look !== undefined && { class: look })}>
      {entries.slice(0, most).map((entry) => (
        <li>{entry}</li>
      ))}
      {more > 0 ? <li>and {more} more</li> : null}
    </ul>
  )
}

export const codes = (texts: readonly string[]): Child[] => texts.map((text) => <code>{text}</code>)
