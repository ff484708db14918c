// The two pages of a service user that belong together: what it is, and its tokens.

import type { PageContext } from '../context.ts'
import { userUrl } from './read.ts'

type Tab = 'details' | 'tokens'

export function Tabs({ c, id, here }: { c: PageContext; id: string; here: Tab }) {
  const tabs = [
    { name: 'details', label: 'Details', href: userUrl(c, id) },
    { name: 'tokens', label: 'Tokens', href: userUrl(c, id, 'tokens') },
  ]
  return (
    <nav class="tabs" aria-label="Service user">
      <ul>
        {tabs.map(({ name, label, href }) => (
          <li>
            <a href={href} {...(name === here && { 'aria-current': 'page' as const })}>
              {label}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}
