// Every page and every form of the console against those who may not: other sites, other sessions,
// viewers, other organizations' people, and markup in every field. The pages and forms are found by
// following all links, so that a new one is in here as soon as it is linked.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { OPERATIONS } from '../../../src/catalog/operations.ts'
import { ADMIN_TOKEN } from '../../harness/edge.ts'
import { caller, type Call } from '../control/call.ts'
import { asVerified, until, untouched } from '../control/world.ts'
import { CONSOLE, formOf, type Client, type Page } from './client.ts'
import { crawl, type Found, type FoundForm } from './crawl.ts'
import { MARKUP } from './html.ts'
import type { People } from './people.ts'
import { startPeopledWorld } from './world.ts'

/** In the name of everything that org_test has. */
const OURS = 'belongs-to-org-test'
const ID = /(?:key|su|whe|dlv|chg)_\w+/
/** What asks, or ends one's own session: not refused to a viewer. */
const HARMLESS = /\/(?:explain|sign-out|sign-in)$/
/** Pages that only hold a form which changes something. */
const FORMS_OWN =
  /\/(?:new|edit|rotate|revoke|disable|enable|delete|lift|remove)$|\/members\/[^/]+$/
const MINUTES_30_MS = 30 * 60_000

let people: People
let operator: Client
let viewer: Client
let stranger: Client
let found: Found

beforeAll(async () => {
  ;({ people, client: operator } = await startPeopledWorld())
  const { edge } = people
  const api = caller(edge, { authorization: `Bearer ${ADMIN_TOKEN}` })
  await furnish(api, 'org_test', `${OURS} ${MARKUP}`)
  await furnish(api, 'org_other', 'theirs')
  await settled()
  viewer = await people.enter('vic.org_test@example.com')
  stranger = await people.enter('ann.org_other@example.com')
  found = await crawl(operator)
  // Use of a session is written down each minute: not within these tests.
  await edge.sql(`UPDATE console_sessions SET seen_at = ${Date.now() + MINUTES_30_MS}`)
})
afterAll(() => people.edge.stop())

/** A thing of every sort, and calls on its account. */
async function furnish(api: Call, organization: string, name: string): Promise<void> {
  const { edge } = people
  const make = async (at: string, body: object): Promise<Record<string, unknown>> => {
    const { status, body: made, text } = await api(`${at}?organization=${organization}`, body)
    if (status >= 300) throw new Error(`${at} answered ${status}: ${text}`)
    return made
  }
  const key = { name, environment: 'live' }
  await make('POST /keys', { ...key, kind: 'publishable' })
  await make('POST /keys', { ...key, kind: 'jwt', products: ['aml_screening'] })
  const old = await make('POST /keys', { ...key, kind: 'secret' })
  await make(`POST /keys/${String(old['id'])}/rotate`, { grace_seconds: 86_400 })
  const user = { name, source_system: 'vkyc', departments: ['retail'] }
  const { id: userId } = await make('POST /service-users', user)
  await make(`POST /service-users/${String(userId)}/tokens`, key)
  const url = `${edge.upstream.url}/hooks`
  const endpoint = await make('POST /webhooks', { url, description: name })
  await edge.sql(asVerified(String(endpoint['id'])))
  await make(`POST /webhooks/${String(endpoint['id'])}/test`, {})
  for (const [who, role] of [
    ['ann', 'administrator'],
    ['vic', 'viewer'],
  ] as const) {
    await make(`PUT /members/${who}.${organization}@example.com`, { role })
  }
  const { value } = await edge.mint('secret', { organization, name })
  const headers = { 'x-api-key': value }
  await edge.fetch(`/api/v1/sessions`, { headers })
  await edge.fetch(`/api/v1/webhooks`, { headers, method: 'POST' })
}

/** Until every call is on account and every delivery is made. */
async function settled(): Promise<void> {
  await until(async () => {
    const [row] = await people.edge.sql(
      `SELECT (SELECT count(*) FROM audit_events WHERE reason = 'scope_missing') AS refused,
         (SELECT count(*) FROM webhook_deliveries WHERE state = 'pending' OR lease IS NOT NULL) AS due`,
    )
    return Number(row?.['refused']) >= 2 && row?.['due'] === 0
  })
}

/** Sends a form as its page would, with this token. */
const send = (
  client: Client,
  { action, fields }: Pick<FoundForm, 'action' | 'fields'>,
  csrf: string,
  options: Parameters<Client['post']>[2] = {},
): Promise<Page> => client.post(action, { ...fields, csrf }, options)

/** Of a person's session, from a page that they may see. */
async function tokenOf(client: Client, organization: string): Promise<string> {
  const token = await client.csrf(`${CONSOLE}/o/${organization}/keys`)
  expect(token).not.toBe('')
  return token
}

const ofOurs = (): string[] =>
  [...found.paths, ...found.files].filter((path) => path.startsWith(`${CONSOLE}/o/org_test`))

