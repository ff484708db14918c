// A change's receipt on its way through the redirect after a form. It travels in the address, signed
// for this session and this page, so that nobody can be shown a receipt that was never given.

import { base64url } from 'jose'

import type { PageContext } from './context.ts'
import type { ChangeReceipt } from './kit/receipt.tsx'
import { isTagOf, tagOf } from './seal.ts'

/** The receipt as the `receipt` parameter of the page at `path`. */
export async function sealReceipt(
  c: PageContext,
  path: string,
  { enforced_at, pending, change_id, revoked_at }: ChangeReceipt,
): Promise<string> {
  const text = JSON.stringify({ enforced_at, pending, change_id, revoked_at })
  const payload = base64url.encode(text)
  return `${payload}.${await tagOf(c.env.context.edge.settings, 'receipt', covered(c, path, payload))}`
}

/** The receipt that the page was redirected to with; undefined without one that is ours. */
export async function readReceipt(c: PageContext): Promise<ChangeReceipt | undefined> {
  const [payload = '', tag = ''] = (c.req.query('receipt') ?? '').split('.')
  const { settings } = c.env.context.edge
  if (!(await isTagOf(settings, 'receipt', covered(c, c.req.path, payload), tag))) return undefined
  return JSON.parse(new TextDecoder().decode(base64url.decode(payload))) as ChangeReceipt
}

function covered(c: PageContext, path: string, payload: string): string {
  return [c.get('session').digest, path, payload].join('\n')
}
