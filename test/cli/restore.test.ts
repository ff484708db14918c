// What an operator is told, and does, once D1 was set back: the doctor's finding, and republish.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'

import type { Finding } from '../../src/cli/doctor/finding.ts'
import { checkRestore } from '../../src/cli/doctor/restore.ts'
import { ADMIN_TOKEN, sandbox, type Sandbox } from './harness.ts'
import { closeListeners, inTurn, json, listen, type Answer } from './listener.ts'

const AT = 1_800_000_000_000

let here: Sandbox
beforeAll(async () => (here = await sandbox()))
afterAll(() => here.remove())
afterEach(closeListeners)

const slice = (published: number, pending: number, next: string | null): Answer =>
  json({ published, pending, enforced_at: pending === 0 ? AT + published : null, next })

const found = async (url: string): Promise<Finding[]> => {
  const io = { env: {}, out: () => {}, err: () => {}, now: Date.now, input: async () => '' }
  return await checkRestore({ io, url, vars: here.vars, sync: true })
}
const records =
  (...pages: object[]): Answer =>
  (response, line) =>
    json(line.startsWith('GET /edge/v1/records') ? (pages.shift() ?? {}) : {})(response, line)
const page = (ahead: number, keys: string[], next: string | null) => ({
  ...{ records: 1_000, ahead, keys, next },
})

describe('republish', () => {
  it('asks for slice after slice, with the admin token, until there is none', async () => {
    const { url, seen } = await listen(
      inTurn(
        slice(100, 0, 'key_9'),
        slice(7, 0, 'kv:'),
        slice(0, 0, 'kv:a&b=c'),
        slice(2, 0, null),
      ),
    )
    const ran = await here.ops('republish', '--url', url, '--json')
    expect(ran.json()).toStrictEqual({ published: 109, pending: 0, enforced_at: AT + 2 })
    expect(ran.exitCode).toBe(0)
    expect(seen.map(({ line }) => line)).toStrictEqual([
      'POST /edge/v1/republish',
      'POST /edge/v1/republish?after=key_9',
      'POST /edge/v1/republish?after=kv%3A',
      'POST /edge/v1/republish?after=kv%3Aa%26b%3Dc',
    ])
    expect(new Set(seen.map((one) => one.authorization))).toStrictEqual(
      new Set([`Bearer ${ADMIN_TOKEN}`]),
    )
  })

  it('of one organization names it in every slice, and says since when nothing older passes', async () => {
    const { url, seen } = await listen(inTurn(slice(1, 0, 'kv:'), slice(0, 0, null)))
    const ran = await here.ops('republish', '--organization', 'org_a1', '--url', url)
    expect(ran.out).toContain(
      'nothing from before the restore is admitted any more, since 2027-01-15',
    )
    for (const { line } of seen) expect(line).toContain('organization=org_a1')
    expect(seen).toHaveLength(2)
  })

  it('is not done where guards are still to be reached, however the last slice went', async () => {
    const { url } = await listen(inTurn(slice(97, 3, 'key_9'), slice(5, 0, null)))
    const ran = await here.ops('republish', '--url', url)
    expect(ran.out).toContain('102 keys published')
    expect(ran.out).toContain('3 keys still to be reached')
    expect(ran.out).not.toContain('any more')
    expect(ran.exitCode).toBe(1)
  })

  it.each<[string, Answer, RegExp]>([
    ['refuses the token', json({}, 401), /not done: .*refused ADMIN_TOKEN/],
    ['fails', json({}, 503), /not done: .*answered 503/],
    ['is something else', json({ hello: 'world' }), /not done: .*as an edge does/],
  ])(
    'an edge that %s midway: not done, how far it came, run it again',
    async (_how, fault, says) => {
      const { url } = await listen(inTurn(slice(100, 0, 'key_9'), fault))
      const ran = await here.ops('republish', '--url', url)
      expect(ran.err).toMatch(says)
      expect(ran.err).toContain('100 keys published so far, run it again')
      expect(ran.exitCode).toBe(1)
    },
  )

  it('an organization that cannot be one is refused before anything is asked', async () => {
    const { url, seen } = await listen(json({}))
    const ran = await here.ops('republish', '--organization', 'key_1', '--url', url)
    expect(ran.exitCode).toBe(2)
    expect(seen).toStrictEqual([])
  })
})

describe('doctor', () => {
  it('says that the database was set back, which keys show it, and what to run', async () => {
    const answer = records(page(0, [], 'c&d'), page(2, ['key_a', 'key_b'], null))
    const { url, seen } = await listen(answer)
    expect(await found(url)).toStrictEqual([
      expect.objectContaining({ level: 'refusing', code: 'database_set_back' }),
    ])
    const asked = seen.filter(({ line }) => line.includes('/records'))
    expect(asked).toStrictEqual([
      { line: 'GET /edge/v1/records', authorization: `Bearer ${ADMIN_TOKEN}` },
      { line: 'GET /edge/v1/records?after=c%26d', authorization: `Bearer ${ADMIN_TOKEN}` },
    ])
    const again = await listen(records(page(1, ['key_z'], null)))
    const [finding] = await found(again.url)
    expect(finding?.message).toContain('key_z')
    expect(finding?.message).toContain('npm run ops -- republish')
  })

  it('says nothing of the kind where KV is ahead in nothing', async () => {
    const { url } = await listen(records(page(0, [], 'x'), page(0, [], null)))
    expect(await found(url)).toStrictEqual([])
  })
})
