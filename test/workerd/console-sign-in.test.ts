// Signing in to the console: what is on record of it, how a form is read before there is a session,
// and that there is a form at all only where the settings ask for it.

import { env } from 'cloudflare:workers'
import {
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  vi,
  type MockInstance,
} from 'vitest'

import { EventBuffer } from '../../src/audit/buffer.ts'
import { handle } from '../../src/gate/app.ts'
import { SIGN_IN_FORM_MAX_BYTES } from '../../src/control/console/form.ts'
import { WRONG_MAX } from '../../src/control/tries/wrong-tries.ts'
import { counting, type Calls } from './counting.ts'
import { ORIGIN, startIsolate, type Isolate } from './isolate.ts'
import { applySchema, makeOrganization, run } from './rows.ts'

const CONSOLE = '/edge/console'
const SIGN_IN = `${CONSOLE}/sign-in`
/** As in vitest.config.ts. */
const RIGHT = 'admin-token-of-the-tests-0123456789abcdef'
const FORM_TYPE = 'application/x-www-form-urlencoded'

let isolate: Isolate
let calls: Calls
/** Takes every event that is to be on record. */
let accounted: MockInstance<EventBuffer['add']>
let clients = 0
let address: string

async function isolateWith(settings: object = {}): Promise<Isolate> {
  const counted = counting()
  calls = counted.calls
  const made = await startIsolate({ ...counted.bindings, ...settings })
  accounted = vi.spyOn(EventBuffer.prototype, 'add')
  return made
}

beforeAll(async () => {
  await applySchema()
  // The first object of a class may take its time to start.
  await env.TRIES.getByName('v1:first').heldUntil()
})
beforeEach(async () => {
  address = `192.0.2.${++clients}`
  isolate = await isolateWith()
})
afterEach(() => {
  vi.useRealTimers()
})

interface Sent {
  readonly body?: BodyInit
  readonly headers?: Record<string, string>
  readonly cookie?: string
}

async function send(method: string, path: string, { body, headers, cookie }: Sent = {}) {
  const sent = new Headers({ 'cf-connecting-ip': address, ...headers })
  if (method === 'POST') sent.set('origin', ORIGIN)
  if (body !== undefined && !sent.has('content-type')) sent.set('content-type', FORM_TYPE)
  if (cookie !== undefined) sent.set('cookie', `__Host-portcullis=${cookie}`)
  const request = new Request(ORIGIN + path, { method, headers: sent, body: body ?? null })
  const context = { waitUntil: (work: Promise<unknown>) => void work.catch(() => {}) }
  const answer = await handle(request, isolate.edge, context)
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, text }
}

const form = (fields: Record<string, string>): string => new URLSearchParams(fields).toString()
const signIn = (token: string, more: Sent = {}) =>
  send('POST', SIGN_IN, { body: form({ token }), ...more })

async function session(): Promise<string> {
  const { status, headers } = await signIn(RIGHT)
  expect(status).toBe(303)
  return /^__Host-portcullis=([^;]+)/.exec(headers.get('set-cookie') ?? '')?.[1] ?? ''
}

/** What has been put on record since the last call of this, as `who METHOD path status reason`. */
function onRecord(): string[] {
  const told = accounted.mock.calls.map(([event]) =>
    [event.actor, event.organization, event.method, event.path, event.status, event.reason]
      .filter((one) => one !== null)
      .join(' '),
  )
  accounted.mockClear()
  return told
}

describe('on record is', () => {
  it('who signed in, who tried and could not, and who signed out', async () => {
    await signIn('wrong')
    expect(onRecord()).toEqual([`POST ${SIGN_IN} 401 sign_in_wrong`])
    const cookie = await session()
    expect(onRecord()).toEqual([`operator:admin-token POST ${SIGN_IN} 303`])
    const page = await send('GET', `${CONSOLE}/`, { cookie })
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
    expect(onRecord()).toEqual([])
    await send('POST', `${CONSOLE}/sign-out`, { cookie, body: form({ csrf }) })
    expect(onRecord()).toEqual([`operator:admin-token POST ${CONSOLE}/sign-out 303`])
  })

  it('what was held, and never what was typed', async () => {
    for (let i = 0; i < WRONG_MAX; i++) await signIn(`secret-guess-${i}`)
    await signIn(RIGHT)
    expect(onRecord().at(-1)).toBe(`POST ${SIGN_IN} 429 authentication_failures`)
    await signIn('wrong', { headers: { referer: `${ORIGIN}/?${RIGHT}` } })
    expect(JSON.stringify(accounted.mock.calls)).not.toMatch(/secret-guess|admin-token-of/)
  })
})

