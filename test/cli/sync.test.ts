import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'

import { ADMIN_TOKEN, runOps, sandbox, type Sandbox } from './harness.ts'
import { closeListeners, json, listen, type Answer } from './listener.ts'

let here: Sandbox
beforeAll(async () => (here = await sandbox()))
afterAll(() => here.remove())
afterEach(closeListeners)

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

  it.each<[string, Answer, RegExp]>([
    ['refuses the token', json({ error: 'unauthorized' }, 401), /refused ADMIN_TOKEN/],
    ['fails', json({}, 503), /answered 503/],
    ['is something else', json({ hello: 'world' }), /answered 200/],
    ['speaks no JSON', (response) => void response.end('<html>'), /not reachable/],
  ])('an edge that %s has published nothing', async (_name, answer, message) => {
    const { url } = await listen(answer)
    const ran = await here.ops('sync', '--url', url)
    expect(ran.err).toMatch(message)
    expect(ran.err).not.toContain(ADMIN_TOKEN)
    expect(ran.exitCode).toBe(1)
  })

  it('does not carry the token to where a redirect points', async () => {
    const target = await listen(json({ published: 0, pending: 0, enforced_at: 1 }))
    const { url } = await listen((response) => {
      response.writeHead(307, { location: `${target.url}/edge/v1/sync` }).end()
    })
    const ran = await here.ops('sync', '--url', url)
    expect(ran.exitCode).toBe(1)
    expect(target.seen).toEqual([])
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

  it('presents a service token of Cloudflare Access, which may be enough by itself', async () => {
    const answer = json({ published: 0, pending: 0, enforced_at: 1 })
    const { url, headers } = await listen(answer)
    const service = { CF_ACCESS_CLIENT_ID: 'id.access', CF_ACCESS_CLIENT_SECRET: 'secret' }
    const env = { ...service, ADMIN_TOKEN: undefined, ISSUER: url }
    expect((await runOps(['sync', '--remote'], env)).exitCode).toBe(0)
    expect((await runOps(['sync', '--remote'], { ...env, ADMIN_TOKEN })).exitCode).toBe(0)
    const presented = { 'cf-access-client-id': 'id.access', 'cf-access-client-secret': 'secret' }
    expect(headers).toMatchObject([presented, presented])
    const tokens = headers.map(({ authorization }) => authorization)
    expect(tokens).toEqual([undefined, `Bearer ${ADMIN_TOKEN}`])
  })

  it.each(['two words of a token 0123456789', 'a-token-and-a-line-0123456789abcdef\n'])(
    'names a token that no header can hold, and repeats it nowhere: %j',
    async (token) => {
      const { url, seen } = await listen(json({}))
      const ran = await runOps(['sync', '--remote', '--url', url], { ADMIN_TOKEN: token })
      expect(ran).toMatchObject({
        exitCode: 1,
        err: expect.stringContaining('ADMIN_TOKEN') as string,
      })
      expect(ran.err).not.toContain(token.trim())
      expect(seen).toEqual([])
    },
  )

  it('stops by name when the token is missing, before anything is asked', async () => {
    const { url, seen } = await listen(json({}))
    const env = { ADMIN_TOKEN: undefined, KEY_PEPPER: undefined }
    const ran = await runOps(['sync', '--remote', '--url', url], env)
    expect(ran.err).toMatch(/^error: ADMIN_TOKEN must be a secret/)
    expect(seen).toEqual([])
  })
})
