// Every change counts on the next request after it was published, whether it narrows or widens, for
// keys that are in use. Edits are raw SQL, as an operator would make them.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { insertOrganization } from '../../src/dev/statements.ts'
import { startEdge, type TestEdge } from '../harness/edge.ts'
import { outcome, present } from './call.ts'

let edge: TestEdge
beforeAll(async () => {
  edge = await startEdge()
})
afterAll(() => edge.stop())

const ALL = '["sessions:read","webhooks:read"]'

interface Change {
  readonly name: string
  /** `KEY` and `ORG` stand for the ids. */
  readonly narrow: string
  readonly refused: string
  readonly widen: string
  readonly path?: string
}

const changes: readonly Change[] = [
  {
    name: 'scopes',
    narrow: `UPDATE credentials SET scopes = '["identities:read"]' WHERE id = 'KEY'`,
    refused: '403 scope_missing',
    widen: `UPDATE credentials SET scopes = '${ALL}' WHERE id = 'KEY'`,
  },
  {
    name: 'a scope that the key never had',
    narrow: `UPDATE credentials SET scopes = '["sessions:read"]' WHERE id = 'KEY'`,
    refused: '403 scope_missing',
    widen: `UPDATE credentials SET scopes = '${ALL}' WHERE id = 'KEY'`,
    path: '/api/v1/webhooks',
  },
  {
    name: 'products of the key',
    narrow: `UPDATE credentials SET products = '[]' WHERE id = 'KEY'`,
    refused: '403 product_not_granted',
    widen: `UPDATE credentials SET products = '["verifa"]' WHERE id = 'KEY'`,
  },
  {
    name: 'products of the organization',
    narrow: `UPDATE organizations SET products = '["vault"]' WHERE id = 'ORG'`,
    refused: '403 organization_lacks_product',
    widen: `UPDATE organizations SET products = '["verifa"]' WHERE id = 'ORG'`,
  },
  {
    name: 'the plan',
    narrow: `UPDATE organizations SET plan = 'no-such-plan' WHERE id = 'ORG'`,
    refused: '403 plan_unknown',
    widen: `UPDATE organizations SET plan = 'starter' WHERE id = 'ORG'`,
  },
  {
    name: 'the IP list of the key',
    narrow: `INSERT INTO credential_ips (credential_id, cidr) VALUES ('KEY', '192.0.2.0/24')`,
    refused: '403 address_not_allowed',
    widen: `INSERT INTO credential_ips (credential_id, cidr) VALUES ('KEY', '198.51.100.7')`,
  },
  {
    name: 'the IP list of the organization',
    narrow: `INSERT INTO organization_ips (organization_id, cidr) VALUES ('ORG', '2001:db8::/32')`,
    refused: '403 address_not_allowed',
    widen: `UPDATE organization_ips SET cidr = '198.51.100.0/24' WHERE organization_id = 'ORG'`,
  },
  {
    name: 'the expiry',
    narrow: `UPDATE credentials SET expires_at = 1 WHERE id = 'KEY'`,
    refused: '401 key_expired',
    widen: `UPDATE credentials SET expires_at = NULL WHERE id = 'KEY'`,
  },
  {
    name: 'the suspension',
    narrow: `UPDATE organizations SET suspended_at = 1 WHERE id = 'ORG'`,
    refused: '401 organization_suspended',
    widen: `UPDATE organizations SET suspended_at = NULL WHERE id = 'ORG'`,
  },
]

async function organizationWithKey() {
  const id = `org_${crypto.randomUUID().replaceAll('-', '')}`
  const products = ['verifa']
  await edge.sql(insertOrganization({ id, name: 'C', plan: 'free', products }))
  const scopes = JSON.parse(ALL) as string[]
  const key = await edge.mint('secret', { organization: id, scopes })
  const publish = async (statement: string): Promise<void> => {
    await edge.sql(statement.replaceAll('KEY', key.id).replaceAll('ORG', id))
    await edge.sync()
  }
  return { key, publish, headers: present('secret', key) }
}

