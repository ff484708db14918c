// A key record made ready to decide with: lists parsed once, sets built once. What could not be
// parsed stays visible as such, because it refuses (docs/design.md,
// promise 5).

import { compileAddressList, type AddressList } from '../lists/address-list.ts'
import { compileOriginList, type OriginList } from '../lists/origin-list.ts'
import type { JwtClaims } from './jwt-claims.ts'
import type { KeyRecord } from './record.ts'

export interface Unreadable {
  /** The first entry that could not be parsed, and why. */
  readonly unreadable: string
}

/** Who is calling, as far as the credential says. */
export interface Principal {
  readonly record: KeyRecord
  readonly scopes: ReadonlySet<string>
  /** Of key and organization, and of the token where it is a JWT. */
  readonly products: ReadonlySet<string>
  readonly organizationProducts: ReadonlySet<string>
  /** Unix milliseconds; the earlier of record and token. */
  readonly expiresAt: number
  readonly organizationIps: AddressList | Unreadable | null
  readonly keyIps: AddressList | Unreadable | null
  readonly origins: OriginList | Unreadable | null
}

/** Compiles a record; of a JWT, together with what its token says. */
export function compilePrincipal(record: KeyRecord, claims?: JwtClaims): Principal {
  const products = claims
    ? record.products.filter((product) => claims.products.includes(product))
    : record.products
  return {
    record,
    scopes: new Set(record.scopes),
    products: new Set(products),
    organizationProducts: new Set(record.organizationProducts),
    expiresAt: Math.min(record.expiresAt ?? Infinity, claims?.expiresAtMs ?? Infinity),
    organizationIps: record.organizationIps && compileAddressList(record.organizationIps),
    keyIps: record.keyIps && compileAddressList(record.keyIps),
    origins: record.origins && compileOriginList(record.origins, record.originOwners),
  }
}
