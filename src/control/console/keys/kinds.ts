// The kinds of credential in the console's words, where their noun (credentials/kinds.ts) is not enough.

import { KIND_NAMES, KINDS, kindsWith, type Kind } from '../../../credentials/kinds.ts'

interface Words {
  /** Which callers it is for, where one is created. */
  readonly use: string
  /** At the choice of products. */
  readonly products: string
}

export const WORDS: Readonly<Record<Kind, Words>> = {
  secret: {
    use: 'For servers. It holds scopes, and must never be in a page.',
    products: 'What the key may call, within its scopes.',
  },
  publishable: {
    use: 'For pages. It may only do what is open to browsers, from the origins that you list.',
    products: 'What pages may call with it.',
  },
  jwt: {
    use: 'For servers. A signed token that names its products itself.',
    products: 'Named in the key itself: to add one later, rotate it.',
  },
  access_token: {
    use: 'For a service user.',
    products: 'What the service user may call with it.',
  },
}

/** `Secret key` */
export function title(kind: Kind): string {
  const { noun } = KINDS[kind]
  return noun.charAt(0).toUpperCase() + noun.slice(1)
}

/** Where all are keys: `Secret`. */
export function labelOf(kind: Kind): string {
  return title(kind).replace(/ key$/, '')
}

export const LABELS = Object.fromEntries(KIND_NAMES.map((kind) => [kind, labelOf(kind)]))

/** The kinds of which keys are created here; those of service users are minted on their pages. */
export const CREATED = kindsWith('owner', 'organization')
