import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { deliver } from '../../src/control/webhooks/deliver.ts'
import { listDeliveries } from '../../src/control/webhooks/deliveries.ts'
import {
  deliveryFromRow,
  endpointFromRow,
  type EndpointView,
} from '../../src/control/api/webhooks/view.ts'
import {
  createEndpoint,
  deleteEndpoint,
  disableEndpoint,
  enableEndpoint,
  ENDPOINTS_MAX,
  getEndpoint,
  listEndpoints,
  rotateSecret,
  updateEndpoint,
} from '../../src/control/webhooks/endpoints.ts'
import { KEY_EVENT_TYPES } from '../../src/control/webhooks/event.ts'
import { deliveryIdsOf, enqueueStatements } from '../../src/control/webhooks/outbox.ts'
import type { Statement } from '../../src/control/webhooks/statement.ts'
import { applySchema } from './rows.ts'
import { makeWorld, START, type World } from './webhooks-world.ts'

let world: World
let org: string
let foreign: string

beforeAll(applySchema)

beforeEach(async () => {
  world = await makeWorld(env.DB)
  org = await world.organization()
  foreign = await world.organization()
})

const ask = async (statement: Statement) => (await world.run(statement))[0]?.results ?? []

describe('endpoints', () => {
  it('creation shows the secret, and no row of an answer holds it, sealed or not', async () => {
    const url = new URL('https://hooks.example.com/in?tenant=7')
    const made = await createEndpoint(world.keys, { organizationId: org, url }, START)
    expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    await ask(made.statement)
    const [row = {}] = await ask(getEndpoint(org, made.endpointId))
    expect(endpointFromRow(row)).toEqual({
      id: made.endpointId,
      organization_id: org,
      url: 'https://hooks.example.com/in?tenant=7',
      description: '',
      events: [...KEY_EVENT_TYPES],
      enabled: false,
      disabled_at: START,
      disabled_reason: 'unverified',
      verified: false,
      failing_since: null,
      previous_secret_expires_at: null,
      created_at: START,
    })
    const [stored] = await world.rows(
      'SELECT secret FROM webhook_endpoints WHERE id = ?',
      made.endpointId,
    )
    expect(stored?.['secret']).toMatch(/^v1\./)
    expect(stored?.['secret']).not.toContain(made.secret.slice(6))
  })

  it('are bounded in number', async () => {
    for (let i = 0; i < ENDPOINTS_MAX; i++) await world.endpoint(org)
    const url = new URL('https://hooks.example.com/')
    const more = await createEndpoint(world.keys, { organizationId: org, url }, START)
    expect(await ask(more.statement)).toEqual([])
    const elsewhere = await createEndpoint(world.keys, { organizationId: foreign, url }, START)
    expect(await ask(elsewhere.statement)).toHaveLength(1)
  })

  it('are listed newest first, a page at a time, of their organization alone', async () => {
    const ids: string[] = []
    for (const step of [0, 0, 1, 2]) {
      world.now = START + step
      ids.push((await world.endpoint(org)).id)
    }
    await world.endpoint(foreign)
    const seen: string[] = []
    for (let after; ;) {
      const rows: EndpointView[] = (await ask(listEndpoints(org, after, 3))).map(endpointFromRow)
      seen.push(...rows.map(({ id }) => id))
      const last = rows.at(-1)
      if (rows.length < 3 || !last) break
      after = { createdAt: last.created_at, id: last.id }
    }
    expect(seen).toHaveLength(4)
    expect(seen.slice(0, 2)).toEqual([ids[3], ids[2]])
    expect(new Set(seen)).toEqual(new Set(ids))
  })

  it('change only where something is given', async () => {
    const { id } = await world.endpoint(org)
    const events = ['system.apiKey.exposed'] as const
    await ask(updateEndpoint(org, id, { description: 'ours', events }))
    await ask(updateEndpoint(org, id, { url: new URL('https://b.example.com/') }))
    const [row = {}] = await ask(getEndpoint(org, id))
    expect(endpointFromRow(row)).toMatchObject({
      url: 'https://b.example.com/',
      description: 'ours',
      events,
    })
  })

  it('nothing of another organization is found, changed or removed', async () => {
    const { id } = await world.endpoint(foreign)
    const rotation = await rotateSecret(world.keys, org, id, 10, START)
    for (const statement of [
      getEndpoint(org, id),
      updateEndpoint(org, id, { description: 'mine' }),
      disableEndpoint(org, id, START),
      enableEndpoint(org, id),
      deleteEndpoint(org, id),
      rotation.statement,
    ]) {
      expect(await ask(statement)).toEqual([])
    }
    const [row = {}] = await ask(getEndpoint(foreign, id))
    expect(endpointFromRow(row)).toMatchObject({ description: '', enabled: true })
  })

  it('disabling keeps the first reason and time; raw SQL without a reason is the owner’s', async () => {
    const { id } = await world.endpoint(org)
    await world.rows('UPDATE webhook_endpoints SET disabled_at = ? WHERE id = ?', START, id)
    await ask(disableEndpoint(org, id, START + 5))
    const [row = {}] = await ask(getEndpoint(org, id))
    expect(endpointFromRow(row)).toMatchObject({
      enabled: false,
      disabled_at: START,
      disabled_reason: 'owner',
    })
    await world.rows(
      `UPDATE webhook_endpoints SET disabled_reason = 'gone', failing_since = 5 WHERE id = ?`,
      id,
    )
    // Raw SQL again: what belonged to being disabled goes with it.
    await world.rows('UPDATE webhook_endpoints SET disabled_at = NULL WHERE id = ?', id)
    const [enabled = {}] = await ask(getEndpoint(org, id))
    expect(enabled).toMatchObject({ disabled_reason: null, failing_since: null })
  })

  it('removal takes deliveries and log along, and leaves the event', async () => {
    const { id } = await world.endpoint(org)
    const key = await world.key(org)
    const change = { change: 'created', keyId: key } as const
    await deliver(world.deps, deliveryIdsOf(await world.run(...enqueueStatements(change, START))))
    expect(await ask(deleteEndpoint(org, id))).toEqual([{ id }])
    expect(await world.rows('SELECT * FROM webhook_deliveries WHERE endpoint_id = ?', id)).toEqual(
      [],
    )
    const left = 'SELECT type FROM webhook_events WHERE organization_id = ?'
    expect(await world.rows(left, org)).toHaveLength(1)
  })
})