/** Whether markup that somebody gave is markup in the page. */
const raw = ({ html }: Page): boolean => /<img src=x|<script>alert|<\/title>.*<img/i.test(html)

const notRefused = (outcomes: readonly (readonly [string, number])[]) =>
  outcomes.filter(([, status]) => status !== 403)

test('pages and forms were found', () => {
  console.log(`${found.paths.length} pages, ${found.forms.length} forms`)
  const actions = found.forms.map(({ action }) => action)
  const ours = `${CONSOLE}/o/org_test`
  for (const action of [`${CONSOLE}/`, `${CONSOLE}/sign-out`, `${ours}/keys/new`]) {
    expect(actions).toContain(action)
  }
  expect(actions.some((action) => /\/keys\/key_\w+\/revoke$/.test(action))).toBe(true)
})

describe('every form is refused, and changes nothing,', () => {
  test.each<[string, (own: string, foreign: string) => string]>([
    ['without a token', () => ''],
    ['with another session’s token', (_, foreign) => foreign],
    ['with a token cut short', (own) => own.slice(1)],
  ])('%s', async (_, token) => {
    const own = await operator.csrf()
    const foreign = await (await people.enter('olga@example.com')).csrf()
    expect(own).not.toBe(foreign)
    await untouched(people.edge, async () => {
      const outcomes: [string, number][] = []
      for (const form of found.forms) {
        const { status } = await send(operator, form, token(own, foreign))
        outcomes.push([form.action, status])
      }
      expect(notRefused(outcomes)).toEqual([])
    })
  })

  test.each<[string, Parameters<Client['post']>[2]]>([
    ['from another site', { headers: { origin: 'https://evil.example' } }],
    ['from nowhere', { headers: { origin: 'null' } }],
    ['without an origin', { without: ['origin'] }],
    ['from another site that claims ours', { headers: { 'sec-fetch-site': 'cross-site' } }],
    ['from a neighbour of ours', { headers: { 'sec-fetch-site': 'same-site' } }],
  ])('%s', async (_, options) => {
    const csrf = await operator.csrf()
    await untouched(people.edge, async () => {
      const outcomes: [string, number][] = []
      for (const form of found.forms) {
        const { status } = await send(operator, form, csrf, options)
        outcomes.push([form.action, status])
      }
      const { status } = await operator.post(
        `${CONSOLE}/sign-in`,
        { token: ADMIN_TOKEN, csrf },
        options,
      )
      expect(notRefused([...outcomes, ['the sign-in', status]])).toEqual([])
    })
  })

  test('without a session', async () => {
    const csrf = await operator.csrf()
    await untouched(people.edge, async () => {
      for (const { action, fields } of found.forms) {
        const headers = { origin: people.edge.url }
        const body = new URLSearchParams({ ...onlyTexts(fields), csrf })
        const answer = await people.edge.fetch(action, { method: 'POST', headers, body })
        expect([action, answer.headers.get('location')]).toEqual([
          action,
          expect.stringContaining('/sign-in'),
        ])
      }
    })
  })
})

const onlyTexts = (fields: FoundForm['fields']): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, [value].flat()[0] ?? '']))

describe('a viewer', () => {
  test('reads every page of the organization that is no form’s own', async () => {
    const own = found.paths.filter((path) => path.startsWith(`${CONSOLE}/o/org_test`))
    const refused: string[] = []
    for (const path of own) {
      const { status } = await viewer.get(path)
      expect([path, status]).toEqual([
        path,
        expect.toSatisfy((one) => [200, 303, 403].includes(one)),
      ])
      if (status === 403) refused.push(path.replace(/\?.*/, ''))
    }
    const forms = own.map((path) => path.replace(/\?.*/, '')).filter((path) => FORMS_OWN.test(path))
    expect(new Set(forms).size).toBeGreaterThan(10)
    expect(new Set(refused)).toEqual(new Set(forms))
    expect((await viewer.get(`${CONSOLE}/o/org_test/keys`)).status).toBe(200)
  })

  test('is offered no form that changes anything', async () => {
    const { forms } = await crawl(viewer)
    expect(forms.map(({ action }) => action).filter((action) => !HARMLESS.test(action))).toEqual([])
  })

  test('changes nothing by any form', async () => {
    const csrf = await tokenOf(viewer, 'org_test')
    await untouched(people.edge, async () => {
      const outcomes: [string, number][] = []
      for (const form of found.forms.filter(({ action }) => !HARMLESS.test(action))) {
        // A form in which nothing is changed asks for nothing.
        const fields = { ...form.fields, ...('name' in form.fields && { name: 'Changed' }) }
        const { status } = await send(viewer, { ...form, fields }, csrf)
        const elsewhere = !form.action.includes('/o/org_test') && form.action !== `${CONSOLE}/`
        if (!elsewhere) outcomes.push([form.action, status])
        else expect([form.action, status]).toEqual([form.action, 404])
      }
      expect(notRefused(outcomes)).toEqual([])
    })
  })

  test('changes nothing by any operation of the API, with the session or the assertion', async () => {
    const assertion = await people.assertion('vic.org_test@example.com')
    const writes = Object.entries(OPERATIONS).filter(([, { verb }]) => verb !== 'GET')
    await untouched(people.edge, async () => {
      for (const [name, { verb, pattern }] of writes) {
        const path = pattern.replace(/:\w+/g, 'key_x')
        const answer = await people.edge.fetch(`/edge/v1${path}?organization=org_test`, {
          method: verb,
          headers: {
            'content-type': 'application/json',
            'cf-access-jwt-assertion': assertion,
            cookie: `__Host-portcullis=${viewer.cookie}`,
            origin: people.edge.url,
          },
          body: '{}',
        })
        expect([name, answer.status]).toEqual([name, 401])
      }
    })
  })
})

