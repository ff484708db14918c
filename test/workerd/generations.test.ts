// Promise 6: any edit counts, however it is made. Every kind of statement on every table, and which
// credentials it touches.

import { beforeAll, beforeEach, describe, expect, it } from 'vitest'

import {
  buildWorld,
  credentialEdits,
  KEYS,
  listEdits,
  ownerEdits,
  row,
  type World,
} from './edits.ts'
import { applySchema, generationsIn, PUBLISHED, run } from './rows.ts'

let w: World

const generations = () => generationsIn('generations')
const pending = () => generationsIn('pending_fences')

beforeAll(applySchema)
beforeEach(async () => {
  w = await buildWorld()
  await run(PUBLISHED)
})

describe.each([
  ['credentials', credentialEdits],
  ['organizations and service users', ownerEdits],
  ['lists', listEdits],
])('an edit of %s raises what it touches, and leaves a fence to publish', (_table, edits) => {
  it.each(edits)('%s', async (_edit, sql, touched) => {
    const before = await generations()
    await run(sql(w))
    const after = await generations()
    const fences = await pending()
    const raised = KEYS.filter((key) => (after.get(w[key]) ?? 0) > (before.get(w[key]) ?? 0))
    expect(raised.toSorted()).toStrictEqual([...touched].toSorted())
    const expected = new Map(touched.map((key) => [w[key], after.get(w[key])]))
    expect(fences).toStrictEqual(expected)
  })
})

describe('an id that comes back', () => {
  it('is newer than everything before it, so that no record of the former passes for it', async () => {
    const before = (await generations()).get(w.secret) ?? 0
    await run(`DELETE FROM credentials WHERE id = '${w.secret}'`)
    await run(`INSERT INTO credentials ${row(w, w.secret)}`)
    const after = (await generations()).get(w.secret) ?? 0
    expect(after).toBeGreaterThanOrEqual(before + 2)
    expect((await pending()).get(w.secret)).toBe(after)
  })

  it('an id that another row takes over is raised, too', async () => {
    await run(`DELETE FROM credentials WHERE id = '${w.secret}'`, PUBLISHED)
    const before = (await generations()).get(w.secret) ?? 0
    await run(`UPDATE credentials SET id = '${w.secret}' WHERE id = '${w.jwt}'`)
    expect((await generations()).get(w.secret)).toBeGreaterThan(before)
    expect(new Set((await pending()).keys())).toStrictEqual(new Set([w.secret, w.jwt]))
  })
})

it('a statement that fails raises nothing', async () => {
  const before = await generations()
  await expect(
    run(`UPDATE credentials SET revoked_at = 1 WHERE id = '${w.secret}'`, 'SELECT nonsense'),
  ).rejects.toThrow('nonsense')
  expect(await generations()).toStrictEqual(before)
  expect(await pending()).toStrictEqual(new Map())
})
