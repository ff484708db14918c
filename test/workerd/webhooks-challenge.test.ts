// An endpoint is enabled by an answer that only who holds its secret can give, to a challenge that goes
// the way of a delivery.

import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { env } from 'cloudflare:workers'
import { Webhook } from 'standardwebhooks'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'

import { challenge } from '../../src/control/webhooks/challenge.ts'
import { deliver, deliverDue } from '../../src/control/webhooks/deliver.ts'
import { resend, sendTest } from '../../src/control/webhooks/deliveries.ts'
import { endpointFromRow, type EndpointView } from '../../src/control/api/webhooks/view.ts'
import {
  createEndpoint,
  disableEndpoint,
  enableEndpoint,
  getEndpoint,
  updateEndpoint,
} from '../../src/control/webhooks/endpoints.ts'
import { EXCERPT_MAX_BYTES } from '../../src/control/webhooks/excerpt.ts'
import { deliveryIdsOf, enqueueStatements } from '../../src/control/webhooks/outbox.ts'
import { secretBytes, toBase64 } from '../../src/control/webhooks/secret.ts'
import type { Statement } from '../../src/control/webhooks/statement.ts'
import {
  selectUnverified,
  verifiedStatements,
  type Unverified,
} from '../../src/control/webhooks/verification.ts'
import { applySchema } from './rows.ts'
import { makeWorld, START, type Sent, type World } from './webhooks-world.ts'

let world: World
let org: string
let id: string
let secret: string

beforeAll(applySchema)

beforeEach(async () => {
  await env.DB.batch(
    ['endpoints', 'events', 'sends', 'hosts'].map((table) =>
      env.DB.prepare(`DELETE FROM webhook_${table}`),
    ),
  )
  world = await makeWorld(env.DB)
  org = await world.organization()
  const url = new URL('https://hooks.example.com/in')
  const made = await createEndpoint(world.keys, { organizationId: org, url }, START)
  await world.run(made.statement)
  id = made.endpointId
  secret = made.secret
})

afterEach(() => vi.restoreAllMocks())

const one = async <T>(statement: Statement): Promise<T> =>
  (await world.run(statement))[0]?.results[0] as T
const waiting = () => one<Unverified>(selectUnverified(org, id))
const shown = async (): Promise<EndpointView> =>
  endpointFromRow(await one<Record<string, unknown>>(getEndpoint(org, id)))

/** Sends a challenge, and says whether it was answered. */
const ask = async (timeoutMs = 15_000): Promise<boolean> =>
  await challenge(await waiting(), { ...world.deps, timeoutMs })

const nonceOf = ({ body }: Sent): string =>
  (JSON.parse(body) as { data: { challenge: string } }).data.challenge

/** As docs/api.md tells a receiver to compute it. */
const responseOf = (nonce: string, by = secret): string =>
  toBase64(hmac(sha256, secretBytes(by), utf8ToBytes(nonce)))

const answer = (sent: Sent, by = secret) =>
  Response.json({ challenge_response: responseOf(nonceOf(sent), by) })

async function happen(): Promise<string[]> {
  const keyId = await world.key(org)
  return deliveryIdsOf(
    await world.run(...enqueueStatements({ change: 'created', keyId }, world.now)),
  )
}

describe('a challenge', () => {
  it('is signed like a delivery, another one each time, and answered by the secret', async () => {
    world.answer = (sent) => answer(sent)
    expect([await ask(), await ask()]).toEqual([true, true])
    const [sent, again] = world.sent
    if (!sent || !again) throw new Error('nothing was sent')
    expect(sent).toMatchObject({ url: 'https://hooks.example.com/in', redirect: 'manual' })
    vi.spyOn(Date, 'now').mockReturnValue(START)
    expect(new Webhook(secret).verify(sent.body, sent.headers)).toMatchObject({
      type: 'system.challenge',
      data: { organization_id: org, endpoint_id: id },
    })
    expect(nonceOf(sent)).not.toBe(nonceOf(again))
    expect(sent.headers['webhook-id']).not.toBe(again.headers['webhook-id'])
  })

  it('is answered by either secret while both sign', async () => {
    const fresh = await world.rotate(org, id, 3600)
    for (const by of [secret, fresh]) {
      world.answer = (sent) => answer(sent, by)
      expect(await ask()).toBe(true)
    }
    world.now += 3_600_000
    world.answer = (sent) => answer(sent)
    expect(await ask()).toBe(false)
  })

  it.each<[string, (sent: Sent) => Response | Promise<Response>]>([
    ['2xx alone', () => new Response('ok')],
    ['nothing', () => new Response(null, { status: 204 })],
    ['the body, repeated', ({ body }) => new Response(body)],
    [
      'the whole request, repeated',
      ({ body, headers }) => Response.json({ ...headers, body, ...(JSON.parse(body) as object) }),
    ],
    ['the nonce', (sent) => Response.json({ challenge_response: nonceOf(sent) })],
    [
      'the signature of the request',
      ({ headers }) =>
        Response.json({ challenge_response: headers['webhook-signature']?.slice('v1,'.length) }),
    ],
    ['another secret’s answer', (sent) => answer(sent, `whsec_${btoa('x'.repeat(32))}`)],
    [
      'the answer to another nonce',
      () => Response.json({ challenge_response: responseOf('another') }),
    ],
    [
      'the answer under the secret as text',
      (sent) =>
        Response.json({
          challenge_response: toBase64(
            hmac(sha256, utf8ToBytes(secret), utf8ToBytes(nonceOf(sent))),
          ),
        }),
    ],
    ['the answer in a list', async (sent) => Response.json([await answer(sent).json()])],
    ['the answer as text', (sent) => new Response(responseOf(nonceOf(sent)))],
    ['null', () => Response.json(null)],
    ['no JSON', () => new Response('{"challenge_response": ')],
    [
      'the answer behind more than is read',
      async (sent) => new Response(' '.repeat(EXCERPT_MAX_BYTES) + (await answer(sent).text())),
    ],
    [
      'the answer with 400',
      async (sent) => new Response(await answer(sent).text(), { status: 400 }),
    ],
    [
      'the answer with a redirect to itself',
      async (sent) =>
        new Response(await answer(sent).text(), {
          status: 302,
          headers: { location: 'https://hooks.example.com/in' },
        }),
    ],
    ['an error', () => Promise.reject(new Error('no route to host'))],
    ['silence', () => new Promise<Response>(() => undefined)],
  ])('is not answered by %s, and one request is seen', async (_what, wrong) => {
    world.answer = wrong
    expect(await ask(50)).toBe(false)
    expect(world.sent).toHaveLength(1)
  })

  it.each([
    'http://hooks.example.com/in',
    'https://127.0.0.1/in',
    'https://metadata.google.internal/',
  ])('does not go to %s, however it came into the database', async (url) => {
    world.answer = (sent) => answer(sent)
    await world.rows('UPDATE webhook_endpoints SET url = ? WHERE id = ?', url, id)
    expect(await ask()).toBe(false)
    expect(world.sent).toEqual([])
  })
})

