// docs/api.md: every example in it is run, and answers what is shown below it.

import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { ROOT } from '../../harness/bundle.ts'
import { ADMIN_TOKEN } from '../../harness/edge.ts'
import { freePort } from '../../harness/free-port.ts'
import { OPERATIONS } from '../../../src/catalog/operations.ts'
import { missing, EXAMPLES, RECEIVER, run, TEXT } from './guide.ts'
import type { KeyBody } from './call.ts'
import { until } from './world.ts'
import { startWebhookWorld, type EndpointBody, type WebhookWorld } from './webhook-world.ts'

let world: WebhookWorld
let env: Record<string, string>
let folder: string
beforeAll(async () => {
  world = await startWebhookWorld()
  folder = await mkdtemp(join(tmpdir(), 'portcullis-guide-'))
  const id = async (at: string, body: object): Promise<string> =>
    String((await world.mine(at, body)).body['id'])
  const scopes = ['keys:read', 'keys:write', 'webhooks:read', 'webhooks:write', 'audit:read']
  const key = await world.mine<KeyBody>('POST /keys', {
    ...{ kind: 'secret', name: 'of the guide', products: ['verifa', 'vault'] },
    scopes: [...scopes, 'analytics:read', 'org:read', 'sessions:read', 'ingest', 'search'],
  })
  const endpoint = await world.listen('/guide', { events: ['system.apiKey.exposed'] })
  const sent = await world.mine(`POST /webhooks/${endpoint.id}/test`)
  await world.arrived('/guide', 1)
  env = {
    ...{ EDGE: world.edge.url, KEY: key.body.value, ADMIN_TOKEN, ORGANIZATION: 'org_test' },
    SERVICE_USER_ID: await id('POST /service-users', { name: 'U', source_system: 'vkyc' }),
    ENDPOINT_ID: endpoint.id,
    DELIVERY_ID: String(sent.body['delivery_id']),
  }
})
afterAll(async () => {
  await world.stop()
  await rm(folder, { recursive: true })
})

/** Each with a key of its own, because some end it. */
async function runExample(script: string) {
  const fields = { kind: 'secret', name: 'example', scopes: ['sessions:read'] }
  const { body } = await world.mine<KeyBody>('POST /keys', fields)
  const here = script.replaceAll('https://hooks.example.com', world.receiver.url)
  return await run(here, { ...env, KEY_ID: body.id }, folder)
}

describe('every example answers what is shown', () => {
  test.each(EXAMPLES)('$name', async ({ script, shown }) => {
    await until(async () => {
      const settled = await world.edge.sql(
        'SELECT 1 FROM webhook_deliveries WHERE lease IS NOT NULL',
      )
      return settled.length === 0
    })
    const answers = await runExample(script)
    expect(answers).toHaveLength(script.match(/^curl /gm)?.length ?? 0)
    const expected = (shown as { status_code?: number } | undefined)?.status_code
    for (const { status, body } of answers) {
      if (expected === undefined)
        expect([status, body]).toEqual([expect.toBeOneOf([200, 201, 202]), body])
      else expect(status).toBe(expected)
    }
    if (shown !== undefined) expect(missing(shown, answers.at(-1)?.body)).toEqual([])
  })

  test('and there are enough of them', () => {
    expect(EXAMPLES.length).toBeGreaterThan(15)
    expect(TEXT.match(/^curl /gm)).toHaveLength(
      EXAMPLES.flatMap(({ script }) => script.match(/^curl /gm) ?? []).length,
    )
  })
})

test('the file that an example writes holds the events', async () => {
  const [script = ''] = EXAMPLES.flatMap((one) =>
    one.script.includes('audit.csv') ? [one.script] : [],
  )
  await runExample(script)
  expect(await readFile(join(folder, 'audit.csv'), 'utf8')).toMatch(/^\w+(?:,\w+)+\r\n/)
})

test('every path that the guide names is one', () => {
  const patterns = Object.values(OPERATIONS).map(
    ({ pattern }) => new RegExp(`^${pattern.replace(/:[a-z_]+/g, '[^/]+')}$`),
  )
  for (const [, path = ''] of TEXT.matchAll(/\/edge\/v1(\/[^\s"?`:]*)/g)) {
    expect([path, patterns.some((pattern) => pattern.test(path))]).toEqual([path, true])
  }
})

test('the receiver takes what is signed, and nothing else', async () => {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/hooks`
  const made = await world.mine<EndpointBody>('POST /webhooks', {
    ...{ url, events: ['system.apiKey.exposed'] },
  })
  const child = spawn(process.execPath, ['--input-type=module', '-e', RECEIVER], {
    cwd: ROOT,
    env: { ...process.env, WEBHOOK_SECRET: made.body.secret, PORT: String(port) },
  })
  let printed = ''
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  try {
    const forged = async (): Promise<number | undefined> =>
      (await fetch(url, { method: 'POST', body: '{"type":"forged"}' }).catch(() => undefined))
        ?.status
    await until(async () => (await forged()) === 401)
    expect((await world.mine(`POST /webhooks/${made.body.id}/verify`)).status).toBe(200)
    await world.mine(`POST /webhooks/${made.body.id}/test`)
    await until(async () => printed.includes('\n'))
    expect(printed).toMatch(/^msg_[0-9a-f]+ system\.test /)
    expect(printed).not.toContain('forged')
  } finally {
    child.kill()
  }
})
