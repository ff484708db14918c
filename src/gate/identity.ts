// Who is calling, as the upstream is told: set last, from the record alone, over headers from which
// every spelling of these names has been removed. The assertion is what an upstream should trust.

import { LRUCache } from 'lru-cache'

import { formatAddress } from '../lists/address.ts'
import type { Address } from '../lists/address.ts'
import { signAssertion } from '../keys/assertion.ts'
import type { Assertion, AssertionFacts } from '../keys/assertion.ts'
import type { Principal } from '../keys/principal.ts'
import type { SigningKeys } from '../keys/signing-keys.ts'
import { DEPARTMENT_HEADER } from './grant.ts'
import type { Grant } from './grant.ts'

/** An assertion is reused while it has so long to live: an upstream's clock may be that far off. */
export const ASSERTION_MIN_LEFT_MS = 30_000

export interface Call {
  readonly requestId: string
  readonly method: string
  readonly path: string
  readonly address: Address | undefined
}

/** The assertions in use, by principal and product; they go when the principal goes. */
export class AssertionMemo {
  private readonly byPrincipal = new WeakMap<Principal, LRUCache<string, Assertion>>()

  get(principal: Principal, product: string, nowMs: number): Assertion | undefined {
    const assertion = this.byPrincipal.get(principal)?.get(product)
    return assertion && assertion.expiresAtMs - nowMs > ASSERTION_MIN_LEFT_MS
      ? assertion
      : undefined
  }

  set(principal: Principal, product: string, assertion: Assertion): void {
    const assertions = this.byPrincipal.get(principal) ?? new LRUCache({ max: 16 })
    assertions.set(product, assertion)
    this.byPrincipal.set(principal, assertions)
  }
}

/** Sets the identity headers and the assertion on headers that are about to go upstream. */
export async function setIdentity(
  headers: Headers,
  principal: Principal,
  grant: Grant,
  call: Call,
  signer: { issuer: string; keys: SigningKeys; memo: AssertionMemo },
  nowMs: number,
): Promise<void> {
  const { record } = principal
  const { product } = grant.matched
  headers.set('x-edge-request-id', call.requestId)
  headers.set('x-edge-org-id', record.organizationId)
  headers.set('x-edge-key-id', record.id)
  headers.set('x-edge-key-type', record.kind)
  headers.set('x-edge-environment', record.environment)
  headers.set('x-edge-product', product.id)
  headers.set('x-edge-scopes', record.scopes.join(' '))
  if (record.serviceUser) {
    headers.set('x-edge-service-user', record.serviceUser.id)
    headers.set('x-edge-source-system', record.serviceUser.sourceSystem)
  }
  if (call.address) headers.set('x-edge-client-ip', formatAddress(call.address))
  if (grant.department !== undefined) headers.set(DEPARTMENT_HEADER, grant.department)
  headers.set('x-edge-assertion', await assertionFor(principal, grant, call, signer, nowMs))
}

async function assertionFor(
  principal: Principal,
  { matched, department }: Grant,
  call: Call,
  signer: { issuer: string; keys: SigningKeys; memo: AssertionMemo },
  nowMs: number,
): Promise<string> {
  const { product } = matched
  const facts = factsOf(principal, product.id, signer.issuer)
  if (product.assertion === 'request') {
    const request = {
      method: call.method,
      path: call.path,
      clientIp: call.address ? formatAddress(call.address) : '',
      requestId: call.requestId,
      ...(department !== undefined && { department }),
    }
    return (await signAssertion(signer.keys, facts, nowMs, request)).token
  }
  const reusable = signer.memo.get(principal, product.id, nowMs)
  if (reusable) return reusable.token
  const assertion = await signAssertion(signer.keys, facts, nowMs)
  signer.memo.set(principal, product.id, assertion)
  return assertion.token
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
