// The console behind Cloudflare Access: who is signed in as what, what a viewer and another
// organization's people can do, and that a session ends with what it came from. Access' certificates
// are served by a stand-in for the network, and signed with real keys.

import { env } from 'cloudflare:workers'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'

import { shipped } from '../../src/catalog.ts'
import { handleConsoleRequest } from '../../src/control/console/app.tsx'
import { buildControl } from '../../src/control/build.ts'
import type { ControlDeps } from '../../src/control/deps.ts'
import { applySchema, makeOrganization, run } from './rows.ts'

const TEAM = 'console.cloudflareaccess.com'
const AUDIENCE = 'the-console'
const ORIGIN = 'https://edge.test'
const SIGN_IN = '/edge/console/sign-in'

/** As in vitest.config.ts. */
const ADMIN_TOKEN = 'admin-token-of-the-tests-0123456789abcdef'
const OLGA = 'olga@example.com'
const ANN = 'ann@example.com'
const VIC = 'vic@example.com'

let edge: ControlDeps
let key: CryptoKey
let acme: string
let other: string

const taken = (): Promise<void> => Promise.resolve()

async function edgeOf(operators: readonly string[]): Promise<ControlDeps> {
  const nowhere = { send: taken, sendBatch: taken } as unknown as Queue
  const ACCESS = { team_domain: TEAM, audience: AUDIENCE, operators }
  const queues = { AUDIT: nowhere, FENCES: nowhere, WEBHOOKS: nowhere }
  return await buildControl({ ...env, ...queues, ACCESS }, shipped)
}

beforeAll(async () => {
  await applySchema()
  const pair = await generateKeyPair('RS256', { extractable: true })
  key = pair.privateKey
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }
  vi.spyOn(globalThis, 'fetch').mockImplementation(() =>
    Promise.resolve(Response.json({ keys: [jwk] })),
  )
  edge = await edgeOf([OLGA])
})

beforeEach(async () => {
  acme = await makeOrganization()
  other = await makeOrganization()
  await run('DELETE FROM members', member(acme, ANN, 'administrator'), member(acme, VIC, 'viewer'))
})

const member = (organization: string, email: string, role: string): string =>
  `INSERT INTO members (organization_id, email, role) VALUES ('${organization}', '${email}', '${role}')`

const assertionOf = (email: string): Promise<string> =>
  new SignJWT({ email })
    .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
    .setIssuer(`https://${TEAM}`)
    .setAudience(AUDIENCE)
    .setSubject('user-1')
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(key)

interface Page {
  readonly status: number
  readonly location: string
  readonly html: string
}

interface Browser {
  /** In front of it Access vouches for this person; undefined: it does not. */
  email: string | undefined
  cookie: string
  readonly get: (path: string, at?: ControlDeps) => Promise<Page>
  readonly post: (path: string, fields: Record<string, string>) => Promise<Page>
}

function browserOf(email: string | undefined): Browser {
  const send = async (path: string, init: RequestInit, at = edge): Promise<Page> => {
    const headers = new Headers(init.headers)
    if (browser.email) headers.set('cf-access-jwt-assertion', await assertionOf(browser.email))
    if (browser.cookie) headers.set('cookie', `__Host-portcullis=${browser.cookie}`)
    const answer = await handleConsoleRequest(new Request(ORIGIN + path, { ...init, headers }), {
      ...{ edge: at, requestId: crypto.randomUUID(), address: undefined, nowMs: Date.now() },
      // The account of a change takes a second to leave.
      waitUntil: (work) => void work.catch(() => {}),
    })
    const set = /^__Host-portcullis=([^;]*)/.exec(answer.headers.get('set-cookie') ?? '')
    if (set) browser.cookie = set[1] ?? ''
    const { status, headers: given } = answer
    return { status, location: given.get('location') ?? '', html: await answer.text() }
  }
  const browser: Browser = {
    email,
    cookie: '',
    get: (path, at) => send(path, {}, at),
    post: (path, fields) =>
      send(path, {
        method: 'POST',
        headers: { origin: ORIGIN },
        body: new URLSearchParams(fields),
      }),
  }
  return browser
}

