// A setting or binding that is missing or malformed stops the Worker that reads it: each request of the
// gate is 503 and nothing is forwarded; of control each call is 503, and forwarding goes on. The console
// names what is wrong, without its value.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { generateSigningKey } from '../../src/credentials/signing-keys.ts'
import { CONTROL_ONLY } from '../../src/control/settings.ts'
import { ADMIN_TOKEN, startEdge, type TestEdge } from '../harness/edge.ts'
import { refusalOf } from './call.ts'
import { until } from './control/world.ts'

/** What is wrong: settings over those that are right, and names that are left out. */
interface Mistake {
  readonly bindings?: Readonly<Record<string, unknown>>
  readonly without?: readonly string[]
}

/** Gives the bundles, with each request, the environment of a Worker that was deployed with a mistake. */
const MISTAKEN = {
  gate: `
import edge from './edge.js'
export default {
  ...edge,
  fetch(request, env, ctx) {
    const { bindings, without = [] } = JSON.parse(request.headers.get('mistake-of-gate'))
    const mistaken = { ...env, ...bindings }
    for (const name of without) delete mistaken[name]
    const headers = new Headers(request.headers)
    headers.delete('mistake-of-gate')
    return edge.fetch(new Request(request, { headers }), mistaken, ctx)
  },
}`,
  control: `
import Control from './edge.js'
export * from './edge.js'
export default class extends Control {
  answer(request, call) {
    const { bindings, without = [] } = JSON.parse(request.headers.get('mistake-of-control'))
    const mistaken = { ...this.env, ...bindings }
    for (const name of without) delete mistaken[name]
    return new Control(this.ctx, mistaken).answer(request, call)
  }
}`,
}

let edge: TestEdge
/** The edge whose control is mistaken. */
let behind: TestEdge
const heard: string[] = []
const heardOfControl: string[] = []
beforeAll(async () => {
  const { gate, control } = MISTAKEN
  edge = await startEdge({ shells: { gate }, onLog: (line) => heard.push(line) })
  // What was built once stays: a gate that is right has an edge of its own.
  behind = await startEdge({ shells: { control }, onLog: (line) => heardOfControl.push(line) })
})
afterAll(() => Promise.all([edge.stop(), behind.stop()]))

const isMisconfigured = (mistake: Mistake): Promise<string> =>
  refusesAll(edge, heard, { 'mistake-of-gate': JSON.stringify(mistake) })

/** Holds control to refuse a call, and gives what its console said. */
async function controlIsMisconfigured(mistake: Mistake): Promise<string> {
  const headers = {
    authorization: `Bearer ${ADMIN_TOKEN}`,
    'mistake-of-control': JSON.stringify(mistake),
  }
  expect(await refusalOf(await behind.fetch('/edge/v1/whoami', { headers }))).toEqual({
    status: 503,
    reason: 'misconfigured',
    detail: 'The edge is not configured.',
  })
  expect((await behind.fetch('/edge/health')).status).toBe(200)
  await until(async () => heardOfControl.length > 0)
  return heardOfControl.splice(0).join('\n')
}

/** Holds an edge to refuse whatever is asked, and gives what its console said. */
async function refusesAll(
  asked: TestEdge,
  lines: string[],
  more: Readonly<Record<string, string>> = {},
): Promise<string> {
  const headers = { ...more, 'x-api-key': 'vk_live_whatever', origin: 'https://a.example' }
  const requests: [string, RequestInit][] = [
    ['/api/v1/sessions', { headers }],
    ['/api/v1/sessions', { method: 'POST', headers, body: 'x' }],
    ['/edge/health', { headers: more }],
    ['/.well-known/jwks.json', { headers: more }],
    ['//', { headers: more }],
  ]
  for (const [path, init] of requests) {
    const answer = await asked.fetch(path, init)
    expect(answer.headers.get('retry-after')).toBe('1')
    expect(await refusalOf(answer)).toEqual({
      status: 503,
      reason: 'misconfigured',
      detail: 'The edge is not configured.',
    })
  }
  expect(asked.upstream.received).toEqual([])
  // The console is heard a little later; each request is one line of it.
  await until(async () => lines.length >= requests.length)
  return lines.splice(0).join('\n')
}

