// What the ops command changed gets on record with who did it, once, whether or not the edge was up.

import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, expect, it } from 'vitest'

import { verifyChain } from '../../src/control/logs/chain.ts'
import { recordOpsChanges } from '../../src/control/logs/ops-changes.ts'
import { searchEvents } from '../../src/control/logs/query.ts'
import { rows } from './accounts-tables.ts'
import { applySchema, run } from './rows.ts'

const NOW = Date.UTC(2026, 10, 28)
const ACTOR = 'operator:ops/ann@laptop'
const idOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

beforeAll(applySchema)
beforeEach(() => run('DELETE FROM ops_changes'))

const leave = (n: number, organization: string, path: string) =>
  run(
    `INSERT INTO ops_changes (id, at, organization_id, actor, path)
     VALUES ('${idOf(n)}', ${NOW + n}, '${organization}', '${ACTOR}', '${path}')`,
  )

async function onRecord(organization: string): Promise<unknown[]> {
  const page = await searchEvents(env.DB, { organization })
  return page.ok
    ? page.value.items.map(({ sequence, actor, method, path }) => [sequence, actor, method, path])
    : []
}

it('each change is an event of its organization’s chain, in its order', async () => {
  await leave(2, 'org_a', '/ops/key/revoke/key_1')
  await leave(1, 'org_a', '/ops/key/create/key_1')
  await leave(3, 'org_b', '/ops/organization/create/org_b')
  await recordOpsChanges(env.DB)
  expect(await onRecord('org_a')).toEqual([
    [2, ACTOR, 'OPS', '/ops/key/revoke/key_1'],
    [1, ACTOR, 'OPS', '/ops/key/create/key_1'],
  ])
  expect(await onRecord('org_b')).toHaveLength(1)
  expect(await rows('SELECT * FROM ops_changes')).toEqual([])
  expect(await verifyChain(env.DB, 'org_a')).toMatchObject({ intact: true, events: 2 })
  expect(await rows(`SELECT * FROM usage_daily WHERE organization = 'org_a'`)).toEqual([])
})

it('is there once, also where two take it at a time, or the row came back', async () => {
  await leave(10, 'org_c', '/ops/ip/allow/org_c')
  await Promise.all([recordOpsChanges(env.DB), recordOpsChanges(env.DB)])
  await leave(10, 'org_c', '/ops/ip/allow/org_c')
  await recordOpsChanges(env.DB)
  expect(await onRecord('org_c')).toHaveLength(1)
  expect(await rows('SELECT * FROM ops_changes')).toEqual([])
})

it.each([
  ['an actor that is no operator of ops', `'operator:admin-token'`, `'/ops/x/y'`],
  ['a path with blanks', `'${ACTOR}'`, `'/ops/x y'`],
  ['a path of the API', `'${ACTOR}'`, `'/edge/v1/keys'`],
])('the table takes no row with %s, which no event could hold', async (_what, actor, path) => {
  await expect(
    run(`INSERT INTO ops_changes (id, at, organization_id, actor, path)
      VALUES ('${idOf(99)}', 1, 'org_a', ${actor}, ${path})`),
  ).rejects.toThrow(/CHECK constraint/)
})
