// A browser without script, as far as the console needs one: it keeps the cookie, reads pages and
// sends their forms. Every answer is held to what all of the console's answers promise.

import { expect } from 'vitest'

import { ADMIN_TOKEN, type TestEdge } from '../../harness/edge.ts'
import { attribute, textOf, tokenIn } from './html.ts'

export const CONSOLE = '/edge/console'
const POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

export interface Page {
  readonly status: number
  readonly headers: Headers
  readonly html: string
  /** Where a redirect leads. */
  readonly location: string
  /** The text, without markup. */
  readonly text: string
}

export type Fields = Readonly<Record<string, string | readonly string[]>>

export interface Client {
  readonly get: (path: string, headers?: Readonly<Record<string, string>>) => Promise<Page>
  /** Sends a form as a page of the console would; `origin` and `csrf` may be put otherwise. */
  readonly post: (path: string, fields?: Fields, options?: PostOptions) => Promise<Page>
  /** Loads a page, fills in its form and sends it, hidden fields and ticks included. */
  readonly submit: (path: string, fields: Fields) => Promise<Page>
  /** The session's token, from a page that it may see. */
  readonly csrf: (path?: string) => Promise<string>
  cookie: string
}

interface PostOptions {
  readonly csrf?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
  readonly without?: readonly string[]
}

/** A client that is not signed in; `always` are headers of each request, such as an assertion. */
export function newClient(edge: TestEdge, always: Readonly<Record<string, string>> = {}): Client {
  const send = async (path: string, init: RequestInit): Promise<Page> => {
    const headers = new Headers({ ...always, ...(init.headers as Record<string, string>) })
    if (client.cookie !== '') headers.set('cookie', `__Host-portcullis=${client.cookie}`)
    const answer = await edge.fetch(path, { ...init, headers })
    const set = /^__Host-portcullis=([^;]*);/.exec(answer.headers.get('set-cookie') ?? '')
    if (set) client.cookie = set[1] ?? ''
    return await read(answer)
  }
  const client: Client = {
    cookie: '',
    get: (path, headers = {}) => send(path, { headers }),
    async post(path, fields = {}, { csrf, headers = {}, without = [] } = {}) {
      const body = new URLSearchParams()
      const token = csrf ?? (client.cookie === '' || 'csrf' in fields ? '' : await client.csrf())
      for (const [name, value] of Object.entries({ csrf: token, ...fields })) {
        for (const one of [value].flat()) body.append(name, one)
      }
      const own = new Headers({ origin: edge.url, ...headers })
      for (const name of without) own.delete(name)
      return await send(path, { method: 'POST', headers: Object.fromEntries(own), body })
    },
    async submit(path, fields) {
      const { html } = await client.get(path)
      return await client.post(path.replace(/\?.*/, ''), { ...formOf(html), ...fields })
    },
    csrf: async (path = `${CONSOLE}/`) => tokenIn(await client.get(path)),
  }
  return client
}

/** A client that is signed in as the operator with the admin token. */
export async function signedIn(edge: TestEdge): Promise<Client> {
  const client = newClient(edge)
  const { status } = await client.post(`${CONSOLE}/sign-in`, { token: ADMIN_TOKEN })
  expect(status).toBe(303)
  return client
}

async function read(answer: Response): Promise<Page> {
  const { status, headers } = answer
  const html = await answer.text()
  const asset = headers.get('cache-control') === 'public, max-age=31536000, immutable'
  expect(Object.fromEntries(headers)).toMatchObject({
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    ...(!asset && { 'cache-control': 'no-store, no-transform' }),
  })
  expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  if (headers.get('content-type')?.startsWith('text/html')) expectGood(html)
  return { status, headers, html, location: headers.get('location') ?? '', text: textOf(html) }
}

/** What holds for every page: a title, one h1, one main, nothing inline. */
function expectGood(html: string): void {
  const tags = (html.match(/<[^>]+>/g) ?? []).map((tag) => tag.replace(/"[^"]*"/g, '""'))
  const starting = (start: string): string[] => tags.filter((tag) => tag.startsWith(start))
  expect(html.slice(0, 50)).toMatch(/^<!doctype html><html lang="en">/)
  expect(/<title>([^<]+)<\/title>/.exec(html)?.[1]).toMatch(/^.+ · Portcullis$/)
  expect(starting('<h1')).toHaveLength(1)
  expect(starting('<main')).toHaveLength(1)
  expect(starting('<script')).toEqual(['<script type="" src="">'])
  expect(tags.filter((tag) => /\s(?:style|on[a-z]+)=/i.test(tag))).toEqual([])
}

/** The fields of a page's main form as they stand, hidden ones and ticks included. */
export function formOf(html: string): Record<string, string | string[]> {
  const main = html.slice(html.indexOf('<main'))
  const form = /<form method="post"[\s\S]*?<\/form>/.exec(main)?.[0] ?? ''
  const fields: Record<string, string | string[]> = {}
  for (const [tag] of form.matchAll(/<input[^>]*>/g)) {
    const name = attribute(tag, 'name')
    const value = attribute(tag, 'value')
    const kind = attribute(tag, 'type')
    if (kind === 'checkbox' && / checked=/.test(tag)) {
      fields[name] = [...[fields[name] ?? []].flat(), value]
    } else if (kind !== 'checkbox' && (kind !== 'radio' || / checked=/.test(tag))) {
      fields[name] = value
    }
  }
  for (const [, attributes = '', content = ''] of form.matchAll(
    /<textarea([^>]*)>\n?([\s\S]*?)<\/textarea>/g,
  )) {
    fields[attribute(attributes, 'name')] = textOf(content)
  }
  return fields
}
