// Any edit counts, however it is made: raw SQL through wrangler, on the database of a running edge.

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { afterAll, beforeAll, expect, test } from 'vitest'

import {
  ADMIN_TOKEN,
  newState,
  ROOT,
  startDev,
  writeDevVars,
  type DevProcess,
} from './dev-process.ts'
import { apiKey, bearer, send, type Answer } from './send.ts'

const state = newState()
let dev: DevProcess

beforeAll(async () => {
  await writeDevVars(state.dir)
  dev = await startDev(state.dir)
})
afterAll(async () => {
  await dev.stop()
  state.remove()
})

const run = promisify(execFile)

async function execute(sql: string): Promise<string> {
  const wrangler = join(ROOT, 'node_modules', 'wrangler', 'bin', 'wrangler.js')
  const persist = join(state.dir, '.wrangler', 'state')
  const args = ['d1', 'execute', 'portcullis', '--local', '--persist-to', persist, '--command', sql]
  const env = { ...process.env, WRANGLER_SEND_METRICS: 'false' }
  return (await run(process.execPath, [wrangler, ...args], { cwd: ROOT, env })).stdout
}

const sync = (): Promise<Answer> =>
  send(dev.url, '/edge/v1/sync', { method: 'POST', headers: bearer(ADMIN_TOKEN) })

const list = (name: string, from = '127.0.0.1'): Promise<Answer> =>
  send(dev.url, '/api/v1/sessions', {
    headers: { ...apiKey(dev.value(name)), 'cf-connecting-ip': from },
  })

const idOf = (name: string): string => dev.demo.credentials[name]?.id ?? ''

test('what was edited is in force once sync has answered', async () => {
  expect((await list('secret_live')).status).toBe(200)
  expect((await list('read_only_live')).status).toBe(200)
  expect((await list('ip_restricted_live', '198.51.100.9')).status).toBe(403)
  await execute(`
    UPDATE credentials SET revoked_at = unixepoch() * 1000 WHERE id = '${idOf('secret_live')}';
    UPDATE credentials SET scopes = '["identities:read"]' WHERE id = '${idOf('read_only_live')}';
    INSERT INTO credential_ips (credential_id, cidr)
      VALUES ('${idOf('ip_restricted_live')}', '198.51.100.0/24');`)
  const synced = await sync()
  expect(synced.status).toBe(200)
  expect(synced.json()).toMatchObject({ published: 3, pending: 0 })

  const revoked = await list('secret_live')
  expect([revoked.status, revoked.headers['x-edge-reason']]).toEqual([401, 'key_revoked'])
  const narrowed = await list('read_only_live')
  expect([narrowed.status, narrowed.headers['x-edge-reason']]).toEqual([403, 'scope_missing'])
  expect((await list('ip_restricted_live', '198.51.100.9')).status).toBe(200)
  expect((await sync()).json()).toMatchObject({ published: 0, pending: 0 })
})

test('sync asks for the admin token', async () => {
  for (const headers of [{}, bearer(ADMIN_TOKEN.slice(1)), bearer(dev.value('access_token'))]) {
    const { status, text } = await send(dev.url, '/edge/v1/sync', { method: 'POST', headers })
    expect(status).toBeGreaterThanOrEqual(401)
    expect(text).not.toContain('published')
  }
})

test('an edit that is made while the stack is down is in force with the next start', async () => {
  expect((await list('other_org_live')).status).toBe(200)
  await dev.stop()
  await execute(`UPDATE organizations SET suspended_at = 1 WHERE id = 'org_other';`)
  dev = await startDev(state.dir)
  const suspended = await list('other_org_live')
  expect(suspended.status).toBe(401)
  expect(suspended.headers['x-edge-reason']).toBe('organization_suspended')
})

function insert(table: string, entry: string): Promise<string> {
  return execute(`INSERT INTO ${table} VALUES ('${idOf('publishable_live')}', '${entry}', 1);`)
}

test('nonsense is refused by the database itself', async () => {
  await expect(insert('credential_ips', '10.0.0.0 /8')).rejects.toThrow(/CHECK/)
  await expect(insert('credential_origins', 'https://a.example/path')).rejects.toThrow(/CHECK/)
})