describe('an endpoint that has not answered', () => {
  it('is disabled, says so, and gets nothing: no event, test or resend', async () => {
    expect(await shown()).toMatchObject({
      enabled: false,
      verified: false,
      disabled_reason: 'unverified',
    })
    expect(await happen()).toEqual([])
    expect(await sendTest(world.db, org, id, START)).toMatchObject({ error: 'endpoint_disabled' })
    await deliverDue(world.deps)
    expect(world.sent).toEqual([])
  })

  it('cannot be enabled, by the API’s statement or by raw SQL', async () => {
    await expect(world.run(enableEndpoint(org, id))).rejects.toThrow(/answering a challenge/)
    await expect(
      world.rows('UPDATE webhook_endpoints SET disabled_at = NULL WHERE id = ?', id),
    ).rejects.toThrow(/answering a challenge/)
    expect((await shown()).enabled).toBe(false)
  })

  it('is neither enabled where raw SQL adds it', async () => {
    await world.rows(
      `INSERT INTO webhook_endpoints (id, organization_id, url, events, secret, created_at)
       SELECT 'whe_raw', organization_id, url, events, secret, created_at
       FROM webhook_endpoints WHERE id = ?`,
      id,
    )
    const row = await one<Record<string, unknown>>(getEndpoint(org, 'whe_raw'))
    expect(endpointFromRow(row)).toMatchObject({ enabled: false, disabled_reason: 'unverified' })
  })
})

describe('an endpoint that has answered', () => {
  beforeEach(async () => await world.verify(org, id))

  it('is enabled, and may be disabled and enabled by its owner', async () => {
    expect(await shown()).toMatchObject({ enabled: true, verified: true, disabled_reason: null })
    await world.run(disableEndpoint(org, id, START))
    expect(await shown()).toMatchObject({
      enabled: false,
      verified: true,
      disabled_reason: 'owner',
    })
    await world.run(enableEndpoint(org, id))
    expect((await shown()).enabled).toBe(true)
  })

  it('answers anew after a change of URL, and what was on its way is held until then', async () => {
    const [delivery = ''] = await happen()
    await world.run(updateEndpoint(org, id, { url: new URL('https://other.example.com/in') }))
    expect(await shown()).toMatchObject({ enabled: false, disabled_reason: 'unverified' })
    expect(await resend(world.db, org, id, delivery, START)).toMatchObject({
      error: 'endpoint_disabled',
    })
    await deliver(world.deps, [delivery])
    expect(world.sent).toEqual([])
    await world.verify(org, id)
    await deliver(world.deps, [delivery])
    expect(world.sent.map(({ url }) => url)).toEqual(['https://other.example.com/in'])
  })

  it('stays enabled where the same URL is set, or something else', async () => {
    const url = new URL('https://hooks.example.com/in')
    await world.run(updateEndpoint(org, id, { url, description: 'ours' }))
    expect(await shown()).toMatchObject({ enabled: true, description: 'ours' })
  })

  it('is not verified at its new URL by the answer of the old one', async () => {
    await world.run(updateEndpoint(org, id, { url: new URL('https://b.example.com/') }))
    const { round } = await waiting()
    await world.run(updateEndpoint(org, id, { url: new URL('https://victim.example.com/') }))
    await world.run(...verifiedStatements(org, id, String(round)))
    expect(await shown()).toMatchObject({ enabled: false, verified: false })
  })

  it.each([
    ['it answered 410', 'gone'],
    ['it failed for five days', 'failing'],
  ])('answers anew where it was disabled because %s', async (_why, reason) => {
    await world.rows(
      'UPDATE webhook_endpoints SET disabled_at = ?, disabled_reason = ? WHERE id = ?',
      ...[START, reason, id],
    )
    expect(await shown()).toMatchObject({ verified: false, disabled_reason: reason })
    await expect(world.run(enableEndpoint(org, id))).rejects.toThrow(/answering a challenge/)
    await world.verify(org, id)
    expect(await shown()).toMatchObject({ enabled: true, verified: true, disabled_reason: null })
  })
})
