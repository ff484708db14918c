// Routes of the catalog: a busy key on the last one. Each size is a Worker of its own.

import { get } from '../requests.ts'
import { startRig } from '../rig.ts'
import { startSeeding } from '../seed.ts'
import { BASELINE, measureGroup, type Series } from './growth.ts'
import type { ScalePlan } from './plan.ts'
import { lastPath, productIds } from './routes-catalog.ts'

const ENTRY = 'test/bench/scale/routes-edge.js'

export async function catalogRoutes(
  plan: ScalePlan,
  progress: (text: string) => void,
): Promise<Series> {
  const rig = await startRig({
    workers: ['pass_through'],
    others: plan.routes.map((size) => ({
      name: nameOf(size),
      entry: ENTRY,
      shell: `
        import { catalogOfRoutes, createGate } from './edge.js'
        export default createGate(catalogOfRoutes(${size}))`,
      products: productIds(size),
    })),
  })
  try {
    const seeder = await startSeeding(rig.edge.db, rig.edge.signingKey)
    const products = productIds(Math.max(...plan.routes))
    const key = await seeder.mint('secret', { products })
    await seeder.insert()
    await rig.edge.db
      .prepare('UPDATE organizations SET products = ?1')
      .bind(JSON.stringify(products))
      .run()
    await rig.edge.sync()
    progress('measuring')
    const request = (size: number) => [get(lastPath(size), { 'x-api-key': key.value })]
    const first = plan.routes[0] ?? 10
    const points = await measureGroup(rig, plan, [
      {
        line: BASELINE,
        size: first,
        port: rig.edge.ports.pass_through,
        requests: () => request(first),
      },
      ...plan.routes.map((size) => ({
        line: 'busy',
        size,
        port: rig.edge.otherPorts.get(nameOf(size)) ?? 0,
        requests: () => request(size),
      })),
    ])
    const what = 'a busy key on the last route of the catalog'
    return { name: 'routes', what, axis: 'routes in the catalog', points }
  } finally {
    await rig.stop()
  }
}

const nameOf = (size: number): string => `routes_${size}`
