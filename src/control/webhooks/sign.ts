// The three headers of Standard Webhooks 1.0. The id stays the same in every attempt, so that a
// receiver can tell a repetition; time and signature are new each time.

import { Webhook } from 'standardwebhooks'

import { isSecret } from './secret.ts'

export interface SignedHeaders {
  readonly 'webhook-id': string
  /** Unix seconds. */
  readonly 'webhook-timestamp': string
  /** One signature per secret, spaces between. */
  readonly 'webhook-signature': string
}

/**
 * Signs a body with every secret that is in force: after a rotation the new one first, then the old.
 * @throws TypeError on a dot in the id, which would make what is signed ambiguous, and on a secret
 *   that is none, or without any.
 */
export function signedHeaders(
  secrets: readonly string[],
  eventId: string,
  body: string,
  nowMs: number,
): SignedHeaders {
  if (!/^[0-9A-Za-z_]+$/.test(eventId)) throw new TypeError('an event id has letters and digits')
  if (secrets.length === 0 || !secrets.every(isSecret)) {
    throw new TypeError('a webhook is signed with secrets of 24 to 64 bytes')
  }
  const time = new Date(nowMs)
  return {
    'webhook-id': eventId,
    'webhook-timestamp': String(Math.floor(nowMs / 1000)),
    'webhook-signature': secrets
      .map((secret) => new Webhook(secret).sign(eventId, time, body))
      .join(' '),
  }
}
