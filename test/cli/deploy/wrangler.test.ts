// The installed wrangler over Cloudflare's API as this file has it, on this machine: what the code reads in
// wrangler's words is in them.

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

import { afterAll, beforeAll, expect, it } from 'vitest'

import { checkLogin } from '../../../src/cli/deploy/account.ts'
import {
  ensureBuckets,
  ensureDatabase,
  ensureNamespace,
  ensureQueues,
} from '../../../src/cli/deploy/resources.ts'
import { readDeployed } from '../../../src/cli/deploy/secrets.ts'
import { readWorkers, type Workers } from '../../../src/cli/deploy/workers.ts'
import type { Deployment } from '../../../src/cli/deploy/wrangler.ts'
import { wrangler } from '../../../src/cli/direct/wrangler.ts'
import { ACCOUNT, World } from './account.ts'

const UUID = '11111111-2222-4333-8444-555555555555'
const NAMESPACE = '0123456789abcdef0123456789abcdef'
/** What was asked to be made or changed. */
const asked: string[] = []
let server: Server
let world: World
let deployment: Deployment
let workers: Workers

const place = () => Promise.resolve('weur' as const)

type Reply = { readonly result: unknown } | { readonly status: number; readonly code: number }

let queue: object | undefined
const created = '2026-11-28T10:00:00.000Z'

function reply(method: string, path: string, body: string): Reply {
  const at = path.replace(`/accounts/${ACCOUNT.id}`, '')
  if (method !== 'GET') asked.push(`${method} ${at} ${body.replaceAll(/\s+/g, '')}`)
  switch (`${method} ${at}`) {
    case 'GET /user/tokens/verify':
      return { result: { id: '1', status: 'active' } }
    case 'GET /user':
      return { result: { email: 'ann@example.com' } }
    case 'GET /accounts':
      return { result: [ACCOUNT] }
    case 'GET /memberships':
      return { result: [{ id: '1', account: ACCOUNT, roles: [] }] }
    case 'GET /d1/database':
      return { result: [{ uuid: UUID.replace('1', '9'), name: 'other', created_at: created }] }
    case 'POST /d1/database':
      return { result: { uuid: UUID, name: 'portcullis', created_in_region: 'WEUR' } }
    case 'GET /storage/kv/namespaces':
      return { result: [{ id: NAMESPACE.replace('0', '9'), title: 'other' }] }
    case 'POST /storage/kv/namespaces':
      return { result: { id: NAMESPACE, title: 'portcullis-records' } }
    case 'GET /queues':
      return { result: queue === undefined ? [] : [queue] }
    case 'POST /queues':
      queue = {
        queue_id: '1',
        queue_name: 'portcullis-audit',
        created_on: created,
        modified_on: created,
        producers_total_count: 0,
        consumers_total_count: 0,
      }
      return { result: queue }
    case 'PATCH /queues/1':
      return { result: queue }
    case 'GET /workers/scripts/portcullis-control/secrets':
      return { result: [{ name: 'KEY_PEPPER', type: 'secret_text' }] }
    case 'GET /workers/scripts/portcullis/secrets':
      return { status: 404, code: 10007 }
    case 'GET /r2/buckets/portcullis-logs':
      return { status: 404, code: 10006 }
    case 'POST /r2/buckets':
      return { result: { name: 'portcullis-logs' } }
    default:
      return { status: 404, code: 7003 }
  }
}

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => (body += text))
    request.on('end', () => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://api')
      const page = Number(searchParams.get('page') ?? 1)
      // A list ends with an empty page.
      const answer = page > 1 ? { result: [] } : reply(request.method ?? '', pathname, body)
      const failed = 'status' in answer
      response.writeHead(failed ? answer.status : 200, { 'content-type': 'application/json' })
      response.end(
        JSON.stringify({
          success: !failed,
          errors: failed ? [{ code: answer.code, message: 'not there' }] : [],
          messages: [],
          result: failed ? null : answer.result,
          result_info: { page, per_page: 1000, count: 1, total_count: 1, total_pages: 1 },
        }),
      )
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  world = new World()
  const env = {
    ...process.env,
    HOME: world.root,
    XDG_CONFIG_HOME: world.root,
    // Without it wrangler asks the registry for a newer version.
    WRANGLER_HIDE_BANNER: 'true',
    CLOUDFLARE_API_TOKEN: 'a-token',
    CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  }
  const io = { env, out: () => {}, err: () => {}, now: Date.now, input: async () => '' }
  deployment = { ...world.deployment(), wrangler: (args) => wrangler({ io }, args) }
  workers = await readWorkers(world.root, undefined)
})
afterAll(() => {
  server.close()
  world.remove()
})

it('says who is logged in', async () => {
  expect(await checkLogin(deployment, workers, undefined)).toMatchObject(ACCOUNT)
})

it('makes a database and a namespace, and says their ids', async () => {
  expect(await ensureDatabase(deployment, workers, place)).toEqual({
    name: 'portcullis',
    made: true,
  })
  await ensureNamespace(deployment, workers)
  const { gate } = await readWorkers(world.root, undefined)
  expect(gate.d1_databases[0]?.database_id).toBe(UUID)
  expect(gate.kv_namespaces[0]?.id).toBe(NAMESPACE)
  expect(asked.splice(0)).toEqual([
    'POST /d1/database {"name":"portcullis","primary_location_hint":"weur"}',
    'POST /storage/kv/namespaces {"title":"portcullis-records"}',
  ])
})

it('makes a queue that is not there, and has one that is keep messages for fourteen days', async () => {
  const one: Workers = {
    ...workers,
    control: { ...workers.control, queues: { producers: [], consumers: [] } },
  }
  await ensureQueues(deployment, one)
  await ensureQueues(deployment, one)
  const body = '{"queue_name":"portcullis-audit","settings":{"message_retention_period":1209600}}'
  expect(asked.splice(0)).toEqual([`POST /queues ${body}`, `PATCH /queues/1 ${body}`])
})

it('lists the secrets of a Worker, and says of none that it is not there', async () => {
  const deployed = await readDeployed(deployment, workers)
  expect([...deployed.control]).toEqual(['KEY_PEPPER'])
  expect([...deployed.gate]).toEqual([])
})

it('makes a bucket that is not there', async () => {
  const r2_buckets = [{ binding: 'LOGS', bucket_name: 'portcullis-logs' }]
  await ensureBuckets(deployment, { ...workers, gate: { ...workers.gate, r2_buckets } })
  expect(asked.splice(0)).toEqual(['POST /r2/buckets {"name":"portcullis-logs"}'])
})