describe('the delivery log', () => {
  it('pages, filters by state, and shows another organization nothing', async () => {
    const { id: endpointId } = await world.endpoint(org)
    const ids: string[] = []
    for (let i = 0; i < 5; i++) {
      const keyId = await world.key(org)
      const statements = enqueueStatements({ change: 'created', keyId }, START + i)
      ids.unshift(...deliveryIdsOf(await world.run(...statements)))
    }
    await deliver({ ...world.deps, now: () => START + 10 }, ids.slice(0, 2))
    const list = async (
      filter: { organizationId?: string; state?: 'pending' | 'delivered' } = {},
      after?: { createdAt: number; id: string },
    ) => {
      const all = { organizationId: org, endpointId, ...filter }
      return (await ask(listDeliveries(all, after, 3))).map(deliveryFromRow)
    }
    const first = await list()
    expect(first.map(({ id }) => id)).toEqual(ids.slice(0, 3))
    const last = first[2]
    const place = { createdAt: last?.created_at ?? 0, id: last?.id ?? '' }
    expect((await list({}, place)).map(({ id }) => id)).toEqual(ids.slice(3))
    expect((await list({ state: 'delivered' })).map(({ id }) => id)).toEqual(ids.slice(0, 2))
    expect((await list({ state: 'pending' })).map(({ id }) => id)).toEqual(ids.slice(2))
    expect(await list({ organizationId: foreign })).toEqual([])
  })
})