describe('an export is on record with who, what and how much', () => {
  const FILE = /^;rows=(\d+);bytes=(\d+)/
  let organization: string

  beforeEach(async () => {
    organization = await makeOrganization()
    const day = new Date().toISOString().slice(0, 10)
    await run(
      `INSERT INTO usage_daily VALUES ('${organization}', 'key_a', 'verifa', '${day}', 3, 1, 0),
        ('${organization}', 'key_b', 'verifa', '${day}', 2, 0, 0)`,
    )
  })

  /** The event's text in front of the measure, the measure, and what was asked for. */
  function exported(path: string, text: string): [string, string] {
    const [event = '', ...others] = onRecord()
    expect(others).toEqual([])
    const [before = '', rest = ''] = event.split(path)
    const [measure = '', rows, bytes] = FILE.exec(rest) ?? []
    expect(Number(rows)).toBe(text.split('\r\n').length - 2)
    expect(Number(bytes)).toBe(new TextEncoder().encode(text).byteLength)
    return [before, rest.slice(measure.length)]
  }

  it('of the audit, by the API', async () => {
    const path = '/edge/v1/audit/export'
    const authorization = `Bearer ${RIGHT}`
    const query = `?organization=${organization}&decision=refused&from=1`
    const { text } = await send('GET', path + query, { headers: { authorization } })
    expect(text).toContain('\r\n')
    expect(exported(path, text)).toEqual([
      `operator:admin-token ${organization} GET `,
      ';decision=refused;from=1 200',
    ])
  })

  it('of the audit, in the console', async () => {
    const cookie = await session()
    onRecord()
    const pages = `${CONSOLE}/o/${organization}`
    const { text } = await send('GET', `${pages}/audit/export?decision=refused`, { cookie })
    const [before, asked] = exported('/edge/v1/audit/export', text)
    expect(before).toBe(`operator:admin-token ${organization} GET `)
    expect(asked).toMatch(/;decision=refused.* 200$/)
  })

  it('of usage, in the console', async () => {
    const cookie = await session()
    onRecord()
    const path = `${CONSOLE}/o/${organization}/usage/export`
    const { text } = await send('GET', path, { cookie })
    expect(text.split('\r\n')).toHaveLength(4)
    const [before, asked] = exported(path, text)
    expect(before).toBe(`operator:admin-token ${organization} GET `)
    expect(asked).toMatch(/^;from=\d{4}-\d\d-\d\d;to=\d{4}-\d\d-\d\d 200$/)
  })

  it('that is broken off, as far as it came', async () => {
    const request = new Request(`${ORIGIN}/edge/v1/audit/export?organization=${organization}`, {
      headers: { authorization: `Bearer ${RIGHT}`, 'cf-connecting-ip': address },
    })
    const context = { waitUntil: (work: Promise<unknown>) => void work.catch(() => {}) }
    const answer = await handle(request, isolate.edge, context)
    await answer.body?.cancel()
    expect(onRecord()).toEqual([
      expect.stringMatching(/ GET \/edge\/v1\/audit\/export;rows=0;bytes=\d+;broken_off 200$/),
    ])
  })

  it('and a refused one as any other call', async () => {
    const authorization = `Bearer ${RIGHT}`
    const path = '/edge/v1/audit/export'
    await send('GET', `${path}?organization=${organization}&limit=1`, {
      headers: { authorization },
    })
    expect(onRecord()).toEqual([
      `operator:admin-token ${organization} GET ${path} 400 request_invalid`,
    ])
  })
})

/** A body of `&a`, and how many bytes of it were taken. */
function flood(bytes: number): { body: ReadableStream<Uint8Array>; taken: () => number } {
  const chunk = new TextEncoder().encode('&a'.repeat(512))
  let taken = 0
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (taken >= bytes) return controller.close()
        taken += chunk.byteLength
        return controller.enqueue(chunk)
      },
    },
    { highWaterMark: 0 },
  )
  return { body, taken: () => taken }
}

