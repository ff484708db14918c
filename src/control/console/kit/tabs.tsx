// A choice of pages that belong together, of which this is one.

import type { Child } from 'hono/jsx'

interface Tab {
  readonly label: string
  readonly href: string
  /** Whether it is the page that is shown. */
  readonly here: boolean
}

interface TabsProps {
  /** For who hears the page. */
  label: string
  tabs: readonly Tab[]
  /** Below the tabs. */
  children?: Child
}

export function Tabs({ label, tabs, children }: TabsProps) {
  return (
    <nav class="tabs" aria-label={label}>
      <ul>
        {tabs.map((tab) => (
          <li>
            <a href={tab.href} {...(tab.here && { 'aria-current': 'page' as const })}>
              {tab.label}
            </a>
          </li>
        ))}
      </ul>
      {children}
    </nav>
  )
}