describe.each(changes)('$name', ({ narrow, refused, widen, path = '/api/v1/sessions' }) => {
  test('narrows on the next request, and widens again', async () => {
    const { publish, headers } = await organizationWithKey()
    for (let i = 0; i < 3; i++) expect(await outcome(edge, path, { headers })).toBe('200')
    await publish(narrow)
    expect(await outcome(edge, path, { headers })).toBe(refused)
    await publish(widen)
    expect(await outcome(edge, path, { headers })).toBe('200')
  })

  test('narrows for every one of many calls at once', async () => {
    const { publish, headers } = await organizationWithKey()
    expect(await outcome(edge, path, { headers })).toBe('200')
    await publish(narrow)
    const before = edge.upstream.received.length
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => edge.fetch(path, { headers })),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(
      new Set([Number(refused.slice(0, 3))]),
    )
    expect(edge.upstream.received).toHaveLength(before)
  })
})

const limitOf = async (headers: Record<string, string>): Promise<string | null> => {
  const answer = await edge.fetch('/api/v1/sessions', { headers })
  await answer.body?.cancel()
  return answer.headers.get('x-ratelimit-limit')
}

describe('limits', () => {
  test('another plan counts on the next request', async () => {
    const { publish, headers } = await organizationWithKey()
    expect(await limitOf(headers)).toBe('300')
    await publish(`UPDATE organizations SET plan = 'professional' WHERE id = 'ORG'`)
    expect(await limitOf(headers)).toBe('1000')
    await publish(`UPDATE organizations SET plan = 'starter' WHERE id = 'ORG'`)
    expect(await limitOf(headers)).toBe('600')
  })

  test('a key’s own quota counts on the next request, with what was spent before', async () => {
    const { publish, headers } = await organizationWithKey()
    for (let i = 0; i < 3; i++) expect(await limitOf(headers)).toBe('300')
    await publish(`UPDATE credentials SET quotas = '{"plan": 3}' WHERE id = 'KEY'`)
    expect(await outcome(edge, '/api/v1/sessions', { headers })).toBe('429 rate_limited')
    await publish(`UPDATE credentials SET quotas = '{"plan": 4}' WHERE id = 'KEY'`)
    expect(await limitOf(headers)).toBe('4')
    expect(await outcome(edge, '/api/v1/sessions', { headers })).toBe('429 rate_limited')
  })
})

describe('departments and source system of a service user', () => {
  test('count on the next request', async () => {
    const key = await edge.mint('access_token', { departments: ['retail'] })
    const user = `su_${key.id.slice(4)}`
    const headers = { ...present('access_token', key), 'x-approver-department': 'retail' }
    const ingest = () => outcome(edge, '/api/v1/ingest', { method: 'POST', headers })
    expect(await ingest()).toBe('200')
    await edge.sql(`UPDATE service_users SET source_system = 'doc_service' WHERE id = '${user}'`)
    await edge.sync()
    expect(await ingest()).toBe('200')
    expect(edge.upstream.received.at(-1)?.headers['x-edge-source-system']).toBe('doc_service')
    await edge.sql(`UPDATE service_users SET departments = '["treasury"]' WHERE id = '${user}'`)
    await edge.sync()
    expect(await ingest()).toBe('403 department_not_allowed')
  })
})

test('an edit that is not published yet may wait, and never longer than the cron', async () => {
  const { key, headers } = await organizationWithKey()
  expect(await outcome(edge, '/api/v1/sessions', { headers })).toBe('200')
  await edge.sql(`UPDATE credentials SET scopes = '[]' WHERE id = '${key.id}'`)
  expect(await edge.sql('SELECT credential_id FROM pending_fences')).toEqual([
    { credential_id: key.id },
  ])
  await edge.scheduled()
  expect(await outcome(edge, '/api/v1/sessions', { headers })).toBe('403 scope_missing')
})

test('sync wants the admin token', async () => {
  for (const authorization of ['', 'Bearer wrong', 'Bearer ', 'Basic YWRtaW4=']) {
    const answer = await fetch(`${edge.url}/edge/v1/sync`, {
      method: 'POST',
      headers: authorization ? { authorization } : {},
    })
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).not.toBeNull()
    await answer.body?.cancel()
  }
})
