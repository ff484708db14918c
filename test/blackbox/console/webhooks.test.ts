// Webhooks in the console: added, shown once, tried, changed, stopped and deleted by forms alone, with
// a real server that receives and verifies.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { TestEdge } from '../../harness/edge.ts'
import { startReceiver, type Receiver } from '../../control/webhooks/receiver.ts'
import { until } from '../control/world.ts'
import { CONSOLE, formOf, type Client, type Fields, type Page } from './client.ts'
import { MARKUP, secretIn } from './html.ts'
import { enterAs } from './member.ts'
import type { People } from './people.ts'
import { startPeopledWorld } from './world.ts'

const WEBHOOKS = `${CONSOLE}/o/org_test/webhooks`
const ALL = ['system.apiKey.created', 'system.apiKey.invalidated', 'system.apiKey.exposed']

let people: People
let edge: TestEdge
let client: Client
let receiver: Receiver
beforeAll(async () => {
  ;({ people, edge, client } = await startPeopledWorld())
  receiver = await startReceiver(() => Date.now())
})
afterAll(async () => {
  expect(receiver.complaints).toEqual([])
  await edge.stop()
  await receiver.stop()
})

interface Added {
  readonly page: Page
  readonly id: string
  readonly secret: string
}

/** Adds an endpoint, and verifies it. */
async function add(path: string, fields: Fields = {}, at = WEBHOOKS): Promise<Added> {
  const added = await addUnverified(path, fields, at)
  const verified = await client.post(`${at}/${added.id}/verify`)
  expect(verified).toMatchObject({ location: `${at}/${added.id}?status=endpoint_verified` })
  return added
}

async function addUnverified(path: string, fields: Fields = {}, at = WEBHOOKS): Promise<Added> {
  const page = await client.submit(`${at}/new`, { url: receiver.url + path, ...fields })
  expect([page.status, page.text]).toEqual([201, expect.stringContaining('shown this once')])
  const id = /data-once="[^"]*\/(whe_\w+)"/.exec(page.html)?.[1] ?? ''
  const secret = secretIn(page)
  receiver.secrets.set(path, secret)
  return { page, id, secret }
}

/** Posts a button's form of an endpoint. */
const press = (id: string, part: string): Promise<Page> => client.post(`${WEBHOOKS}/${id}/${part}`)

async function delivered(id: string, count = 1): Promise<Page> {
  let page = await client.get(`${WEBHOOKS}/${id}?state=delivered`)
  await until(async () => {
    page = await client.get(`${WEBHOOKS}/${id}?state=delivered`)
    return page.html.split('badge good">delivered').length - 1 >= count
  })
  return page
}

describe('a new endpoint', () => {
  test('is suggested with all events, and its secret is shown once', async () => {
    expect(formOf((await client.get(`${WEBHOOKS}/new`)).html)).toMatchObject({ events: ALL })
    const { id, secret } = await add('/once', { description: 'Alerts' })
    expect(secret).toMatch(/^whsec_[\w+/=]{40,}$/)
    for (const path of ['', '/new', `/${id}`, `/${id}/edit`, `/${id}/rotate`, `/${id}/delete`]) {
      const { html, status } = await client.get(WEBHOOKS + path)
      expect([path, status, html.includes(secret)]).toEqual([path, 200, false])
    }
    expect((await client.get(WEBHOOKS)).text).toContain(`${receiver.url}/onceAlerts`)
  })

  test.each([
    ['url', { url: 'http://hooks.example.com/' }, 'must begin with https://'],
    ['url', { url: '' }, 'must be a URL'],
    ['url', { url: 'https://10.0.0.1/' }, 'not an IP address'],
    ['events', { events: [] }, 'choose at least one'],
    ['description', { description: 'x'.repeat(501) }, 'at most 500 characters'],
  ])(
    'with a wrong %s is refused at that field, and what was typed stays',
    async (name, wrong, text) => {
      const typed = { url: receiver.url, description: MARKUP, ...wrong }
      const page = await client.submit(`${WEBHOOKS}/new`, typed)
      expect(page.status).toBe(400)
      expect(page.text).toContain(text)
      expect(page.html).toContain(`id="${name}-fault"`)
      expect(formOf(page.html)).toMatchObject({ url: typed.url, description: typed.description })
      expect(page.html).not.toContain('<img src=x')
    },
  )
})

