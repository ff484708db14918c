// What of a request crosses to control: the method, the address, the body, and of the headers what could
// also go upstream. Who calls, and from where, is told by the call alone.

import type { Call, CallKey } from '../call/call.ts'
import type { Fingerprint } from '../call/fingerprint.ts'
import { isKeyShaped } from '../config/setting-forms.ts'
import type { KnownKey } from './memo.ts'
import { mayForward } from './forward/headers.ts'
import { HEADERS } from '../lib/header-names.ts'
import type { HeaderReader } from './forward/sent-headers.ts'
import type { Passage } from './passage.ts'

/** What control has to verify itself, by whom it is asked about. */
const VERIFIED = {
  key: [],
  operator: ['authorization', 'cf-access-jwt-assertion'],
  person: ['cookie', 'cf-access-jwt-assertion'],
} as const satisfies Record<string, readonly string[]>

/** Who may be behind a request: a key that the gate knows, an operator, a person of the console. */
export type Behind = keyof typeof VERIFIED

/** The request as control gets it. Its body is then control's. */
export function crossing(request: Request, behind: Behind): Request {
  const headers = new Headers(request.headers)
  const verified: readonly string[] = VERIFIED[behind]
  for (const name of [...headers.keys()]) {
    const kept = verified.includes(name) || (mayForward(name) && name !== 'cookie')
    if (!kept) headers.delete(name)
  }
  return new Request(request, { headers })
}

/** What is told beside it. */
export function callOf(
  { requestId, clientIp, nowMs }: Pick<Passage, 'requestId' | 'clientIp' | 'nowMs'>,
  key: KnownKey | null,
  settings: Fingerprint,
): Call {
  return { v: 1, key: key && callKeyOf(key), requestId, address: clientIp, now: nowMs, settings }
}

function callKeyOf({ principal }: KnownKey): CallKey {
  const { record, scopes, products, expiresAt } = principal
  return {
    id: record.id,
    organization: record.organizationId,
    environment: record.environment,
    kind: record.kind,
    plan: record.plan,
    scopes: [...scopes],
    products: [...products],
    expiresAt: Number.isFinite(expiresAt) ? expiresAt : null,
  }
}

/** Whether a request shows what may be an operator's (control has to be asked), and what may be a key. */
export function shownBy(
  headers: HeaderReader,
  brand: string,
): { readonly operator: boolean; readonly key: boolean } {
  const bearer = /^Bearer (\S+)$/i.exec(headers.get('authorization') ?? '')?.[1]
  const ofKey = bearer !== undefined && isKeyShaped(bearer, brand)
  return {
    operator: headers.has('cf-access-jwt-assertion') || (bearer !== undefined && !ofKey),
    key: headers.has(HEADERS.apiKey) || ofKey,
  }
}
