// What a member may do, as forms ask it.

import { Choices } from '../kit/choices.tsx'

const ROLES = [
  { value: 'viewer', label: 'Viewer', hint: 'Sees everything here and changes nothing.' },
  {
    value: 'administrator',
    label: 'Administrator',
    hint: 'Manages keys, service users, lists, webhooks and members.',
  },
]

export function RoleField({ role }: { role: string }) {
  return <Choices name="role" legend="Role" type="radio" choices={ROLES} chosen={[role]} />
}