describe('an endpoint that has yet to answer a challenge', () => {
  test('says how, gets nothing, and is enabled by the button once its server knows the secret', async () => {
    const { page, id, secret } = await addUnverified('/unverified')
    expect(page.text).toContain('and verify it. Until then nothing is sent to it.')
    receiver.secrets.delete('/unverified')
    const own = await client.get(`${WEBHOOKS}/${id}`)
    expect(own.text).toContain('Nothing is sent to it until it is verified')
    expect(own.text).toContain('base64(HMAC-SHA256(secret, data.challenge))')
    expect(own.html).toContain(`action="${WEBHOOKS}/${id}/verify"`)
    for (const part of ['enable', 'test']) expect((await press(id, part)).status).toBe(409)
    const wrong = await press(id, 'verify')
    expect(wrong.status).toBe(409)
    expect(wrong.text).toContain('The receiver did not answer the challenge rightly.')
    expect((await client.get(WEBHOOKS)).text).toContain('unverified')
    receiver.secrets.set('/unverified', secret)
    const right = await press(id, 'verify')
    expect((await client.get(right.location)).text).toContain('has answered its challenge')
    expect(receiver.challenges.filter((path) => path === '/unverified')).toHaveLength(2)
    expect(receiver.received.filter(({ path }) => path === '/unverified')).toEqual([])
  })

  test('is what one becomes whose address is changed', async () => {
    const { id } = await add('/moving')
    const moved = { url: `${receiver.url}/moved`, events: ALL }
    await client.submit(`${WEBHOOKS}/${id}/edit`, moved)
    const { text } = await client.get(`${WEBHOOKS}/${id}`)
    expect(text).toContain('Nothing is sent to it until it is verified')
  })
})

describe('deliveries', () => {
  test('of a test event are listed with their attempt and its answer, and are sent again', async () => {
    receiver.answer = ({ path }, response) => response.end(path === '/test' ? MARKUP : 'ok')
    const { id } = await add('/test')
    const sent = await press(id, 'test')
    expect(sent).toMatchObject({ status: 303, location: `${WEBHOOKS}/${id}?status=test_sent` })
    expect((await client.get(sent.location)).text).toContain('A test event is on its way.')
    const page = await delivered(id)
    expect(page.text).toContain('system.test')
    expect(page.text).toContain('One attempt: delivered, status 200')
    expect(page.text).toContain(MARKUP)
    expect(page.html).not.toContain('<img src=x')
    const action = /action="([^"]+\/resend)"/.exec(page.html)?.[1] ?? ''
    const again = await client.post(action)
    expect(again.location).toBe(`${WEBHOOKS}/${id}?status=delivery_resent`)
    await until(async () => (await delivered(id)).text.includes('2 attempts: delivered'))
  })

  test('that fail tell the answer and when the next attempt is', async () => {
    receiver.answer = ({ path }, response) => {
      response.statusCode = path === '/fails' ? 500 : 200
      response.end('out of order')
    }
    const { id } = await add('/fails')
    await client.submit(`${CONSOLE}/o/org_test/keys/new`, { name: 'of a failing event' })
    await until(async () => {
      const { text } = await client.get(`${WEBHOOKS}/${id}?state=pending`)
      return /pendingOne attempt: failed, answered 500.*out of order20\d\d-.* UTC/s.test(text)
    })
    expect((await client.get(WEBHOOKS)).text).toContain('failing')
    expect((await client.get(`${WEBHOOKS}/${id}`)).text).toContain(
      'Nothing could be delivered since',
    )
    receiver.answer = (_, response) => response.end('ok')
  })

  test('wait while the endpoint is disabled, and go out when it is enabled', async () => {
    let status = 500
    receiver.answer = ({ path }, response) => {
      response.statusCode = path === '/held' ? status : 200
      response.end()
    }
    const { id } = await add('/held')
    await client.submit(`${CONSOLE}/o/org_test/keys/new`, { name: 'of a held event' })
    await until(async () => (await client.get(`${WEBHOOKS}/${id}`)).text.includes('answered 500'))
    const asked = await client.get(`${WEBHOOKS}/${id}/disable`)
    expect(asked.text).toContain('What happens while it is disabled is never sent.')
    const stopped = await client.submit(`${WEBHOOKS}/${id}/disable`, {})
    expect((await client.get(stopped.location)).text).toContain('The endpoint is disabled.')
    expect((await client.get(`${WEBHOOKS}/${id}?state=held`)).text).toContain('when enabled')
    expect((await press(id, 'test')).status).toBe(409)
    status = 200
    const started = await press(id, 'enable')
    expect((await client.get(started.location)).text).toContain(
      'What was held goes out within a minute.',
    )
    await edge.scheduled()
    expect((await delivered(id)).text).toContain('system.apiKey.created')
  })
})

