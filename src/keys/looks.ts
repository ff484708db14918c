// What looks like a credential, in texts that people typed or pasted: a value in the place of an id is
// not repeated, because errors end in logs, screenshots and tickets. By looks alone: whose it is, or
// whether it is any, does not matter.

/** Keys of any brand, JWTs or the beginning of one, secrets of webhooks. */
const VALUES =
  /[0-9a-z]{1,16}_(?:pub_|tok_)?(?:live|sandbox|test)_[0-9a-z]{16,}|(?<![0-9a-z])eyJ[\w-]{8,}(?:\.[\w-]*){0,2}|whsec_[0-9a-z+/=]{8,}/gi
const HIDDEN = '[a credential]'

/** The text with what looks like a credential left out. */
export function withoutValues(text: string): string {
  return text.replace(VALUES, HIDDEN)
}

/** What a text given for an id looks like instead; undefined where it looks like nothing we know. */
export function looksLike(text: string): string | undefined {
  if (/whsec_/i.test(text)) return "a webhook's secret"
  if (/(?<![0-9a-z])eyJ[\w-]{8,}/i.test(text)) return "a JWT key's value"
  if (/_tok_(?:live|sandbox)_[0-9a-z]{16}/i.test(text)) return "an access token's value"
  if (withoutValues(text) !== text) return "a key's value"
  return undefined
}
