// All pages of the console and all their forms, found by following every link.

import { CONSOLE, type Client, type Fields, type Page } from './client.ts'
import { attribute, unescapeHtml } from './html.ts'

export interface FoundForm {
  /** The page that it is on. */
  readonly page: string
  /** Where it is sent to. */
  readonly action: string
  /** What it holds as it stands; a typed confirmation is filled in as the page asks for it. */
  readonly fields: Fields
}

export interface Found {
  readonly paths: readonly string[]
  /** What is downloaded. */
  readonly files: readonly string[]
  readonly pages: ReadonlyMap<string, Page>
  /** Those that change something: sent with POST. */
  readonly forms: readonly FoundForm[]
  /** Of forms sent with GET: the page, and the names of what they ask. */
  readonly questions: readonly { readonly action: string; readonly names: readonly string[] }[]
}

/** Of pages that differ in ids alone, as many as this. */
const ALIKE_MAX = 3

const FILE = /\/export(?:\?|$)/

/** Everything that links lead to, from the first page on; never to the sign-out. */
export async function crawl(client: Client): Promise<Found> {
  const pages = new Map<string, Page>()
  const files: string[] = []
  const alike = new Map<string, number>()
  const waiting = [`${CONSOLE}/`]
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    const shape = shapeOf(path)
    if (pages.has(path) || (alike.get(shape) ?? 0) >= ALIKE_MAX) continue
    alike.set(shape, (alike.get(shape) ?? 0) + 1)
    if (FILE.test(path)) {
      files.push(path)
      continue
    }
    const page = await client.get(path)
    pages.set(path, page)
    if (page.location !== '') waiting.push(page.location)
    for (const [, href = ''] of page.html.matchAll(/ href="([^"]*)"/g)) {
      const link = unescapeHtml(href)
      if (link.startsWith(CONSOLE) && !link.includes('/assets/')) waiting.push(link)
    }
  }
  const all = [...pages].flatMap(([path, { html }]) => formsOf(path, html))
  const forms = new Map(
    all.flatMap(({ method, ...form }) => (method === 'post' ? [[keyOf(form), form]] : [])),
  )
  return {
    paths: [...pages.keys()],
    files,
    pages,
    forms: [...forms.values()],
    questions: all.flatMap(({ method, action, fields }) =>
      method === 'get' ? [{ action, names: Object.keys(fields) }] : [],
    ),
  }
}

/** Forms that do the same to the same, such as the sign-out of every page, count once. */
function keyOf({ action, fields }: Omit<FoundForm, 'page'>): string {
  return `${action} ${Object.keys(fields).toSorted().join(' ')} ${[fields['kind']].flat().join('')}`
}

/** Ids and values are left out, the names of what is asked are not. */
function shapeOf(path: string): string {
  const { pathname, searchParams } = new URL(path, 'http://console.invalid')
  const plain = pathname
    .replace(/\/(?:org|key|su|whe|dlv|chg)_\w+/g, '/:id')
    .replace(/\/[0-9a-f-]{36}/g, '/:id')
    .replace(/\/[^/]*(?:@|%40)[^/]*/g, '/:email')
  return `${plain}?${[...searchParams.keys()].toSorted().join('&')}`
}

function formsOf(page: string, html: string): (FoundForm & { method: string })[] {
  return [...html.matchAll(/<form([^>]*)>([\s\S]*?)<\/form>/g)].map(
    ([, tag = '', content = '']) => {
      const named = attribute(tag, 'action')
      const path = page.replace(/\?.*/, '')
      return {
        page,
        method: attribute(tag, 'method'),
        action: named === '' ? path : named,
        fields: fieldsOf(content),
      }
    },
  )
}

function fieldsOf(content: string): Fields {
  const fields: Record<string, string[]> = {}
  const add = (name: string, value: string): void => {
    if (name !== '') fields[name] = [...(fields[name] ?? []), value]
  }
  for (const [tag] of content.matchAll(/<(?:input|button)[^>]*>/g)) {
    const kind = attribute(tag, 'type')
    const ticked = / checked=/.test(tag) || (kind !== 'checkbox' && kind !== 'radio')
    if (ticked) add(attribute(tag, 'name'), attribute(tag, 'value'))
  }
  for (const [, tag = '', text = ''] of content.matchAll(
    /<textarea([^>]*)>\n?([\s\S]*?)<\/textarea>/g,
  )) {
    add(attribute(tag, 'name'), unescapeHtml(text))
  }
  for (const [, tag = '', options = ''] of content.matchAll(
    /<select([^>]*)>([\s\S]*?)<\/select>/g,
  )) {
    const all = [...options.matchAll(/<option[^>]*>/g)].map(([option]) => option)
    const chosen =
      all.find((option) => / selected=/.test(option)) ??
      all.find((option) => attribute(option, 'value') !== '') ??
      ''
    add(attribute(tag, 'name'), attribute(chosen, 'value'))
  }
  const expected = /type <code class="id">([^<]+)<\/code>/.exec(content)?.[1]
  if (expected !== undefined) fields['confirmation'] = [unescapeHtml(expected)]
  return fields
}
