import { createHmac } from 'node:crypto'

import { Webhook } from 'standardwebhooks'
import { afterEach, describe, expect, it, vi } from 'vitest'

import { newSecret } from '../../../src/control/webhooks/secret.ts'
import { signedHeaders } from '../../../src/control/webhooks/sign.ts'
import { thirdParty } from '../../corpora.ts'

const NOW = 1_614_265_330_999
const BODY = '{"test": 2432232314}'

afterEach(() => vi.restoreAllMocks())

describe('signedHeaders', () => {
  it('reproduces the vector of the specification (W16)', () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
    expect(signedHeaders([secret], 'msg_p5jXN8AQM9LWM0D4loKWxJek', BODY, NOW)).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    })
  })

  const vectors = thirdParty<{
    sign: { secret: string; msgId: string; timestamp: number; payload: string; expected: string }[]
  }>('webhooks/standard-webhooks.json')
  it.skipIf(!vectors)('reproduces the vectors of its libraries', () => {
    for (const { secret, msgId, timestamp, payload, expected } of vectors?.sign ?? []) {
      const headers = signedHeaders([secret], msgId, payload, timestamp * 1000)
      expect(headers['webhook-signature']).toBe(expected)
    }
  })

  it('is HMAC-SHA256 over id.timestamp.body, for any text', () => {
    const secret = newSecret()
    for (const body of ['', '{}', '{"name":"Zoë 🔑"}', 'x'.repeat(20_000)]) {
      const mac = createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
        .update(`msg_1.1614265330.${body}`)
        .digest('base64')
      expect(signedHeaders([secret], 'msg_1', body, NOW)['webhook-signature']).toBe(`v1,${mac}`)
    }
  })

  it('signs with every secret, and a receiver with either is content', () => {
    vi.spyOn(Date, 'now').mockReturnValue(NOW)
    const [fresh, old] = [newSecret(), newSecret()]
    const headers = { ...signedHeaders([fresh, old], 'msg_1', BODY, NOW) }
    expect(headers['webhook-signature'].split(' ')).toHaveLength(2)
    for (const secret of [fresh, old]) {
      expect(new Webhook(secret).verify(BODY, headers)).toEqual({ test: 2_432_232_314 })
    }
    expect(() => new Webhook(newSecret()).verify(BODY, headers)).toThrow('No matching signature')
  })

  it.each([
    ['no secret', []],
    ['an empty one (W18)', ['']],
    ['the prefix alone (W18)', ['whsec_']],
    ['under 24 bytes (W18)', [`whsec_${Buffer.alloc(23).toString('base64')}`]],
    ['a good and a bad one', [newSecret(), 'whsec_AAAA']],
  ])('throws on %s', (_guarantee, secrets) => {
    expect(() => signedHeaders(secrets, 'msg_1', BODY, NOW)).toThrow(TypeError)
  })

  it.each(['msg_1.2', '', 'msg 1', 'msg_1\n'])('throws on the id %j (W20)', (id) => {
    expect(() => signedHeaders([newSecret()], id, BODY, NOW)).toThrow(TypeError)
  })
})
