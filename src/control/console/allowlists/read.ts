// An allowlist as its pages need it: the organization's, or one of a key.

import { hasOrigins } from '../../../credentials/kinds.ts'
import { formatAddress, type Address } from '../../../lists/address.ts'
import { addressListContains, compileAddressList } from '../../../lists/address-list.ts'
import { call, notThere, type Answer, type Refused } from '../api.ts'
import type { PageContext } from '../context.ts'
import type { Key } from '../keys/read.ts'
import { done, refused, type Answered } from '../respond.tsx'
import { mayWrite } from '../session.ts'
import { pageUrl } from '../urls.ts'
import type { ListName } from './coverage.ts'

/** In an address, in place of a key's id. */
export const WHOLE = 'organization'

export interface List {
  readonly name: ListName
  /** Undefined: the organization's. */
  readonly key: Key | undefined
  /** null: no restriction; empty: nobody passes. */
  readonly entries: readonly string[] | null
  /** What must be typed to confirm: the name of the key or of the organization. */
  readonly owner: string
  readonly url: string
  /** Whether who is signed in may change it. */
  readonly open: boolean
}

/** The list that the address names. */
async function readList(c: PageContext): Promise<Answer<List>> {
  const organization = c.get('organization')
  const [owner, name] = [c.req.param('owner') ?? '', c.req.param('list') ?? '']
  const write = mayWrite(c.get('session'))
  const url = listUrl(c, owner, name)
  if (owner === WHOLE && name === 'ips') {
    const { ips: entries, name: called } = organization
    const value = { name, key: undefined, entries, owner: called, url, open: write } as const
    return { ok: true, status: 200, headers: new Headers(), value }
  }
  const missing = notThere('There is no such list in this organization.')
  const found = await call(c, 'getKey', { params: { id: owner } })
  if (!found.ok) return found.status === 400 ? missing : found
  const key = found.value
  if (name !== 'ips' && (name !== 'origins' || !hasOrigins(key.kind))) return missing
  const open = write && key.state !== 'revoked'
  return { ...found, value: { name, key, entries: key[name], owner: key.name, url, open } }
}

/** The handler of a page of the list that the address names. */
export const onList =
  (handle: (c: PageContext, list: List) => Answered) =>
  async (c: PageContext): Promise<Response> => {
    const found = await readList(c)
    return found.ok ? await handle(c, found.value) : refused(c, found)
  }

/** Puts a list in place of the one that is there, by the API, and goes back to its page. */
export async function saveList(
  c: PageContext,
  { key, name, url }: List,
  entries: readonly string[] | null,
): Promise<Response | Refused> {
  const body = { [name]: entries }
  const saved = key
    ? await call(c, 'updateKey', { params: { id: key.id }, body })
    : await call(c, 'updateOrganization', { body })
  return saved.ok ? await done(c, url, 'list_saved', saved.value.receipt) : saved
}

/** A list's page; `add`, `remove` and `lift` are below it. */
export function listUrl(c: PageContext, owner: string, list: string): string {
  return pageUrl(c.get('organization').id, 'allowlists', owner, list)
}

/** The address from which this page is looked at, as text. */
export function ownAddress(c: PageContext): string | undefined {
  const { address } = c.env.context
  return address && formatAddress(address)
}

/** Whether a list would admit an address; one that is unreadable admits none. */
export function admits(entries: readonly string[] | null, address: Address | undefined): boolean {
  if (entries === null) return true
  const list = compileAddressList(entries)
  return address !== undefined && !('unreadable' in list) && addressListContains(list, address)
}

/** The words of both sorts of list. */
export const WORDS = {
  ips: {
    title: 'Addresses',
    one: 'address',
    many: 'addresses',
    hint: 'One entry a line: an IPv4 or IPv6 address, or a range such as 203.0.113.0/24.',
    placeholder: '203.0.113.7\n198.51.100.0/24\n2001:db8::/48',
    pass: 'every address',
  },
  origins: {
    title: 'Origins',
    one: 'origin',
    many: 'origins',
    hint: 'One entry a line: scheme, host and port as the browser sends them, or https://*.example.com for every host below it.',
    placeholder: 'https://app.example.com\nhttps://*.example.com',
    pass: 'pages of every origin',
  },
} as const satisfies Record<ListName, unknown>

/** Whose calls a list decides. */
export function callsOf({ key }: List): string {
  return key ? `calls with the key “${key.name}”` : 'calls with every key of the organization'
}
