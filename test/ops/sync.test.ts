import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'

import { ADMIN_TOKEN, runOps, sandbox } from './harness.ts'
import type { Sandbox } from './harness.ts'

/** Stands where the edge would be, and keeps what it was sent. */
interface Listener {
  readonly url: string
  readonly seen: { readonly line: string; readonly authorization: string | undefined }[]
  readonly server: Server
}

let listener: Listener | undefined
let here: Sandbox
beforeAll(async () => (here = await sandbox()))
afterAll(() => here.remove())
afterEach(() => listener?.server.close())

async function listen(answer: (response: ServerResponse) => void): Promise<Listener> {
  const seen: Listener['seen'] = []
  const server = createServer((request: IncomingMessage, response) => {
    const { method, url, headers } = request
    seen.push({ line: `${method} ${url}`, authorization: headers.authorization })
    answer(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  listener = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, server }
  return listener
}

function json(value: unknown, status = 200): (response: ServerResponse) => void {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  }
}

describe('sync', () => {
  it('asks the edge with the admin token and hands on its answer', async () => {
    const { url, seen } = await listen(
      json({ published: 2, pending: 0, enforced_at: 1_800_000_000_000 }),
    )
    const ran = await here.ops('sync', '--url', url, '--json')
    expect(ran.json()).toEqual({ published: 2, pending: 0, enforced_at: 1_800_000_000_000 })
    expect(ran.exitCode).toBe(0)
    expect(seen).toEqual([{ line: 'POST /edge/v1/sync', authorization: `Bearer ${ADMIN_TOKEN}` }])
    const text = await here.ops('sync', '--url', `${url}/`)
    expect(text.out).toContain('in force since 2027-01-15T08:00:00.000Z')
  })

  it('says so when guards are still to be reached', async () => {
    const { url } = await listen(json({ published: 1, pending: 3, enforced_at: null }))
    const ran = await here.ops('sync', '--url', url)
    expect(ran.out).toContain('3 keys still to be reached')
    expect(ran.exitCode).toBe(1)
  })

  it.each([
    ['refuses the token', json({ error: 'unauthorized' }, 401), /refused ADMIN_TOKEN/],
    ['fails', json({}, 503), /answered 503/],
    ['is something else', json({ hello: 'world' }), /answered 200/],
    ['speaks no JSON', (response: ServerResponse) => void response.end('<html>'), /not reachable/],
  ])('an edge that %s has published nothing', async (_name, answer, message) => {
    const { url } = await listen(answer)
    const ran = await here.ops('sync', '--url', url)
    expect(ran.err).toMatch(message)
    expect(ran.err).not.toContain(ADMIN_TOKEN)
    expect(ran.exitCode).toBe(1)
  })

  it('does not carry the token to where a redirect points', async () => {
    const target = await listen(json({ published: 0, pending: 0, enforced_at: 1 }))
    const { url, server } = await listen((response) => {
      response.writeHead(307, { location: `${target.url}/edge/v1/sync` }).end()
    })
    const ran = await here.ops('sync', '--url', url)
    expect(ran.exitCode).toBe(1)
    expect(target.seen).toEqual([])
    server.close()
    target.server.close()
  })

  it.each(['http://example.com', 'ftp://127.0.0.1', 'nonsense', ''])(
    'sends the token nowhere like %j',
    async (url) => {
      const ran = await here.ops('sync', '--url', url)
      expect(ran.err).toContain('not the origin of an edge')
      expect(ran.exitCode).toBe(2)
    },
  )

  it('takes the URL from PORTCULLIS_URL', async () => {
    const { url, seen } = await listen(json({ published: 0, pending: 0, enforced_at: 1 }))
    const ran = await runOps(['sync', '--vars', here.vars], { PORTCULLIS_URL: url })
    expect(ran.exitCode).toBe(0)
    expect(seen).toHaveLength(1)
  })

  it('stops by name when the token is missing, before anything is asked', async () => {
    const { url, seen } = await listen(json({}))
    const env = { ADMIN_TOKEN: undefined, KEY_PEPPER: undefined }
    const ran = await runOps(['sync', '--remote', '--url', url], env)
    expect(ran.err).toMatch(/^error: ADMIN_TOKEN must be a secret/)
    expect(seen).toEqual([])
  })
})
