// Promise 1: once a change that narrows has been published, no later request passes on what was
// before, whatever memos and KV still hold. And what widens counts without anyone waiting for it.

import { runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'

import { guardName } from '../../src/guard/name.ts'
import { FENCE_WAIT_MS } from '../guard/fence-wait.ts'
import { FORGET_AFTER_MS } from '../../src/guard/turn.ts'
import { publishPending } from '../../src/guard/publish.ts'
import { MEMO_MAX_AGE_MS } from '../../src/gate/memo.ts'
import { type KeyRecord, placeOf } from '../../src/credentials/record.ts'
import { KV_MAX_AGE_MS } from '../../src/credentials/store.ts'
import { outcome, startIsolate, type CallOptions, type Isolate } from './isolate.ts'
import { applySchema, makeOrganization, makeServiceUser, mint, run, type Minted } from './rows.ts'

const START = Math.ceil(Date.now() / 1000) * 1000
const READ = '/api/v1/sessions/s_1'
const upstream = vi.spyOn(globalThis, 'fetch')
const at = (ms: number) => vi.setSystemTime(START + ms)

let org = ''
let user = ''
let key: Minted
let isolates: Isolate[] = []

beforeAll(applySchema)
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: START })
  org = await makeOrganization()
  user = await makeServiceUser(org)
  key = await mint(org, 'secret')
  isolates = [await startIsolate(), await startIsolate()]
})
afterEach(() => {
  vi.useRealTimers()
})

/** The outcomes of the same request through each isolate, and through one that has just started. */
async function everywhere(
  path = READ,
  options: CallOptions = { key: key.value },
): Promise<string[]> {
  const outcomes: string[] = []
  for (const isolate of [...isolates, await startIsolate()]) {
    outcomes.push(outcome(await isolate.call(path, options)))
  }
  return outcomes
}

const place = () => placeOf({ by: 'digest', value: key.digest ?? '' })

/** Puts a record back into KV as it was, `ageMs` old. */
async function putBack(record: KeyRecord | null, ageMs = 0): Promise<void> {
  if (!record) throw new Error('there was no record in KV')
  await env.RECORDS.put(place(), JSON.stringify({ ...record, readAt: Date.now() - ageMs }))
}

const kvRecord = () => env.RECORDS.get<KeyRecord>(place(), 'json')

const credential = (assignment: string) => () =>
  `UPDATE credentials SET ${assignment} WHERE id = '${key.id}'`
const organization = (assignment: string) => () =>
  `UPDATE organizations SET ${assignment} WHERE id = '${org}'`

describe('a change that narrows: refused everywhere once it is published', () => {
  it.each([
    ['revoked', credential('revoked_at = 1'), '401 key_revoked'],
    ['expired', credential('expires_at = 1'), '401 key_expired'],
    ['deleted', () => `DELETE FROM credentials WHERE id = '${key.id}'`, '401 credential_unknown'],
    [
      'another digest',
      credential(`digest = 'd123456789012345678901234567890123'`),
      '401 credential_unknown',
    ],
    ['a scope less', credential(`scopes = '["sessions:create"]'`), '403 scope_missing'],
    ['a product less', credential(`products = '[]'`), '403 product_not_granted'],
    ['restricted to no address', credential('ip_restricted = 1'), '403 address_not_allowed'],
    [
      'restricted to another address',
      () => `INSERT INTO credential_ips VALUES ('${key.id}', '192.0.2.1', 1)`,
      '403 address_not_allowed',
    ],
    [
      'an entry that cannot be read',
      () => `INSERT INTO credential_ips VALUES ('${key.id}', '10.0.0.0/33', 1)`,
      '403 address_list_unreadable',
    ],
    ['organization suspended', organization('suspended_at = 1'), '401 organization_suspended'],
    [
      'organization without the product',
      organization(`products = '[]'`),
      '403 organization_lacks_product',
    ],
    ['organization on a plan that is not there', organization(`plan = 'gone'`), '403 plan_unknown'],
    [
      'organization restricted',
      () => `INSERT INTO organization_ips VALUES ('${org}', '192.0.2.1', 1)`,
      '403 address_not_allowed',
    ],
    ['a quota of one', credential(`quotas = '{"plan":1}'`), '429 rate_limited'],
  ])('%s', async (_change, sql, expected) => {
    expect(await everywhere()).toStrictEqual(['200', '200', '200'])
    const before = await kvRecord()
    await run(sql())
    expect((await publishPending(env)).enforced_at).not.toBeNull()
    await putBack(before)
    upstream.mockClear()
    expect(await everywhere()).toStrictEqual([expected, expected, expected])
    await putBack(before)
    at(5_000)
    expect(await everywhere()).toStrictEqual([expected, expected, expected])
    expect(upstream).not.toHaveBeenCalled()
  })

  it.each([
    ['disabled', 'disabled_at = 1', '401 service_user_disabled'],
    ['without the department', `departments = '["other"]'`, '403 department_not_allowed'],
  ])('service user %s', async (_change, assignment, expected) => {
    const token = await mint(org, 'access_token', { serviceUserId: user })
    const headers = { 'x-approver-department': 'retail' }
    const ingest = () => everywhere('/api/v1/ingest', { method: 'POST', key: token.value, headers })
    expect(await ingest()).toStrictEqual(['200', '200', '200'])
    await run(`UPDATE service_users SET ${assignment} WHERE id = '${user}'`)
    await publishPending(env)
    upstream.mockClear()
    expect(await ingest()).toStrictEqual([expected, expected, expected])
    expect(upstream).not.toHaveBeenCalled()
  })

  it('an origin taken off a publishable key', async () => {
    const origins = ['https://a.example', 'https://b.example']
    const { id, value } = await mint(org, 'publishable', { origins })
    const create = () =>
      everywhere('/api/v1/sessions', {
        method: 'POST',
        key: value,
        headers: { origin: 'https://a.example' },
      })
    expect(await create()).toStrictEqual(['200', '200', '200'])
    await run(
      `DELETE FROM credential_origins WHERE origin LIKE '%a.example' AND credential_id = '${id}'`,
    )
    await publishPending(env)
    expect(await create()).toStrictEqual(Array(3).fill('403 origin_not_allowed'))
  })
})

