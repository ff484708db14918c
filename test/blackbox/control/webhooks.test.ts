// Webhooks over the management API: endpoints made, changed and removed, and what happens to keys
// arriving at a real HTTP server, signed.

import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { outcome, present } from '../call.ts'
import type { KeyBody } from './call.ts'
import { manager, newOrganization, until } from './world.ts'
import {
  eventOf,
  startWebhookWorld,
  type EndpointBody,
  type WebhookWorld,
} from './webhook-world.ts'

const CREATED = 'system.apiKey.created'
const INVALIDATED = 'system.apiKey.invalidated'
const EXPOSED = 'system.apiKey.exposed'

let world: WebhookWorld
beforeAll(async () => {
  world = await startWebhookWorld()
})
afterAll(async () => {
  expect(world.receiver.complaints).toEqual([])
  await world.stop()
})

const create = async (fields: object): Promise<KeyBody> =>
  (await world.mine<KeyBody>('POST /keys', { kind: 'secret', name: 'of a webhook', ...fields }))
    .body

describe('an endpoint', () => {
  test('is made with a secret that is shown once, read, listed, changed and removed', async () => {
    const made = await world.mine<EndpointBody>('POST /webhooks', {
      url: 'https://hooks.example.org/portcullis',
      description: 'of the tests',
      events: [EXPOSED],
    })
    expect(made.status).toBe(201)
    const { secret, ...endpoint } = made.body
    expect(secret).toMatch(/^whsec_[0-9A-Za-z+/]{43}=$/)
    expect(endpoint).toMatchObject({
      organization_id: 'org_test',
      ...{ enabled: false, verified: false, disabled_reason: 'unverified' },
      events: [EXPOSED],
    })
    const at = `/webhooks/${endpoint.id}`
    expect((await world.mine(`GET ${at}`)).body).toEqual(endpoint)
    const list = await world.mine('GET /webhooks')
    expect(list.body['items']).toContainEqual(endpoint)
    expect(list.text).not.toContain('whsec_')
    expect(JSON.stringify(await world.edge.sql('SELECT * FROM webhook_endpoints'))).not.toContain(
      secret.slice(6, 30),
    )
    const change = {
      url: 'https://hooks.example.org/other',
      description: '',
      events: [CREATED, INVALIDATED],
    }
    const changed = await world.mine(`PATCH ${at}`, change)
    expect(changed.body).toEqual({ ...endpoint, ...change })
    const removed = await world.mine(`DELETE ${at}`)
    expect([removed.status, removed.text]).toEqual([204, ''])
    expect((await world.mine(`DELETE ${at}`)).status).toBe(404)
    expect((await world.mine(`GET ${at}/deliveries`)).status).toBe(404)
  })

  test('is made once for each Idempotency-Key, its secret told once', async () => {
    const headers = { 'idempotency-key': crypto.randomUUID() }
    const fields = { url: 'https://hooks.example.org/once', description: 'once' }
    const make = () => world.mine<EndpointBody>('POST /webhooks', fields, headers)
    const answers = [...(await Promise.all(Array.from({ length: 5 }, make))), await make()]
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201))
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
    expect(answers.filter(({ body }) => body.secret !== null)).toHaveLength(1)
    const made = await world.edge.sql(`SELECT id FROM webhook_endpoints WHERE description = 'once'`)
    expect(made).toHaveLength(1)
    const other = await world.mine('POST /webhooks', { ...fields, description: 'x' }, headers)
    expect([other.status, other.reason]).toEqual([422, 'idempotency_key_reused'])
    await world.mine(`DELETE /webhooks/${answers[0]?.body.id}`)
    expect((await make()).status).toBe(404)
  })

  test('that finds no room leaves its Idempotency-Key free', async () => {
    const call = await manager(world.edge, {
      organization: await newOrganization(world.edge, 'org_full'),
    })
    const headers = { 'idempotency-key': crypto.randomUUID() }
    const fields = { url: 'https://hooks.example.org/x', events: [EXPOSED] }
    for (let i = 0; i < 20; i++) await call('POST /webhooks', fields)
    expect((await call('POST /webhooks', fields, headers)).reason).toBe('too_many_endpoints')
    const [first] = await world.edge.sql(
      `SELECT id FROM webhook_endpoints WHERE organization_id = 'org_full' LIMIT 1`,
    )
    await call(`DELETE /webhooks/${String(first?.['id'])}`)
    const made = await call<EndpointBody>('POST /webhooks', fields, headers)
    expect([made.status, typeof made.body.secret]).toEqual([201, 'string'])
  })

  test('is one of at most twenty of its organization', async () => {
    const call = await manager(world.edge, {
      organization: await newOrganization(world.edge, 'org_many'),
    })
    const make = () =>
      call('POST /webhooks', { url: 'https://hooks.example.org/x', events: [EXPOSED] })
    const answers = await Promise.all(Array.from({ length: 23 }, make))
    const made = answers.filter(({ status }) => status === 201)
    const refused = answers.filter(({ reason }) => reason === 'too_many_endpoints')
    expect([made.length, refused.length]).toEqual([20, 3])
  })
})