async function enter(email: string): Promise<Browser> {
  const browser = browserOf(email)
  const { status } = await browser.get(SIGN_IN)
  expect(status).toBe(303)
  expect(browser.cookie).not.toBe('')
  return browser
}

const keysOf = (organization: string): string => `/edge/console/o/${organization}/keys`
const tokenIn = (html: string): string => /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? ''

describe('signing in through Access', () => {
  it('makes a listed person an operator, at once', async () => {
    const browser = await enter(OLGA)
    const page = await browser.get('/edge/console/')
    expect(page.status).toBe(200)
    expect(page.html).toContain('olga@example.com <span class="badge plain">operator</span>')
  })

  it('leads a member to the one organization, at once', async () => {
    const browser = await enter(ANN)
    expect(await browser.get('/edge/console/')).toMatchObject({
      status: 303,
      location: expect.stringContaining(`/edge/console/o/${acme}`) as unknown,
    })
    expect((await browser.get(keysOf(acme))).html).toContain('administrator</span>')
  })

  it('lets a member of several choose, among these alone', async () => {
    await run(member(other, ANN, 'viewer'))
    const stranger = await makeOrganization()
    const browser = browserOf(ANN)
    const page = await browser.get(SIGN_IN)
    expect(page.status).toBe(200)
    expect(browser.cookie).toBe('')
    for (const as of [acme, other]) expect(page.html).toContain(`value="${as}"`)
    for (const as of [stranger, 'operator', '']) {
      expect((await browser.post(SIGN_IN, { as })).status).toBe(200)
      expect(browser.cookie).toBe('')
    }
    expect((await browser.post(SIGN_IN, { as: other })).status).toBe(303)
    expect((await browser.get(keysOf(other))).status).toBe(200)
    expect((await browser.get(keysOf(acme))).status).toBe(404)
  })

  it('is the one way in: past it there is no form, and the admin token opens nothing', async () => {
    const browser = browserOf(undefined)
    expect(await browser.get(SIGN_IN)).toMatchObject({ status: 403 })
    const answer = await browser.post(SIGN_IN, { token: ADMIN_TOKEN })
    expect(answer.status).toBe(403)
    expect(answer.html).toContain('through Cloudflare Access')
    expect(browser.cookie).toBe('')
  })

  it('a session that the admin token opened ends once Access is configured', async () => {
    const before = await buildControl({ ...env, AUDIT: { send: taken } }, shipped)
    const context = {
      ...{ requestId: crypto.randomUUID(), address: undefined, nowMs: Date.now() },
      waitUntil: (work: Promise<unknown>) => void work,
    }
    const body = new URLSearchParams({ token: ADMIN_TOKEN })
    const request = new Request(ORIGIN + SIGN_IN, {
      method: 'POST',
      headers: { origin: ORIGIN },
      body,
    })
    const opened = await handleConsoleRequest(request, { edge: before, ...context })
    expect(opened.status).toBe(303)
    const browser = browserOf(undefined)
    browser.cookie =
      /^__Host-portcullis=([^;]*)/.exec(opened.headers.get('set-cookie') ?? '')?.[1] ?? ''
    expect((await browser.get('/edge/console/', before)).status).toBe(200)
    expect((await browser.get('/edge/console/')).location).toContain('sign-in')
  })

  it('is on record, with who it was and in whose organization, and so is who got nowhere', async () => {
    const accounted = vi.spyOn(edge.events, 'add')
    const ann = await enter(ANN)
    const csrf = tokenIn((await ann.get(keysOf(acme))).html)
    await ann.post('/edge/console/sign-out', { csrf })
    await enter(OLGA)
    await browserOf('nobody@example.com').get(SIGN_IN)
    await browserOf(undefined).post(SIGN_IN, { token: ADMIN_TOKEN })
    const told = accounted.mock.calls.map(
      ([{ actor, organization, method, path, status, reason }]) => [
        ...[actor, organization, `${method} ${path} ${status}`, reason],
      ],
    )
    accounted.mockRestore()
    expect(told).toEqual([
      [`person:${ANN}`, acme, `GET ${SIGN_IN} 303`, null],
      [`person:${ANN}`, acme, 'POST /edge/console/sign-out 303', null],
      [`operator:${OLGA}`, null, `GET ${SIGN_IN} 303`, null],
      ['person:nobody@example.com', null, `GET ${SIGN_IN} 403`, 'not_a_member'],
      [null, null, `POST ${SIGN_IN} 403`, 'sign_in_wrong'],
    ])
  })

  it('tells who is no member whom to ask', async () => {
    const page = await browserOf('nobody@example.com').get(SIGN_IN)
    expect(page.status).toBe(403)
    expect(page.html).toContain('Ask an administrator of your organization')
  })

  it('does not sign in again unasked who has just signed out', async () => {
    const browser = await enter(ANN)
    const csrf = tokenIn((await browser.get(keysOf(acme))).html)
    const { location } = await browser.post('/edge/console/sign-out', { csrf })
    const page = await browser.get(location)
    expect(page.status).toBe(200)
    expect(page.html).toContain('You are signed out.')
    expect(browser.cookie).toBe('')
  })
})

