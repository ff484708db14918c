// Keys: how many there are in D1, and how many are used in turn.

import type { Database } from '../edge.ts'
import { session } from '../requests.ts'
import { startRig, type Rig } from '../rig.ts'
import { startSeeding, type Seeder } from '../seed.ts'
import { BASELINE, measureGroup, type Point, type Series } from './growth.ts'
import type { ScalePlan } from './plan.ts'

const FILL_ORGANIZATIONS = 1_000
const ROWS_PER_STATEMENT = 100_000

export async function keysInD1(plan: ScalePlan, progress: (text: string) => void): Promise<Series> {
  const rig = await startRig({ workers: ['pass_through'] })
  try {
    const seeder = await startSeeding(rig.edge.db, rig.edge.signingKey)
    await fillOrganizations(rig.edge.db)
    const busy = await seeder.mint('secret')
    await seeder.insert()
    const points: Point[] = []
    let filled = 1
    for (const size of plan.keys) {
      progress(`${size} keys in D1`)
      await fill(rig.edge.db, filled, size)
      filled = size
      points.push(...(await measureAt(rig, plan, seeder, size, busy.value)))
    }
    const what = 'a busy key, and keys that nobody has seen yet, over the number of keys in D1'
    return { name: 'keys', what, axis: 'keys in D1', points }
  } finally {
    await rig.stop()
  }
}

async function measureAt(
  rig: Rig,
  plan: ScalePlan,
  seeder: Seeder,
  size: number,
  busy: string,
): Promise<Point[]> {
  const cold = await mintMany(seeder, (plan.rounds + 1) * plan.coldKeys)
  await seeder.insert()
  const share = (pass: number): string[] =>
    cold.slice(pass * plan.coldKeys, (pass + 1) * plan.coldKeys)
  const { gate, pass_through } = rig.edge.ports
  return await measureGroup(rig, plan, [
    { line: BASELINE, size, port: pass_through, requests: () => [session(busy)] },
    { line: 'busy', size, port: gate, requests: () => [session(busy)] },
    {
      line: 'cold',
      size,
      port: gate,
      requests: (pass) => share(pass).map((key) => session(key)),
      once: true,
    },
  ])
}

export async function concurrentKeys(
  plan: ScalePlan,
  progress: (text: string) => void,
): Promise<Series> {
  const rig = await startRig({ workers: ['pass_through'] })
  try {
    const seeder = await startSeeding(rig.edge.db, rig.edge.signingKey)
    // The fewer are among the more, so that all together are no more than the most.
    const keys = await mintMany(seeder, Math.max(...plan.concurrent))
    await seeder.insert()
    const { gate, pass_through } = rig.edge.ports
    const points: Point[] = []
    for (const size of plan.concurrent) {
      progress(`${size} keys in turn`)
      const requests = keys.slice(0, size).map((key) => session(key))
      points.push(
        ...(await measureGroup(rig, plan, [
          { line: BASELINE, size, port: pass_through, requests: () => requests },
          { line: 'in turn', size, port: gate, requests: () => requests, warmUpOnce: true },
        ])),
      )
    }
    const what = 'keys used in turn, one request each, over their number'
    return { name: 'concurrent', what, axis: 'keys in turn', points }
  } finally {
    await rig.stop()
  }
}

export async function mintMany(seeder: Seeder, count: number): Promise<string[]> {
  const values: string[] = []
  for (let i = 0; i < count; i++) values.push((await seeder.mint('secret')).value)
  return values
}

const COUNT_UP = `WITH RECURSIVE n (i) AS
  (VALUES (CAST(?1 AS INTEGER)) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < CAST(?2 AS INTEGER))`

async function fillOrganizations(db: Database): Promise<void> {
  const sql = `${COUNT_UP} INSERT INTO organizations (id, name, plan, products)
    SELECT 'org_fill' || i, 'Fill', 'enterprise', '["verifa"]' FROM n`
  await db.prepare(sql).bind(0, FILL_ORGANIZATIONS).run()
}

/** Adds keys with digests of nothing. The triggers run: each has its generation, none is pending. */
async function fill(db: Database, from: number, to: number): Promise<void> {
  const sql = `${COUNT_UP} INSERT INTO credentials
      (id, organization_id, kind, environment, name, digest, scopes, products)
    SELECT 'key_fill' || i, 'org_fill' || (i % ${FILL_ORGANIZATIONS}), 'secret', 'live', 'fill',
      hex(randomblob(24)), '["sessions:read"]', '["verifa"]' FROM n`
  for (let at = from; at < to; at += ROWS_PER_STATEMENT) {
    await db
      .prepare(sql)
      .bind(at, Math.min(to, at + ROWS_PER_STATEMENT))
      .run()
  }
}