describe('a person of another organization', () => {
  test('sees no page of ours', async () => {
    expect(ofOurs().length).toBeGreaterThan(20)
    for (const path of ofOurs()) {
      const { status, html } = await stranger.get(path)
      expect([path, status, html.includes(OURS)]).toEqual([path, 404, false])
    }
  })

  test('sees nothing of ours by any id of ours on a page of their own', async () => {
    const own = ofOurs().filter((path) => ID.test(path) && !found.files.includes(path))
    const request = await people.edge.sql(
      `SELECT id FROM audit_events WHERE organization = 'org_test' LIMIT 1`,
    )
    const asked = ['explain?request=', 'audit?request_id=', 'audit?request=', 'audit/'].map(
      (place) => `${CONSOLE}/o/org_other/${place}${String(request[0]?.['id'])}`,
    )
    const swapped = own.map((path) => path.replace('/o/org_test', '/o/org_other'))
    for (const path of [...swapped, ...asked]) {
      const { html, status } = await stranger.get(path)
      expect([path, html.includes(OURS)]).toEqual([path, false])
      if (ID.test(path.replace(/\?.*/, ''))) expect([path, status]).toEqual([path, 404])
    }
  })

  test('changes nothing of ours by any form', async () => {
    const csrf = await tokenOf(stranger, 'org_other')
    await untouched(people.edge, async () => {
      for (const form of found.forms.filter(({ action }) => action.includes('/o/org_test'))) {
        const swapped = form.action.replace('/o/org_test', '/o/org_other')
        // On their own pages only what names a thing of ours is tried.
        const actions = ID.test(swapped) ? [form.action, swapped] : [form.action]
        for (const action of actions) {
          const { status, html } = await send(stranger, { ...form, action }, csrf)
          expect([action, status, html.includes(OURS)]).toEqual([action, 404, false])
        }
      }
    })
  })
})

describe('markup stays text', () => {
  test('that is stored, on every page', () => {
    const shown = [...found.pages].filter(([, { text }]) => text.includes(OURS))
    expect(shown.length).toBeGreaterThan(10)
    expect([...found.pages].filter(([, one]) => raw(one)).map(([path]) => path)).toEqual([])
  })

  test('that is asked for, in every parameter of every page', async () => {
    const common = ['status', 'cursor', 'receipt', 'next', 'search', 'kind', 'key', 'request']
    const plain = [...new Set(found.paths.map((path) => path.replace(/\?.*/, '')))]
    for (const path of plain) {
      const names = found.questions.flatMap(({ action, names: own }) =>
        action === path ? own : [],
      )
      const asked = [...new Set([...common, ...names])]
      const together = new URLSearchParams(asked.map((name) => [name, MARKUP]))
      const alone = names.map((name) => new URLSearchParams({ [name]: MARKUP }))
      for (const query of [together, ...alone]) {
        const page = await operator.get(`${path}?${query.toString()}`)
        expect([path, query.toString(), raw(page)]).toEqual([path, query.toString(), false])
        expect([path, page.status < 500]).toEqual([path, true])
      }
    }
    for (const place of [MARKUP, `x/${MARKUP}`]) {
      const path = `${CONSOLE}/o/org_test/${encodeURIComponent(place)}`
      expect(raw(await operator.get(path))).toBe(false)
    }
  })

  test('that is typed, in every field of every form', async () => {
    const csrf = await operator.csrf()
    for (const { page, action, fields } of found.forms) {
      if (/sign-out|\/(?:revoke|disable|delete|remove)$/.test(action)) continue
      const html = found.pages.get(page)?.html ?? ''
      const typed = { ...formOf(html), ...fields }
      for (const name of Object.keys(typed)) {
        if (name === 'csrf' || name === 'once') continue
        const answer = await operator.post(action, { ...typed, [name]: MARKUP, csrf })
        expect([action, name, raw(answer)]).toEqual([action, name, false])
        expect([action, name, answer.status < 500]).toEqual([action, name, true])
      }
    }
  })
})