describe('a session out of Access', () => {
  it('is none without the assertion, or with another person’s', async () => {
    const browser = await enter(ANN)
    for (const email of [undefined, VIC, OLGA]) {
      browser.email = email
      expect((await browser.get(keysOf(acme))).status).toBe(303)
    }
    browser.email = ANN
    expect((await browser.get(keysOf(acme))).status).toBe(200)
  })

  it.each([
    ['removed', `DELETE FROM members WHERE email = '${ANN}'`],
    ['a viewer now', `UPDATE members SET role = 'viewer' WHERE email = '${ANN}'`],
  ])('ends with the next request of a member who is %s', async (_, statement) => {
    const browser = await enter(ANN)
    await run(statement)
    expect((await browser.get(keysOf(acme))).status).toBe(303)
  })

  it('ends with the next request of an operator who is listed no more', async () => {
    const browser = await enter(OLGA)
    expect((await browser.get('/edge/console/', await edgeOf(['pat@example.com']))).status).toBe(
      303,
    )
    expect((await browser.get('/edge/console/')).status).toBe(200)
  })
})

describe('a viewer', () => {
  it('reads, sees no form that writes, and changes nothing by any of them', async () => {
    const admin = await enter(ANN)
    const csrf = tokenIn((await admin.get(`${keysOf(acme)}/new`)).html)
    const form = { csrf, kind: 'secret', environment: 'live', name: 'K', products: 'verifa' }
    const made = await admin.post(`${keysOf(acme)}/new`, { ...form, scopes: 'sessions:read' })
    expect(made.status).toBe(201)
    const id = /key_\w+/.exec(made.html)?.[0] ?? ''

    const browser = await enter(VIC)
    const list = await browser.get(keysOf(acme))
    expect(list.html).not.toContain('Create a key')
    const own = { ...form, csrf: tokenIn(list.html), confirmation: 'K', grace_seconds: '0' }
    expect((await browser.get(`${keysOf(acme)}/new`)).status).toBe(403)
    expect((await browser.get(`${keysOf(acme)}/${id}`)).html).not.toContain('Invalidate')
    for (const part of ['new', `${id}/edit`, `${id}/rotate`, `${id}/revoke`]) {
      const { status } = await browser.post(`${keysOf(acme)}/${part}`, { ...own, name: 'L' })
      expect([part, status]).toEqual([part, 403])
    }
    expect((await browser.post('/edge/console/', { csrf: own.csrf, name: 'L' })).status).toBe(403)
    const { results } = await env.DB.prepare(
      'SELECT id, name, revoked_at FROM credentials WHERE organization_id = ?1',
    )
      .bind(acme)
      .all()
    expect(results).toEqual([{ id, name: 'K', revoked_at: null }])
  })
})

it('people see nothing of another organization', async () => {
  const browser = await enter(ANN)
  for (const path of ['', '/keys', '/keys/new', '/keys/key_1', '/keys/key_1/revoke']) {
    expect((await browser.get(`/edge/console/o/${other}${path}`)).status).toBe(404)
  }
})
