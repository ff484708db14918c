// The e-mail address by which a person is known, as members and Cloudflare Access have it. ASCII only:
// other alphabets have letters whose lower case is one of ours (U+212A is k), and so somebody else's.

const EMAIL_MAX_LENGTH = 254

/** In any case; letters, digits and the usual signs, and a domain name of two labels or more. */
const FORM =
  /^(?![.])(?!.*[.][.])[A-Za-z0-9_'+.-]{1,64}(?<![.])@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?[.])+(?:[A-Za-z]{2,63}|[Xx][Nn]--[A-Za-z0-9-]{1,59})$/

/** The address in lower case; undefined where it is none. */
export function parseEmail(text: string): string | undefined {
  return text.length <= EMAIL_MAX_LENGTH && FORM.test(text) ? text.toLowerCase() : undefined
}