/** Enough at once that each isolate is given tokens for more. */
async function busy(): Promise<void> {
  for (const isolate of isolates) {
    for (let i = 0; i < 5; i++) {
      expect(outcome(await isolate.call(READ, { key: key.value }))).toBe('200')
    }
  }
  const fence = await env.KEY_GUARD.getByName(guardName(key.id)).fence(0)
  expect(fence.waitMs).toBe(FENCE_WAIT_MS)
}

describe('a busy key, of which every isolate holds a lease', () => {
  it.each([
    ['revoked', credential('revoked_at = 1'), '401 key_revoked'],
    ['deleted', () => `DELETE FROM credentials WHERE id = '${key.id}'`, '401 credential_unknown'],
    ['a scope less', credential(`scopes = '["sessions:create"]'`), '403 scope_missing'],
    ['organization suspended', organization('suspended_at = 1'), '401 organization_suspended'],
    ['a quota of one', credential(`quotas = '{"plan":1}'`), '429 rate_limited'],
  ])('%s: refused everywhere once it is published', async (_change, sql, expected) => {
    await busy()
    const before = await kvRecord()
    await run(sql())
    const began = performance.now()
    expect((await publishPending(env)).enforced_at).not.toBeNull()
    expect(performance.now() - began).toBeGreaterThanOrEqual(FENCE_WAIT_MS - 1)
    await putBack(before)
    upstream.mockClear()
    // The clock stands still here: only its timer has ended the lease.
    expect(await everywhere()).toStrictEqual([expected, expected, expected])
    expect(upstream).not.toHaveBeenCalled()
  })
})

describe('a change that widens counts where it was refused before', () => {
  it.each([
    [
      'a scope more',
      `UPDATE credentials SET scopes = '["webhooks:read"]' WHERE id = `,
      '403 scope_missing',
    ],
    [
      'the restriction lifted',
      'UPDATE credentials SET ip_restricted = 0 WHERE id = ',
      '403 address_not_allowed',
    ],
  ])('%s', async (_change, sql, refused) => {
    if (refused.endsWith('address_not_allowed')) {
      await run(
        `UPDATE credentials SET scopes = '["webhooks:read"]', ip_restricted = 1 WHERE id = '${key.id}'`,
      )
    }
    const path = '/api/v1/webhooks/w_1'
    expect(await everywhere(path)).toStrictEqual(Array(3).fill(refused))
    at(1)
    await run(`${sql}'${key.id}'`)
    await publishPending(env)
    expect(await everywhere(path)).toStrictEqual(['200', '200', '200'])
  })
})

const revoke = () => run(`UPDATE credentials SET revoked_at = 1 WHERE id = '${key.id}'`)

describe('how long something old may be used at all', () => {
  // The change is not published here, so that age alone decides.
  it.each([
    ['one millisecond less than twelve hours old is used', KV_MAX_AGE_MS - 1, '200'],
    ['twelve hours old is not', KV_MAX_AGE_MS, '401 key_revoked'],
    ['from the future is not', -1, '401 key_revoked'],
  ])('a record in KV %s', async (_age, ageMs, expected) => {
    await everywhere()
    const before = await kvRecord()
    await revoke()
    await putBack(before, ageMs)
    expect(outcome(await (await startIsolate()).call(READ, { key: key.value }))).toBe(expected)
  })

  it('a memo is put together anew after an hour', async () => {
    const isolate = await startIsolate()
    await isolate.call(READ, { key: key.value })
    await revoke()
    await env.RECORDS.delete(place())
    at(MEMO_MAX_AGE_MS - 1)
    expect(outcome(await isolate.call(READ, { key: key.value }))).toBe('200')
    at(MEMO_MAX_AGE_MS)
    expect(outcome(await isolate.call(READ, { key: key.value }))).toBe('401 key_revoked')
  })

  it('shorter than a guard remembers its fence, so that forgetting lets nothing pass', async () => {
    await everywhere()
    const before = await kvRecord()
    await revoke()
    await publishPending(env)
    at(FORGET_AFTER_MS + 60_000)
    expect(await runDurableObjectAlarm(env.KEY_GUARD.getByName(`v1:${key.id}`))).toBe(true)
    await putBack(before, FORGET_AFTER_MS + 60_000)
    expect(await everywhere()).toStrictEqual(Array(3).fill('401 key_revoked'))
  })
})
