// A key's page: what it is and may, what it used, who still calls with it, and what can be done.

import type { Child } from 'hono/jsx'

import type { KeyView } from '../../control/keys/read.ts'
import type { PageContext } from '../context.ts'
import { Badge } from '../kit/badge.tsx'
import { Receipt } from '../kit/receipt.tsx'
import { Time } from '../kit/time.tsx'
import { page, receiptOf, refused } from '../respond.tsx'
import { mayWrite } from '../session.ts'
import { pageUrl, withQuery } from '../urls.ts'
import { CallersTable, readCallers } from './callers.tsx'
import { keyUrl, KINDS, readKey, usageOfMonth } from './read.ts'
import type { KeyUsage } from './read.ts'
import { Examples } from './shown.tsx'

export async function showKey(c: PageContext): Promise<Response> {
  const found = await readKey(c)
  if (!found.ok) return refused(c, found)
  const key = found.value
  const [usage, callers, receipt] = await Promise.all([
    usageOfMonth(c),
    readCallers(c, key),
    receiptOf(c),
  ])
  const back = { href: pageUrl(c.get('organization').id, 'keys'), label: 'All keys' }
  return page(
    c,
    { title: `Key “${key.name}”`, back },
    <>
      <Receipt {...receipt} />
      {mayWrite(c.get('session')) ? <Actions c={c} found={key} /> : null}
      <Facts c={c} found={key} usage={usage.get(key.id)} />
      {callers ? <CallersTable found={callers} /> : null}
      {key.state === 'active' ? <Examples c={c} credential={key} value="YOUR_KEY" /> : null}
    </>,
  )
}

function Actions({ c, found: key }: { c: PageContext; found: KeyView }) {
  if (key.state === 'revoked') return null
  return (
    <p class="actions">
      <a role="button" class="quiet" href={keyUrl(c, key.id, 'edit')}>
        Edit
      </a>
      {key.state === 'active' && key.rotated_to === null ? (
        <a role="button" class="quiet" href={keyUrl(c, key.id, 'rotate')}>
          Rotate
        </a>
      ) : null}
      <a role="button" class="danger" href={keyUrl(c, key.id, 'revoke')}>
        Invalidate
      </a>
    </p>
  )
}

function Facts({
  c,
  found: key,
  usage,
}: {
  c: PageContext
  found: KeyView
  usage: KeyUsage | undefined
}) {
  const rows: readonly (readonly [string, Child])[] = [
    ['State', <Badge text={key.state} />],
    ['Id', <code class="id">{key.id}</code>],
    ['Kind', `${KINDS[key.kind]}, ${key.environment}`],
    ...(key.service_user_id === null
      ? []
      : [['Service user', <code class="id">{key.service_user_id}</code>] as const]),
    ['Products', words(key.products)],
    ...(key.kind === 'jwt' ? [] : [['Scopes', words(key.scopes)] as const]),
    ['Addresses', list(key.ips)],
    ...(key.kind === 'publishable' ? [['Origins', list(key.origins)] as const] : []),
    ...(Object.keys(key.quotas).length === 0
      ? []
      : [['Quotas of its own', words(pairs(key.quotas))] as const]),
    ...(Object.keys(key.metadata).length === 0
      ? []
      : [['Metadata', words(pairs(key.metadata))] as const]),
    ['Created', <Time ms={key.created_at} />],
    ['Expires', <Time ms={key.expires_at} />],
    ...(key.revoked_at === null ? [] : [['Revoked', <Time ms={key.revoked_at} />] as const]),
    ...(key.rotated_to === null
      ? []
      : [['Replaced by', <a href={keyUrl(c, key.rotated_to)}>{key.rotated_to}</a>] as const]),
    ['Last use', <Time ms={key.last_used_at} />],
    ['This month', monthText(usage)],
    ...elsewhere(c, key.id),
  ]
  return (
    <dl class="facts">
      {rows.map(([name, value]) => (
        <>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </>
      ))}
    </dl>
  )
}

/** The sections that tell more of a key, as far as there are such. */
function elsewhere(c: PageContext, id: string): (readonly [string, Child])[] {
  return c
    .get('nav')
    .filter(({ path }) => path === 'audit' || path === 'usage')
    .map(({ label, path }) => {
      const href = withQuery(pageUrl(c.get('organization').id, path), { key: id })
      return [label, <a href={href}>{`${label} of this key`}</a>] as const
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
  const more = entries.length - LISTED_MAX
  return (
    <ul class="entries">
      {entries.slice(0, LISTED_MAX).map((entry) => (
        <li>
          <code>{entry}</code>
        </li>
      ))}
      {more > 0 ? <li>and {more} more</li> : null}
    </ul>
  )
}