describe('before there is a session', () => {
  it.each([
    ['no length', undefined],
    ['a length that is a lie', '5'],
    ['the length that it has', '2000000'],
  ])('a form of 2 MB with %s is refused without being read', async (_name, length) => {
    const { body, taken } = flood(2_000_000)
    const headers = length === undefined ? undefined : { 'content-length': length }
    const answer = await send('POST', SIGN_IN, { body, ...(headers && { headers }) })
    expect(answer.status).toBe(413)
    expect(answer.text).toContain(`A form may have ${SIGN_IN_FORM_MAX_BYTES} bytes at most.`)
    expect(taken()).toBeLessThanOrEqual(SIGN_IN_FORM_MAX_BYTES + 1_024)
  })

  it.each(['/sign-out', '/', '/o/org_x/keys/new', '/nothing'])(
    'nothing of what is posted to %s is read',
    async (path) => {
      const { body, taken } = flood(2_000_000)
      const answer = await send('POST', CONSOLE + path, { body })
      expect([answer.status, taken()]).toEqual([303, 0])
      expect(answer.headers.get('location')).toBe(`${SIGN_IN}?status=session_ended`)
    },
  )

  it('a form of the very size is read, also in pieces', async () => {
    const text = form({ token: RIGHT, next: 'x'.repeat(3_000) })
    const padded = text + 'x'.repeat(SIGN_IN_FORM_MAX_BYTES - text.length)
    const pieces = new Blob([padded]).stream()
    expect((await send('POST', SIGN_IN, { body: pieces })).status).toBe(303)
    expect((await send('POST', SIGN_IN, { body: `${padded}x` })).status).toBe(413)
  })

  it('of who is held nothing is read, in an isolate that knows nothing of it either', async () => {
    for (let i = 0; i < WRONG_MAX; i++) await signIn('wrong')
    for (const fresh of [false, true]) {
      if (fresh) isolate = await isolateWith()
      const { body, taken } = flood(2_000_000)
      const answer = await send('POST', SIGN_IN, { body })
      expect([answer.status, taken()]).toEqual([429, 0])
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(answer.text).toContain('Too many attempts to sign in from your address.')
    }
  })
})

describe('behind a session', () => {
  it('a form is bounded too, in bytes and in fields', async () => {
    const cookie = await session()
    for (const [bytes, sentence] of [
      [3_000_000, 'A form may have 2000000 bytes at most.'],
      [100_000, 'A form may have 1000 fields at most.'],
    ] as const) {
      const { body, taken } = flood(bytes)
      const answer = await send('POST', `${CONSOLE}/`, { body, cookie })
      expect([answer.status, answer.text.includes(sentence)]).toEqual([413, true])
      expect(taken()).toBeLessThan(2_010_000)
    }
  })
})

const tenWrong = () => Promise.all(Array.from({ length: WRONG_MAX }, () => signIn('wrong')))

describe('ten wrong tries at the form', () => {
  it('hold the right one as well, whatever address it claims', async () => {
    const statuses = (await tenWrong()).map(({ status }) => status)
    expect(statuses).toEqual(statuses.map(() => 401))
    const headers = { 'x-forwarded-for': '192.0.2.250' }
    expect((await signIn(RIGHT, { headers })).status).toBe(429)
    expect((await signIn('wrong')).status).toBe(429)
  })

  it('do not hold up who is signed in, on any page, not even on this one', async () => {
    const cookie = await session()
    await tenWrong()
    expect((await send('GET', `${CONSOLE}/`, { cookie })).status).toBe(200)
    const again = await signIn(RIGHT, { cookie })
    expect([again.status, again.headers.get('location')]).toEqual([303, `${CONSOLE}/`])
    expect((await signIn(RIGHT)).status).toBe(429)
  })

  it('are another door than the API’s', async () => {
    await tenWrong()
    const headers = { authorization: `Bearer ${RIGHT}` }
    expect((await send('GET', '/edge/v1/organizations', { headers })).status).toBe(200)
  })
})

describe('where no setting says how to sign in', () => {
  it('there is no form, a page says which settings there are, and nothing is compared', async () => {
    isolate = await isolateWith({ CONSOLE: undefined })
    for (const answer of [await send('GET', SIGN_IN), await signIn(RIGHT)]) {
      expect(answer.status).toBe(403)
      expect(answer.text).toContain('CONSOLE = &quot;token&quot;')
      expect(answer.text).toContain('ACCESS')
      expect(answer.text).not.toContain('name="token"')
      expect(answer.headers.get('set-cookie')).toBeNull()
    }
    expect(calls.take()['tries.attempt']).toBeUndefined()
  })

  it('sessions that the admin token opened are over', async () => {
    const cookie = await session()
    expect((await send('GET', `${CONSOLE}/`, { cookie })).status).toBe(200)
    isolate = await isolateWith({ CONSOLE: undefined })
    expect((await send('GET', `${CONSOLE}/`, { cookie })).status).toBe(303)
  })
})
