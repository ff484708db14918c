// What looks like a credential, in texts that people typed or pasted: a value in the place of an id is
// not repeated, because errors end in logs, screenshots and tickets. By looks alone: whose it is, or
// whether it is any, does not matter.

import { KINDS, MARK_WORDS, SIGNED_KIND, TOKEN_KIND } from './kinds.ts'

/** JWTs or the beginning of one, secrets of webhooks. */
const TOKENS = /(?<![0-9a-z])eyJ[\w-]{8,}(?:\.[\w-]*){0,2}|whsec_[0-9a-z+/=]{8,}/gi
/** Keys of any brand, up to where they are told from other words: what is left of one is `REST`. */
const KEYS = new RegExp(
  `[0-9a-z]{1,16}_(?:(?:${MARK_WORDS})_)?(?:live|sandbox|test)_[0-9a-z]{16}`,
  'gi',
)
const REST = /\[a credential\][0-9a-z]+/gi
const TOKEN = new RegExp(`_${KINDS[TOKEN_KIND].proof.mark}_(?:live|sandbox)_[0-9a-z]{16}`, 'i')
const HIDDEN = '[a credential]'

/** The text with what looks like a credential left out. */
export function withoutValues(text: string): string {
  return text.replace(TOKENS, HIDDEN).replace(KEYS, HIDDEN).replace(REST, HIDDEN)
}

/** What a text given for an id looks like instead; undefined where it looks like nothing we know. */
export function looksLike(text: string): string | undefined {
  if (/whsec_/i.test(text)) return "a webhook's secret"
  if (/(?<![0-9a-z])eyJ[\w-]{8,}/i.test(text)) return `a ${KINDS[SIGNED_KIND].noun}'s value`
  if (TOKEN.test(text)) return `an ${KINDS[TOKEN_KIND].noun}'s value`
  if (withoutValues(text) !== text) return "a key's value"
  return undefined
}
