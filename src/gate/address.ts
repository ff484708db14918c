// From where. The client address is `CF-Connecting-IP` and nothing else: every other header that
// claims one can be set by the client.

import { createLRU } from 'lru.min'

import type { Principal } from '../credentials/principal.ts'
import { formatAddress, parseAddress, type Address } from '../lists/address.ts'
import { addressListContains } from '../lists/address-list.ts'
import { err, ok, type Result } from '../lib/result.ts'
import type { Denial } from '../reasons/denial.ts'
import type { HeaderReader } from './forward/sent-headers.ts'

export interface Client {
  /** Unmapped; undefined where the platform gave none that can be read. */
  readonly address: Address | undefined
  /** The same as text; empty where there is none. */
  readonly ip: string
}

/** The same clients come again and again, so what was read of so many is kept. */
const MAX_CLIENTS = 10_000
const clients = createLRU<string, Client>({ max: MAX_CLIENTS })

/** Who is connected. */
export function clientOf(headers: HeaderReader): Client {
  const sent = headers.get('cf-connecting-ip') ?? ''
  const known = clients.get(sent)
  if (known) return known
  const address = parseAddress(sent)
  const client = { address, ip: address ? formatAddress(address) : '' }
  clients.set(sent, client)
  return client
}

/** The organization's list and the key's list must both admit the address. */
export function checkAddress(
  principal: Principal,
  address: Address | undefined,
): Result<void, Denial> {
  const lists = { organization: principal.organizationIps, key: principal.keyIps } as const
  for (const name of ['organization', 'key'] as const) {
    const list = lists[name]
    if (list === null) continue
    if ('unreadable' in list) return err({ reason: 'address_list_unreadable', list: name })
    if (!address) return err({ reason: 'address_unknown' })
    if (!addressListContains(list, address))
      return err({ reason: 'address_not_allowed', list: name })
  }
  return ok(undefined)
}