describe('a setting that is missing', () => {
  test.each(['ISSUER', 'KEY_PEPPER', 'SIGNING_KEYS', 'UPSTREAMS'])('%s', async (name) => {
    expect(await isMisconfigured({ without: [name] })).toContain(`${name} `)
    expect(await controlIsMisconfigured({ without: [name] })).toContain(`${name} `)
  })

  test('ADMIN_TOKEN, which is control’s alone', async () => {
    expect(await controlIsMisconfigured({ without: ['ADMIN_TOKEN'] })).toContain('ADMIN_TOKEN ')
  })
})

describe('a binding that is missing', () => {
  const ofGate = [
    'DB',
    'RECORDS',
    'KEY_GUARD',
    'AUDIT',
    'AUTH_FAILURES',
    'LOOKUP_FAILURES',
    'CONTROL',
  ]
  test.each(ofGate)('%s of the gate', async (name) => {
    expect(await isMisconfigured({ without: [name] })).toContain(`${name} is not bound`)
  })

  const ofControl = ['DB', 'RECORDS', 'KEY_GUARD', 'AUDIT', 'TRIES', 'FENCES', 'WEBHOOKS']
  test.each(ofControl)('%s of control', async (name) => {
    expect(await controlIsMisconfigured({ without: [name] })).toContain(`${name} is not bound`)
  })
})

const key = await generateSigningKey()
const other = await generateSigningKey()
const keys = (...list: unknown[]): string => JSON.stringify({ keys: list })
const { d: _, ...publicOnly } = key

const malformed: readonly (readonly [name: string, why: string, value: unknown])[] = [
  ['ISSUER', 'a path', 'https://edge.example.com/x'],
  ['ISSUER', 'http', 'http://edge.example.com'],
  ['EDGE_HOSTS', 'a port', ['edge.example.com:8080']],
  ['KEY_BRAND', 'capitals', 'VK'],
  ['KEY_PEPPER', 'too short', 'short'],
  ['KEY_PEPPER', 'a second one too short', `${'p'.repeat(32)},short`],
  ['KEY_PEPPER', 'a trailing comma', `${'p'.repeat(32)},`],
  ['ADMIN_TOKEN', 'too short', 'short'],
  ['ADMIN_TOKEN', 'the form of a key', `vk_live_${'a'.repeat(32)}`],
  ['CONSOLE', 'neither token nor left out', 'password'],
  ['SIGNING_KEYS', 'no JSON', 'nonsense'],
  ['SIGNING_KEYS', 'no private half', keys(publicOnly)],
  ['SIGNING_KEYS', 'the same kid twice', keys(key, key)],
  ['SIGNING_KEYS', 'halves that do not belong together', keys({ ...key, x: other.x })],
  ['UPSTREAMS', 'a product that is not there', { nothing: { live: 'https://a.example' } }],
  ['UPSTREAMS', 'http to elsewhere', { verifa: { live: 'http://a.example' } }],
  ['UPSTREAMS', 'a user', { verifa: { live: 'https://user:pass@a.example' } }],
  ['TRUSTED_ISSUERS', 'no algorithms', [{ issuer: 'https://i.example' }]],
]

describe('a setting that is malformed', () => {
  test.each(malformed)('%s: %s', async (name, _why, value) => {
    const mistake = { bindings: { [name]: value } }
    const ofControl = CONTROL_ONLY.includes(name)
    const log = await (ofControl ? controlIsMisconfigured(mistake) : isMisconfigured(mistake))
    expect(log).toContain(name)
    if (typeof value === 'string' && value.length > 8) expect(log).not.toContain(value)
    expect(log).not.toContain(key.d)
  })

  test('several are all named at once, in the environment that the runtime gives', async () => {
    const bindings = { KEY_BRAND: 'VK', KEY_PEPPER: 'short' }
    const lines: string[] = []
    const onLog = (line: string): unknown => lines.push(line)
    const deployed = await startEdge({ bindings, without: ['RECORDS', 'ISSUER'], onLog })
    try {
      const told = await refusesAll(deployed, lines)
      for (const name of ['KEY_BRAND', 'KEY_PEPPER', 'RECORDS', 'ISSUER']) {
        expect(told).toContain(name)
      }
    } finally {
      await deployed.stop()
    }
  })
})