describe('an endpoint', () => {
  test('is changed by its form', async () => {
    const { id } = await add('/before')
    const url = `${receiver.url}/after`
    const saved = await client.submit(`${WEBHOOKS}/${id}/edit`, {
      url,
      description: 'after',
      events: [ALL[2] ?? ''],
    })
    const page = await client.get(saved.location)
    expect(page.text).toContain('The endpoint was saved.')
    expect(page.text).toContain(`Address${url}DescriptionafterEventssystem.apiKey.exposedId`)
    expect((await client.submit(`${WEBHOOKS}/${id}/edit`, { url: 'x' })).status).toBe(400)
  })

  test('gets a new secret with an overlap, shown once, and never by a missing choice', async () => {
    const { id, secret } = await add('/rotated')
    expect((await press(id, 'rotate')).status).toBe(400)
    const page = await client.submit(`${WEBHOOKS}/${id}/rotate`, { overlap_seconds: '3600' })
    const fresh = secretIn(page)
    expect(page.text).toContain('The old secret signs as well until 20')
    expect(fresh).toMatch(/^whsec_/)
    expect(fresh).not.toBe(secret)
    const own = await client.get(`${WEBHOOKS}/${id}`)
    expect(own.text).toContain('Old secret signs until20')
    expect(own.html).not.toContain(fresh)
    const ended = await client.submit(`${WEBHOOKS}/${id}/rotate`, { overlap_seconds: '0' })
    expect(ended.text).toContain('signs nothing any more')
  })

  test('is deleted behind its host’s name', async () => {
    const { id } = await add('/deleted')
    for (const confirmation of ['', 'x']) {
      expect((await client.submit(`${WEBHOOKS}/${id}/delete`, { confirmation })).status).toBe(400)
    }
    const confirmation = new URL(receiver.url).host
    const gone = await client.submit(`${WEBHOOKS}/${id}/delete`, { confirmation })
    expect(gone.location).toBe(`${WEBHOOKS}?status=endpoint_deleted`)
    expect((await client.get(gone.location)).text).toContain('The endpoint was deleted.')
    expect((await client.get(`${WEBHOOKS}/${id}`)).status).toBe(404)
  })
})

const PAGES = ['', '/edit', '/rotate', '/disable', '/delete']
const POSTS = [
  ...['edit', 'rotate', 'disable', 'enable', 'delete', 'verify', 'test'],
  'deliveries/dlv_x/resend',
]

