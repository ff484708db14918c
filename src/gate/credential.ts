// Exactly one credential, from `X-API-Key` or `Authorization: Bearer`, never from query, body or
// cookie. Two of them have no single meaning and are refused, whichever would have been valid
// (RFC 6750 §3.1).

import { HEADERS } from '../lib/header-names.ts'
import type { Scheme } from '../credentials/kinds.ts'
import { err, ok, type Result } from '../lib/result.ts'
import type { Denial } from '../reasons/denial.ts'
import type { HeaderReader } from './forward/sent-headers.ts'

export interface Presented {
  readonly scheme: Scheme
  readonly value: string
}

const BEARER = /^bearer ([A-Za-z0-9\-._~+/]+=*)$/i

/** Reads the credential as it was presented; whether it is one of ours is not asked here. */
export function readCredential(headers: HeaderReader): Result<Presented, Denial> {
  const apiKey = headers.get(HEADERS.apiKey)
  const authorization = headers.get(HEADERS.authorization)
  if (apiKey === null && authorization === null) return err({ reason: 'credential_missing' })
  if (apiKey !== null && authorization !== null) return err({ reason: 'credential_multiple' })
  // Headers that came twice arrive joined with a comma, which no credential holds.
  if ((apiKey ?? authorization ?? '').includes(',')) return err({ reason: 'credential_multiple' })
  if (apiKey !== null) return ok({ scheme: 'ApiKey', value: apiKey })
  const match = BEARER.exec(authorization ?? '')
  if (!match?.[1]) return err({ reason: 'credential_invalid', scheme: 'Bearer' })
  return ok({ scheme: 'Bearer', value: match[1] })
}
