// A string that is not exactly one that we minted is refused as such: every character counts.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { startEdge, type Minted, type TestEdge } from '../harness/edge.ts'

let edge: TestEdge
let key: Minted
let other: Minted
let jwt: Minted
beforeAll(async () => {
  edge = await startEdge()
  key = await edge.mint('secret')
  other = await edge.mint('secret')
  jwt = await edge.mint('jwt')
})
afterAll(() => edge.stop())

/** The reason for which a value is refused as API key, or `passed`. */
async function tryKey(value: string, path = '/api/v1/sessions'): Promise<string> {
  const before = edge.upstream.received.length
  const answer = await edge.fetch(path, { headers: { 'x-api-key': value } })
  await answer.body?.cancel()
  expect(edge.upstream.received.length - before).toBe(answer.status === 200 ? 1 : 0)
  return answer.status === 200 ? 'passed' : (answer.headers.get('x-edge-reason') ?? '')
}

async function expectNone(values: readonly string[]): Promise<void> {
  expect(values.length).toBeGreaterThan(0)
  expect(values).not.toContain(key.value)
  for (const value of values)
    expect([value, await tryKey(value)]).toEqual([value, 'credential_invalid'])
}

test('the key itself passes, before and after all the others', async () => {
  expect(await tryKey(key.value)).toBe('passed')
})

const replaced = (text: string, i: number, by: string): string =>
  text.slice(0, i) + by + text.slice(i + 1)
const swapCase = (c: string): string => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase())

const next = (c: string): string =>
  c === 'z' ? 'a' : c === '9' ? '0' : c === 'Z' ? 'A' : String.fromCharCode(c.charCodeAt(0) + 1)

describe('none of these passes', () => {
  test('each single character changed', async () => {
    await expectNone(key.value.split('').map((c, i) => replaced(key.value, i, next(c))))
  })

  test('each letter in the other case', async () => {
    const values = key.value.split('').map((c, i) => replaced(key.value, i, swapCase(c)))
    await expectNone(values.filter((value) => value !== key.value))
  })

  test('each character left out, and each doubled', async () => {
    const left = key.value.split('').map((_, i) => replaced(key.value, i, ''))
    const doubled = key.value.split('').map((c, i) => replaced(key.value, i, c + c))
    await expectNone([...left, ...doubled])
  })

  test('two neighbours exchanged', async () => {
    const values = key.value
      .split('')
      .map((c, i) => replaced(replaced(key.value, i, key.value[i + 1] ?? c), i + 1, c))
    await expectNone(
      values.filter((value) => value !== key.value && value.length === key.value.length),
    )
  })

  test('every other prefix', async () => {
    const body = key.value.slice('vk_live_'.length)
    const prefixes = [
      'vk_sandbox_',
      'vk_pub_live_',
      'vk_pub_sandbox_',
      'vk_tok_live_',
      'vk_tok_sandbox_',
      'vk_',
      '',
      'sk_live_',
      'VK_LIVE_',
      'vk_test_',
      'vk-live-',
      'vk_live',
      'vk_live__',
      'vk_live_vk_live_',
    ]
    await expectNone(prefixes.map((prefix) => prefix + body))
  })

  test('the tag of another key, and the rest of it', async () => {
    const cut = key.value.length - 6
    await expectNone([
      key.value.slice(0, cut) + other.value.slice(cut),
      other.value.slice(0, cut) + key.value.slice(cut),
      key.value.slice(0, cut) + '000000',
      key.value.slice(0, cut),
      key.value.slice(cut),
    ])
  })

  test('more before or behind, and other alphabets', async () => {
    const { value } = key
    await expectNone([
      `${value}=`,
      `${value}0`,
      `${value}.`,
      `${value}${value}`,
      `x${value}`,
      value.split('').toReversed().join(''),
      btoa(value),
      encodeURIComponent(`${value}!`),
      value.replaceAll('_', '-'),
      value.replaceAll('_', '%5f'),
      `'${value}'`,
      `${value}' OR '1'='1`,
      `${value}%00`,
      `{"key":"${value}"}`,
    ])
  })

  test('its id, its digest and its name', async () => {
    const [row] = await edge.sql(`SELECT id, digest, name FROM credentials WHERE id = '${key.id}'`)
    await expectNone(Object.values(row ?? {}).map(String))
    await expectNone([`vk_live_${String(row?.['digest']).slice(0, 32)}`])
  })
})

test('a JWT that is changed in any character of its signature or payload is refused', async () => {
  const send = async (value: string): Promise<number> => {
    const headers = { authorization: `Bearer ${value}` }
    const answer = await edge.fetch('/document-processing', { headers })
    await answer.body?.cancel()
    return answer.status
  }
  expect(await send(jwt.value)).toBe(200)
  const before = edge.upstream.received.length
  const start = jwt.value.indexOf('.') + 1
  for (let i = start; i < jwt.value.length; i += 5) {
    if (jwt.value[i] === '.') continue
    expect(await send(replaced(jwt.value, i, jwt.value[i] === 'A' ? 'B' : 'A'))).toBe(401)
  }
  const [header = '', payload = '', signature = ''] = jwt.value.split('.')
  const none = btoa('{"alg":"none","typ":"vk+jwt"}').replaceAll('=', '')
  for (const value of [
    `${none}.${payload}.`,
    `${none}.${payload}.${signature}`,
    `${header}.${payload}`,
    `${header}.${payload}.`,
    `${header}..${signature}`,
    `${header}.${payload}.${signature}.${signature}`,
    `.${payload}.${signature}`,
  ]) {
    expect(await send(value)).toBe(401)
  }
  expect(edge.upstream.received).toHaveLength(before)
})

test('a JWT whose row has gone, or never was, is unknown', async () => {
  const gone = await edge.mint('jwt')
  await edge.sql(`DELETE FROM credentials WHERE id = '${gone.id}'`)
  const headers = { authorization: `Bearer ${gone.value}` }
  const answer = await edge.fetch('/document-processing', { headers })
  await answer.body?.cancel()
  expect(answer.headers.get('x-edge-reason')).toBe('credential_unknown')
})
