// Why a call was refused, in words, and the page that would mend it: for overview, usage, audit and
// explain.

import type { Reason } from '../../../gate/denial.ts'
import { pageUrl } from '../urls.ts'
import { GATE } from './gate.ts'
import { MANAGEMENT } from './management.ts'
import { at } from './meaning.ts'
import type { Meaning, Place } from './meaning.ts'

/** What a refusal was about, as far as it is known. */
export interface Subject {
  readonly key?: string | null | undefined
  readonly serviceUser?: string | null | undefined
}

interface Explained {
  readonly words: string
  /** The page that would mend it. */
  readonly mend: { readonly href: string; readonly label: string } | null
}

/** A reason in words, with the link to the page that would mend it. */
export function explainReason(
  organization: string,
  reason: string,
  subject: Subject = {},
): Explained {
  const { words, place } = meaningOf(reason)
  return { words, mend: place && mendAt(organization, place, subject) }
}

function meaningOf(reason: string): Meaning {
  if (Object.hasOwn(GATE, reason)) return GATE[reason as Reason]
  const other = Object.hasOwn(MANAGEMENT, reason) ? MANAGEMENT[reason] : undefined
  return other ?? at(null, 'This reason is not known to this console.')
}

function mendAt(
  organization: string,
  place: NonNullable<Place>,
  { key, serviceUser }: Subject,
): NonNullable<Explained['mend']> {
  const url = (...segments: string[]): string => pageUrl(organization, ...segments)
  switch (place) {
    case 'key':
      return key
        ? { href: url('keys', key), label: 'Open the key' }
        : mendAt(organization, 'keys', {})
    case 'keys':
      return { href: url('keys'), label: 'See the keys' }
    case 'service_user':
      return serviceUser
        ? { href: url('service-users', serviceUser), label: 'Open the service user' }
        : { href: url('service-users'), label: 'See the service users' }
    case 'allowlists':
      return { href: url('allowlists'), label: 'Open the allowlists' }
    case 'usage':
      return { href: url('usage'), label: 'See the usage' }
    case 'webhooks':
      return { href: url('webhooks'), label: 'See the webhooks' }
    case 'members':
      return { href: url('members'), label: 'See the members' }
  }
}
