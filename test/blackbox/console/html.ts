// Reading a page without a browser.

/** Given as a name and as whatever else takes a text; in no page may it be markup. */
export const MARKUP = `<img src=x onerror=alert(1)>"'><script>alert(1)</script>`

/** The text, without markup. */
export function textOf(html: string): string {
  return unescapeHtml(html.replace(/<[^>]*>/g, ''))
}

/** An attribute of a tag; empty where it has none. */
export function attribute(tag: string, name: string): string {
  return unescapeHtml(new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? '')
}

/** The token in a page's forms. */
export function tokenIn({ html }: { readonly html: string }): string {
  return /name="csrf" value="([\w-]{43})"/.exec(html)?.[1] ?? ''
}

/** The value that a page shows this once. */
export function secretIn({ html }: { readonly html: string }): string {
  return /<code id="secret">([^<]+)</.exec(html)?.[1] ?? ''
}

export function unescapeHtml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
}
