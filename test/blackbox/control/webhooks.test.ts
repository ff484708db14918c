// Webhooks over the management API: endpoints made, changed and removed, and what happens to keys
// arriving at a real HTTP server, signed.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { outcome, present } from '../call.ts'
import type { KeyBody } from './call.ts'
import { manager, newOrganization, until } from './world.ts'
import { eventOf, startWebhookWorld } from './webhook-world.ts'
import type { EndpointBody, WebhookWorld } from './webhook-world.ts'

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
      enabled: true,
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
    expect((await world.mine(`PATCH ${at}`, change)).body).toEqual({ ...endpoint, ...change })
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
