// A key's page: what it is and may, what it used, who still calls with it, and what can be done.

import type { Child } from 'hono/jsx'

import { hasOrigins, KINDS } from '../../../credentials/kinds.ts'
import type { PageContext } from '../context.ts'
import { Badge } from '../kit/badge.tsx'
import { Facts, type Fact } from '../kit/facts.tsx'
import { Actions, type Action } from '../kit/link.tsx'
import { Receipt } from '../kit/receipt.tsx'
import { codes, Entries } from '../kit/section.tsx'
import { Time } from '../kit/time.tsx'
import { page, receiptOf, refused } from '../respond.tsx'
import { mayWrite } from '../session.ts'
import { pageUrl, withQuery } from '../urls.ts'
import { CallersTable, readCallers } from './callers.tsx'
import { Examples } from './examples.tsx'
import { labelOf } from './kinds.ts'
import { backToKeys, keyUrl, readKey, usageOfMonth, type Key, type KeyUsage } from './read.ts'

export async function showKey(c: PageContext): Promise<Response> {
  const found = await readKey(c)
  if (!found.ok) return refused(c, found)
  const key = found.value
  const [usage, callers, receipt] = await Promise.all([
    usageOfMonth(c),
    readCallers(c, key),
    receiptOf(c),
  ])
  return page(
    c,
    { title: `Key “${key.name}”`, back: backToKeys(c) },
    <>
      <Receipt {...receipt} />
      {mayWrite(c.get('session')) && key.state !== 'revoked' ? (
        <Actions links={actionsOf(c, key)} />
      ) : null}
      <Facts rows={factsOf(c, key, usage.get(key.id))} />
      {callers ? <CallersTable found={callers} /> : null}
      {key.state === 'active' ? <Examples c={c} credential={key} value="YOUR_KEY" /> : null}
    </>,
  )
}

function actionsOf(c: PageContext, { id, state, rotated_to }: Key): readonly (Action | false)[] {
  const rotates = state === 'active' && rotated_to === null
  return [
    ['Edit', keyUrl(c, id, 'edit'), 'quiet'],
    rotates && ['Rotate', keyUrl(c, id, 'rotate'), 'quiet'],
    ['Invalidate', keyUrl(c, id, 'revoke'), 'danger'],
  ]
}

function factsOf(c: PageContext, key: Key, usage: KeyUsage | undefined): readonly (Fact | false)[] {
  return [
    ['State', <Badge text={key.state} />],
    ['Id', <code class="id">{key.id}</code>],
    ['Kind', `${labelOf(key.kind)}, ${key.environment}`],
    key.service_user_id !== null && ['Service user', <code class="id">{key.service_user_id}</code>],
    ['Products', words(key.products)],
    KINDS[key.kind].holds.scopes !== 'none' && ['Scopes', words(key.scopes)],
    ['Addresses', list(key.ips)],
    hasOrigins(key.kind) && ['Origins', list(key.origins)],
    Object.keys(key.quotas).length > 0 && ['Quotas of its own', words(pairs(key.quotas))],
    Object.keys(key.metadata).length > 0 && ['Metadata', words(pairs(key.metadata))],
    ['Created', <Time ms={key.created_at} />],
    ['Expires', <Time ms={key.expires_at} />],
    key.revoked_at !== null && ['Revoked', <Time ms={key.revoked_at} />],
    key.rotated_to !== null && [
      'Replaced by',
      <a href={keyUrl(c, key.rotated_to)}>{key.rotated_to}</a>,
    ],
    ['Last use', <Time ms={key.last_used_at} />],
    ['This month', monthText(usage)],
    ...elsewhere(c, key.id),
  ]
}

/** The sections that tell more of a key, as far as there are such. */
function elsewhere(c: PageContext, id: string): Fact[] {
  return c
    .get('nav')
    .filter(({ path }) => path === 'audit' || path === 'usage')
    .map(({ label, path }) => {
      const href = withQuery(pageUrl(c.get('organization').id, path), { key: id })
      return [label, <a href={href}>{`${label} of this key`}</a>]
    })
}

function monthText(usage: KeyUsage | undefined): string {
  const { requests = 0, refused: turned = 0, credits = 0 } = usage ?? {}
  return `${requests} requests, ${turned} of them refused, ${credits} credits`
}

function pairs(values: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(values).map(([name, value]) => `${name}: ${value}`)
}

function words(all: readonly string[]): string {
  return all.length === 0 ? 'none' : all.join(', ')
}

const LISTED_MAX = 20

function list(entries: readonly string[] | null): Child {
  if (entries === null) return 'not restricted by this key'
  if (entries.length === 0) return <Badge text="nobody: the list is empty" tone="bad" />
  return <Entries look="entries" most={LISTED_MAX} entries={codes(entries)} />
}
