// Starting, starting again and starting anew.

import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { ROOT } from '../harness/bundle.ts'
import { freePort } from '../harness/free-port.ts'
import { newState, startDev, type DemoFile, type DevProcess } from './dev-process.ts'
import { apiKey, bearer, send } from './send.ts'

const state = newState()
const file = (...parts: string[]): string => join(state.dir, ...parts)
let port: number

beforeAll(async () => {
  port = await freePort()
})
afterAll(() => state.remove())

/** The status that a printed line gets, run as it stands. */
function pasted(line: string): string | undefined {
  const answer = execFileSync('sh', ['-c', `${line} --silent`], { cwd: ROOT, encoding: 'utf8' })
  return /^HTTP\/1\.1 (\d{3}) /.exec(answer.slice(answer.lastIndexOf('HTTP/1.1')))?.[1]
}

const devVars = (): string => readFileSync(file('.dev.vars'), 'utf8')

async function use<T>(args: readonly string[], work: (dev: DevProcess) => Promise<T>): Promise<T> {
  const dev = await startDev(state.dir, { port, args })
  try {
    return await work(dev)
  } finally {
    await dev.stop()
  }
}

function list(dev: DevProcess, value: string): Promise<number> {
  return send(dev.url, '/api/v1/sessions', { headers: apiKey(value) }).then(({ status }) => status)
}

function read(dev: DevProcess, jwt: string): Promise<number> {
  const headers = bearer(jwt)
  return send(dev.url, '/document-processing/1', { headers }).then(({ status }) => status)
}

describe('one state directory through its life', () => {
  let first: DemoFile
  let vars: string
  const firstValue = (name: string): string => first.credentials[name]?.value ?? ''

  test('the first start makes secrets and keys and says how to try them', async () => {
    await use([], async (dev) => {
      first = dev.demo
      vars = devVars()
      expect(dev.demo.url).toBe(dev.url)
      const lines = dev.output().match(/curl -i .*/g) ?? []
      expect(lines.map(pasted)).toEqual(['200', '201', '202', '202', '403'])
      for (const made of [file('.dev.vars'), file('.portcullis', 'demo.json')]) {
        expect(statSync(made).mode & 0o777).toBe(0o600)
      }
      const [, token = ''] = /^ADMIN_TOKEN=(.+)$/m.exec(vars) ?? []
      expect(token.length).toBeGreaterThanOrEqual(32)
      expect(JSON.stringify(first)).not.toContain(token)
    })
  })

  test('the second keeps state, keys and secrets', async () => {
    await use([], async (dev) => {
      expect(dev.demo).toEqual(first)
      expect(await list(dev, firstValue('secret_live'))).toBe(200)
      expect(await read(dev, firstValue('jwt'))).toBe(200)
      expect(devVars()).toBe(vars)
    })
  })

  test('on another port, too, where JWT keys are signed again under their ids', async () => {
    const elsewhere = await startDev(state.dir)
    expect(elsewhere.demo.credentials['secret_live']).toEqual(first.credentials['secret_live'])
    expect(elsewhere.demo.credentials['jwt']?.id).toBe(first.credentials['jwt']?.id)
    expect(await read(elsewhere, elsewhere.value('jwt'))).toBe(200)
    await elsewhere.stop()
  })

  test('without demo.json the keys are revoked, and new ones made', async () => {
    rmSync(file('.portcullis'), { recursive: true })
    await use([], async (dev) => {
      expect(dev.output()).toContain('the demo keys were revoked')
      expect(await list(dev, firstValue('secret_live'))).toBe(401)
      expect(await list(dev, dev.value('secret_live'))).toBe(200)
    })
  })

  test('without the database the file is of no use', async () => {
    rmSync(file('.wrangler'), { recursive: true })
    await use([], async (dev) => {
      expect(dev.output()).toContain('new ones are in .portcullis/demo.json')
      expect(await list(dev, dev.value('secret_live'))).toBe(200)
      first = dev.demo
    })
  })

  test('--reset begins anew, under the same secrets', async () => {
    await use(['--reset'], async (dev) => {
      for (const [name, { id, value }] of Object.entries(first.credentials)) {
        expect(dev.demo.credentials[name]?.id).not.toBe(id)
        expect(dev.demo.credentials[name]?.value).not.toBe(value)
      }
      expect(await list(dev, firstValue('secret_live'))).toBe(401)
      expect(await read(dev, firstValue('jwt_full'))).toBe(401)
      expect(await list(dev, dev.value('secret_live'))).toBe(200)
      expect(devVars()).toBe(vars)
    })
  })
})