const makeAt = async (path: string): Promise<EndpointBody> =>
  (await world.mine<EndpointBody>('POST /webhooks', { url: world.receiver.url + path })).body
const readIt = async (id: string) => (await world.mine<EndpointBody>(`GET /webhooks/${id}`)).body
const requestsAt = (path: string) => [
  ...world.receiver.received.filter((one) => one.path === path),
  ...world.receiver.challenges.filter((one) => one === path),
]

describe('an endpoint that has yet to answer a challenge', () => {
  test('gets nothing but challenges, and is enabled by the right answer alone', async () => {
    const { id, secret } = await makeAt('/challenged')
    for (const body of [{ enabled: true }, { enabled: true, description: 'x' }]) {
      const refused = await world.mine(`PATCH /webhooks/${id}`, body)
      expect([refused.status, refused.reason]).toEqual([409, 'endpoint_unverified'])
    }
    expect((await readIt(id)).description).toBe('')
    expect((await world.mine(`POST /webhooks/${id}/test`)).reason).toBe('endpoint_disabled')
    const wrong = await world.mine(`POST /webhooks/${id}/verify`)
    expect([wrong.status, wrong.reason]).toEqual([409, 'challenge_failed'])
    expect(await readIt(id)).toMatchObject({ enabled: false, verified: false })
    world.receiver.secrets.set('/challenged', secret)
    const right = await world.mine(`POST /webhooks/${id}/verify`)
    expect([right.status, right.body]).toEqual([200, await readIt(id)])
    expect(right.body).toMatchObject({ enabled: true, verified: true, disabled_reason: null })
    expect(requestsAt('/challenged')).toHaveLength(2)
    // Once is enough.
    expect((await world.mine(`POST /webhooks/${id}/verify`)).status).toBe(200)
    expect(requestsAt('/challenged')).toHaveLength(2)
  })

  test.each<[string, (body: string, response: ServerResponse) => void]>([
    ['echoes the request', (body, response) => response.end(body)],
    [
      'redirects to itself',
      (_, response) => response.writeHead(302, { location: '/somewhere' }).end(),
    ],
    ['says what it is', (_, response) => response.writeHead(500).end('the secret of the host')],
    ['resets the connection', (_, response) => response.socket?.resetAndDestroy()],
  ])('that %s is not enabled, hears one request, and shows nothing', async (_what, respond) => {
    let heard = 0
    const server = createServer((request, response) => {
      heard++
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => respond(Buffer.concat(chunks).toString(), response))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    // Of another organization each: challenges are few in a minute.
    const call = await manager(world.edge, {
      organization: await newOrganization(world.edge, `org_c${port}`),
    })
    const url = `http://127.0.0.1:${port}/`
    const { id } = (await call<EndpointBody>('POST /webhooks', { url })).body
    const answer = await call(`POST /webhooks/${id}/verify`)
    server.close()
    expect([answer.status, answer.reason, heard]).toEqual([409, 'challenge_failed', 1])
    expect(answer.text).not.toContain('the secret of the host')
    expect((await call<EndpointBody>(`GET /webhooks/${id}`)).body.enabled).toBe(false)
  })

  test('is one whose URL was changed, also with a wish to stay enabled', async () => {
    const { id } = await world.listen('/here', { events: [EXPOSED] })
    const url = `${world.receiver.url}/there`
    const both = await world.mine(`PATCH /webhooks/${id}`, { url, enabled: true })
    expect([both.status, both.reason]).toEqual([409, 'endpoint_unverified'])
    expect(await readIt(id)).toMatchObject({ url: `${world.receiver.url}/here`, enabled: true })
    const moved = await world.mine(`PATCH /webhooks/${id}`, { url })
    expect(moved.body).toMatchObject({ url, enabled: false, disabled_reason: 'unverified' })
    expect((await world.mine(`POST /webhooks/${id}/verify`)).reason).toBe('challenge_failed')
  })

  test('is challenged so many times a minute and no more', async () => {
    const call = await manager(world.edge, {
      organization: await newOrganization(world.edge, 'org_eager'),
    })
    const url = `${world.receiver.url}/eager`
    const { id } = (await call<EndpointBody>('POST /webhooks', { url })).body
    const verify = () => call(`POST /webhooks/${id}/verify`)
    expect((await verify()).reason).toBe('challenge_failed')
    // Once more where the minute has just ended.
    await until(async () => {
      await world.edge.sql(
        `UPDATE webhook_sends SET sent = 1000 WHERE scope = 'challenges org_eager'`,
      )
      const before = requestsAt('/eager').length
      const answer = await verify()
      if (answer.status !== 429) return false
      expect(answer.reason).toBe('too_many_challenges')
      expect(requestsAt('/eager')).toHaveLength(before)
      return true
    })
  })
})

describe('what happens to keys', () => {
  test('created and invalidated, whatever ended it, is told once and signed', async () => {
    await world.listen('/life', { events: [CREATED, INVALIDATED] })
    const revoked = await create({ name: 'revoked', scopes: ['org:read'] })
    const rotated = await create({ name: 'rotated', kind: 'jwt', products: ['aml_screening'] })
    const fresh = (await world.mine<{ key: KeyBody }>(`POST /keys/${rotated.id}/rotate`, {})).body
      .key
    await world.mine(`POST /keys/${revoked.id}/revoke`)
    const user = await world.mine('POST /service-users', { name: 'U', source_system: 'vkyc' })
    const token = await world.mine<KeyBody>(
      `POST /service-users/${String(user.body['id'])}/tokens`,
      { name: 't' },
    )
    await world.mine(`POST /service-users/${String(user.body['id'])}/disable`)

    const events = (await world.arrived('/life', 7)).map(eventOf)
    const told = events.map(({ type, data }) => `${type} ${data.key_id} ${data.cause ?? ''}`.trim())
    expect(told.toSorted()).toEqual(
      [
        ...[revoked, rotated, fresh, token.body].map(({ id }) => `${CREATED} ${id}`),
        `${INVALIDATED} ${revoked.id} revoked`,
        `${INVALIDATED} ${rotated.id} rotated`,
        `${INVALIDATED} ${token.body.id} service_user_disabled`,
      ].toSorted(),
    )
    expect(events.find(({ data }) => data.key_id === revoked.id)).toMatchObject({
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown,
      data: {
        ...{ organization_id: 'org_test', kind: 'secret', environment: 'live', name: 'revoked' },
        ...{ scopes: ['org:read'], products: ['verifa'] },
      },
    })
    const all = JSON.stringify(world.receiver.received)
    for (const { value } of [revoked, rotated, fresh, token.body])
      expect(all).not.toContain(value.slice(-26))
  })

  test('exposed in a browser is told, once a day', async () => {
    await world.listen('/exposed', { events: [EXPOSED] })
    const key = await create({})
    const headers = { ...present('secret', key), 'sec-fetch-site': 'same-origin' }
    for (let i = 0; i < 3; i++) {
      expect(await outcome(world.edge, '/api/v1/sessions', { headers })).toBe(
        '403 secret_key_in_browser',
      )
    }
    const [first, ...more] = await world.arrived('/exposed', 1)
    expect(first && eventOf(first)).toMatchObject({ type: EXPOSED, data: { key_id: key.id } })
    expect(more).toEqual([])
  })

  test('expired, and the end of a grace, is told by the cron', async () => {
    await world.listen('/ended', { events: [INVALIDATED] })
    const expires_at = Date.now() + 1_000
    const [expiring, replaced] = [await create({ expires_at }), await create({})]
    await world.mine(`POST /keys/${replaced.id}/rotate`, { grace_seconds: 1 })
    await until(async () => Date.now() > expires_at + 500)
    await Promise.all([world.edge.scheduled(), world.edge.scheduled()])
    const events = (await world.arrived('/ended', 2)).map(eventOf)
    expect(events.map(({ data }) => `${data.key_id} ${data.cause}`).toSorted()).toEqual(
      [`${expiring.id} expired`, `${replaced.id} rotated`].toSorted(),
    )
  })

  test('in another organization is told to nobody here', async () => {
    await world.listen('/alone')
    await world.theirs('POST /keys', { kind: 'secret', name: 'theirs' })
    const mine = await create({})
    const events = (await world.arrived('/alone', 1)).map(eventOf)
    expect(events.map(({ data }) => data.key_id)).toEqual([mine.id])
  })
})
