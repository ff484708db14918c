// Whether a form came from a page of ours. Its origin must be our own, for every POST. That alone
// stands before the sign-in, where there is no session to tie a token to: a browser sends `Origin`
// with every POST and no page can set it, and whoever is no browser has nobody's cookies to misuse.
// Behind the sign-in the session's own token must be in the form as well.

import { equalInConstantTime } from '../../credentials/digest.ts'

/** Whether a POST was sent by a page of this very origin. */
export function isOwnOrigin({ url, headers }: Pick<Request, 'url' | 'headers'>): boolean {
  const site = headers.get('sec-fetch-site') ?? 'same-origin'
  return site === 'same-origin' && headers.get('origin') === new URL(url).origin
}

/** Whether the form holds the session's token. */
export function holdsToken(form: URLSearchParams, token: string): boolean {
  return equalInConstantTime(form.get('csrf') ?? '', token)
}