test('what is stored stays text on every page that shows it', async () => {
  const { id, page } = await addUnverified(`/?q=%3Cb%3E"'<b>`, { description: MARKUP })
  receiver.secrets.delete(`/?q=%3Cb%3E"'<b>`)
  const shown = [page, await client.get(WEBHOOKS)]
  for (const path of PAGES) shown.push(await client.get(`${WEBHOOKS}/${id}${path}`))
  for (const { html } of shown) {
    expect(html).not.toContain('<img src=x')
    expect(html).not.toContain('<script>alert')
    expect(html).not.toContain('<b>')
  }
})

test('another organization’s endpoint is not there, by any page or form', async () => {
  const { id } = await add('/theirs', {}, `${CONSOLE}/o/org_other/webhooks`)
  for (const path of PAGES) {
    expect([path, (await client.get(`${WEBHOOKS}/${id}${path}`)).status]).toEqual([path, 404])
  }
  const fields = { url: receiver.url, events: ALL, overlap_seconds: '0' }
  for (const path of POSTS) {
    const answer = await client.post(`${WEBHOOKS}/${id}/${path}`, fields)
    expect([path, answer.status]).toEqual([path, 404])
  }
  expect((await client.get(`${CONSOLE}/o/org_other/webhooks/${id}`)).status).toBe(200)
})

test('a form that is sent twice adds one endpoint, and tells its secret once', async () => {
  const { html } = await client.get(`${WEBHOOKS}/new`)
  const once = /name="once" value="([^"]+)"/.exec(html)?.[1] ?? ''
  const fields = { url: `${receiver.url}/twice`, events: ALL, once }
  const first = await client.post(`${WEBHOOKS}/new`, fields)
  const second = await client.post(`${WEBHOOKS}/new`, fields)
  expect([first.status, second.status]).toEqual([201, 201])
  expect(secretIn(first)).toMatch(/^whsec_/)
  expect(second.html).not.toContain('whsec_')
  expect(second.text).toContain('added by the same form before')
  const made = await edge.sql(`SELECT id FROM webhook_endpoints WHERE url GLOB '*/twice'`)
  expect(made).toHaveLength(1)
})

test('a viewer sees it all and changes nothing, by any request', async () => {
  const { id } = await add('/viewed')
  await press(id, 'test')
  const found = /deliveries\/(dlv_\w+)\/resend/.exec((await delivered(id)).html)?.[1] ?? ''
  const viewer = await enterAs(people, 'viewer')
  const pages = [await viewer.get(WEBHOOKS), await viewer.get(`${WEBHOOKS}/${id}`)]
  for (const { status, html } of pages) {
    expect(status).toBe(200)
    expect(html.slice(html.indexOf('<main'))).not.toMatch(/method="post"|\/new"|\/edit"/)
  }
  const csrf = await viewer.csrf(WEBHOOKS)
  const before = await edge.sql('SELECT * FROM webhook_endpoints ORDER BY id')
  const confirmation = new URL(receiver.url).host
  const fields = { url: receiver.url, events: ALL, overlap_seconds: '0', confirmation }
  const paths = [...POSTS.map((path) => `/${id}/${path.replace('dlv_x', found)}`), '/new']
  for (const path of paths) {
    const answer = await viewer.post(WEBHOOKS + path, fields, { csrf })
    expect([path, answer.status]).toEqual([path, 403])
    expect(answer.text).toContain('Viewers may only read.')
  }
  expect(await edge.sql('SELECT * FROM webhook_endpoints ORDER BY id')).toEqual(before)
})

test('an administrator of another organization reaches nothing', async () => {
  const { id } = await add('/far')
  const stranger = await enterAs(people, 'administrator', 'org_other')
  const csrf = await stranger.csrf(`${CONSOLE}/o/org_other/webhooks`)
  for (const organization of ['org_test', 'org_other']) {
    const at = `${CONSOLE}/o/${organization}/webhooks/${id}`
    expect((await stranger.get(at)).status).toBe(404)
    expect((await stranger.post(`${at}/disable`, {}, { csrf })).status).toBe(404)
  }
})
