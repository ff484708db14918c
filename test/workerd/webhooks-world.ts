// A small world for webhook tests on a real D1: organizations, keys, endpoints, a receiver that is a
// function, and a clock that is moved by hand.

import { createEndpoint, rotateSecret } from '../../src/control/webhooks/endpoints.ts'
import type { DeliveryDeps } from '../../src/control/webhooks/deliver.ts'
import type { KeyEventType } from '../../src/control/webhooks/event.ts'
import { importSealingKeys, type SealingKeys } from '../../src/control/webhooks/secret.ts'
import { prepareAll, type Statement } from '../../src/control/webhooks/statement.ts'
import { selectUnverified, verifiedStatements } from '../../src/control/webhooks/verification.ts'

export const PEPPER = 'pepper-of-the-tests-0123456789abcdef0123'
export const START = Date.UTC(2026, 10, 2, 3, 4, 5, 678)

export interface Sent {
  readonly url: string
  readonly headers: Record<string, string>
  readonly body: string
  readonly at: number
  readonly redirect: RequestInit['redirect']
}

let made = 0
const fresh = (prefix: string) => `${prefix}_${(made++).toString(36)}x${START.toString(36)}`

export interface World {
  readonly db: D1Database
  readonly keys: SealingKeys
  readonly sent: Sent[]
  now: number
  /** What the receiver answers; 200 at first. */
  answer: (sent: Sent) => Response | Promise<Response>
  readonly deps: DeliveryDeps
  run(...statements: readonly Statement[]): Promise<D1Result<Record<string, unknown>>[]>
  rows(sql: string, ...params: unknown[]): Promise<Record<string, unknown>[]>
  organization(): Promise<string>
  /** A secret key's row. */
  key(organizationId: string, columns?: Record<string, string | number>): Promise<string>
  /** Verified. */
  endpoint(
    organizationId: string,
    options?: { url?: string; events?: KeyEventType[] },
  ): Promise<{ id: string; secret: string }>
  /** As if it had answered its challenge. */
  verify(organizationId: string, endpointId: string): Promise<void>
  rotate(organizationId: string, endpointId: string, overlapSeconds: number): Promise<string>
}

export async function makeWorld(db: D1Database): Promise<World> {
  const keys = await importSealingKeys([PEPPER])
  const world: World = {
    db,
    keys,
    sent: [],
    now: START,
    answer: () => new Response('thanks'),
    deps: {
      db,
      sealingKeys: keys,
      destinations: { allowLoopbackHttp: false },
      random: () => 0,
      now: () => world.now,
      fetch: async (url, init) => {
        const sent = {
          url,
          headers: init.headers as Record<string, string>,
          body: init.body as string,
          at: world.now,
          redirect: init.redirect,
        }
        world.sent.push(sent)
        return await world.answer(sent)
      },
    },
    run: async (...statements) => await db.batch(prepareAll(db, statements)),
    rows: async (sql, ...params) => {
      const { results } = await db
        .prepare(sql)
        .bind(...params)
        .all()
      return results
    },
    async organization() {
      const id = fresh('org')
      await insert('organizations', { id, name: 'Test', created_at: START })
      return id
    },
    async key(organizationId, columns = {}) {
      const id = fresh('key')
      await insert('credentials', {
        id,
        organization_id: organizationId,
        kind: 'secret',
        environment: 'live',
        name: `Key "${id}" of Zoë`,
        digest: id.padEnd(40, '0'),
        scopes: '["sessions:read"]',
        products: '["verifa"]',
        created_at: world.now,
        ...columns,
      })
      return id
    },
    async endpoint(organizationId, { url = 'https://hooks.example.com/in', events } = {}) {
      const endpoint = { organizationId, url: new URL(url), ...(events && { events }) }
      const { endpointId, secret, statement } = await createEndpoint(keys, endpoint, world.now)
      await world.run(statement)
      await world.verify(organizationId, endpointId)
      return { id: endpointId, secret }
    },
    async verify(organizationId, endpointId) {
      const waiting = selectUnverified(organizationId, endpointId)
      const [row] = (await world.run(waiting))[0]?.results ?? []
      const round = String(row?.['round'])
      await world.run(...verifiedStatements(organizationId, endpointId, round))
    },
    async rotate(organizationId, endpointId, overlapSeconds) {
      const rotated = await rotateSecret(
        keys,
        organizationId,
        endpointId,
        overlapSeconds,
        world.now,
      )
      await world.run(rotated.statement)
      return rotated.secret
    },
  }
  async function insert(table: string, row: Record<string, string | number>): Promise<void> {
    const marks = Object.keys(row).map(() => '?')
    await db
      .prepare(`INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${marks.join(', ')})`)
      .bind(...Object.values(row))
      .run()
  }
  return world
}
