// The two pages of a service user that belong together: what it is, and its tokens.

import type { PageContext } from '../context.ts'
import { Tabs } from '../kit/tabs.tsx'
import { userUrl } from './read.ts'

interface UserTabsProps {
  c: PageContext
  id: string
  here: 'details' | 'tokens'
}

export function UserTabs({ c, id, here }: UserTabsProps) {
  const tabs = [
    { label: 'Details', href: userUrl(c, id), here: here === 'details' },
    { label: 'Tokens', href: userUrl(c, id, 'tokens'), here: here === 'tokens' },
  ]
  return <Tabs label="Service user" tabs={tabs} />
}
