// Whether a request came in the clear. The URL as the runtime gives it says so; what a header says of the
// scheme (`X-Forwarded-Proto`, `CF-Visitor`) is the client's word.

/**
 * Whether a request came over http to an edge that is reached over https. Whatever it carried has been
 * read on the way by whoever could, and whatever it is answered with can be changed there: so nothing
 * is served, not even the key set, and nothing is redirected, which would teach clients to go on so.
 */
export function isInsecure(requestUrl: string, issuer: string): boolean {
  return requestUrl.startsWith('http:') && issuer.startsWith('https:')
}
