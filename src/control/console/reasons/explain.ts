// Why a call was refused, in words, and the page that would mend it: for overview, usage, audit and
// explain.

import { GATE_MEANINGS } from '../../../reasons/meanings.ts'
import { MANAGEMENT_REASONS, SIGN_IN_REASONS } from '../../../reasons/management.ts'
import type { Meaning, Place } from '../../../reasons/row.ts'
import { pageUrl } from '../urls.ts'

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
  const { meaning, mend } = meaningOf(reason)
  return { words: meaning, mend: mend && mendAt(organization, mend, subject) }
}

/** Every reason that can be on record. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  ...SIGN_IN_REASONS,
  ...MANAGEMENT_REASONS,
  ...GATE_MEANINGS,
}
const UNKNOWN: Meaning = { meaning: 'This reason is not known to this console.', mend: null }

function meaningOf(reason: string): Meaning {
  return (Object.hasOwn(MEANINGS, reason) ? MEANINGS[reason] : undefined) ?? UNKNOWN
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
