// Who is calling, as the upstream is told: set last, from the record alone, over headers from which
// every spelling of these names has been removed. The assertion is what an upstream should trust.

import { HEADERS } from '../../lib/header-names.ts'
import type { Product } from '../../catalog/define.ts'
import { signAssertion, type Assertion, type AssertionFacts } from '../../credentials/assertion.ts'
import type { Principal } from '../../credentials/principal.ts'
import type { SigningKeys } from '../../credentials/signing-keys.ts'
import type { Grant } from '../grant.ts'

/** An assertion is reused while it has so long to live: an upstream's clock may be that far off. */
export const ASSERTION_MIN_LEFT_MS = 30_000

export interface Call {
  readonly requestId: string
  readonly method: string
  readonly path: string
  /** As text; empty where it is not known. */
  readonly clientIp: string
}

/** What is said of a key to a product, as headers; and the assertion in use, while it lasts. */
interface Identity {
  readonly headers: readonly (readonly [name: string, value: string])[]
  assertion: Assertion | undefined
}

/** The identities in use, by principal and product; they go when the principal goes. */
export class IdentityMemo {
  private readonly byPrincipal = new WeakMap<Principal, Map<Product, Identity>>()

  /** There are as many as the catalog has products. */
  of(principal: Principal, product: Product): Identity {
    const byProduct = this.byPrincipal.get(principal) ?? new Map<Product, Identity>()
    this.byPrincipal.set(principal, byProduct)
    const known = byProduct.get(product)
    if (known) return known
    const identity = { headers: headersOf(principal, product), assertion: undefined }
    byProduct.set(product, identity)
    return identity
  }
}

export interface Signer {
  readonly issuer: string
  readonly keys: SigningKeys
  readonly memo: IdentityMemo
}

/** Sets the identity headers and the assertion on headers that are about to go upstream. */
export async function setIdentity(
  headers: Headers,
  principal: Principal,
  grant: Grant,
  call: Call,
  signer: Signer,
  nowMs: number,
): Promise<void> {
  const identity = signer.memo.of(principal, grant.matched.product)
  for (const [name, value] of identity.headers) headers.set(name, value)
  headers.set(HEADERS.upstreamRequestId, call.requestId)
  if (call.clientIp !== '') headers.set(HEADERS.clientIp, call.clientIp)
  if (grant.department !== undefined) headers.set(HEADERS.department, grant.department)
  const assertion =
    reusable(identity, grant, nowMs) ??
    (await assertionFor(identity, principal, grant, call, signer, nowMs))
  headers.set(HEADERS.assertion, assertion.token)
}

function headersOf({ record }: Principal, product: Product): Identity['headers'] {
  const { serviceUser } = record
  return [
    [HEADERS.organizationId, record.organizationId],
    [HEADERS.keyId, record.id],
    [HEADERS.keyType, record.kind],
    [HEADERS.environment, record.environment],
    [HEADERS.product, product.id],
    [HEADERS.scopes, record.scopes.join(' ')],
    ...(serviceUser
      ? ([
          [HEADERS.serviceUser, serviceUser.id],
          [HEADERS.sourceSystem, serviceUser.sourceSystem],
        ] as const)
      : []),
  ]
}

function reusable(
  { assertion }: Identity,
  { matched }: Grant,
  nowMs: number,
): Assertion | undefined {
  if (matched.product.assertion === 'request' || !assertion) return undefined
  return assertion.expiresAtMs - nowMs > ASSERTION_MIN_LEFT_MS ? assertion : undefined
}

async function assertionFor(
  identity: Identity,
  principal: Principal,
  { matched, department }: Grant,
  call: Call,
  signer: Signer,
  nowMs: number,
): Promise<Assertion> {
  const { product } = matched
  const facts = factsOf(principal, product.id, signer.issuer)
  if (product.assertion === 'request') {
    const request = { ...call, ...(department !== undefined && { department }) }
    return await signAssertion(signer.keys, facts, nowMs, request)
  }
  const assertion = await signAssertion(signer.keys, facts, nowMs)
  identity.assertion = assertion
  return assertion
}

function factsOf({ record }: Principal, product: string, issuer: string): AssertionFacts {
  return {
    issuer,
    product,
    keyId: record.id,
    org: record.organizationId,
    env: record.environment,
    keyType: record.kind,
    scopes: record.scopes,
    ...(record.serviceUser && {
      serviceUser: record.serviceUser.id,
      sourceSystem: record.serviceUser.sourceSystem,
      departments: record.serviceUser.departments,
    }),
  }
}
