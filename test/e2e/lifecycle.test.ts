// Starting, starting again, starting anew, and stopping.

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { ROOT } from '../harness/bundle.ts'
import { freePort, newState, runDev, startDev, writeDevVars } from './dev-process.ts'
import type { DemoFile, DevProcess } from './dev-process.ts'
import { commandLine, descendants, isRunning } from './processes.ts'
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

test.each(['SIGTERM', 'SIGINT'] as const)('%s stops everything', async (name) => {
  const dev = await startDev(state.dir, { port })
  const children = descendants(dev.pid)
  expect(children.length).toBeGreaterThanOrEqual(2)
  expect(await dev.stop(name)).toBe(0)
  await allEnded(children)
})

test('ending npm ends the stack that it runs', async () => {
  const dev = await startDev(state.dir, { port, through: 'npm' })
  const children = descendants(dev.pid)
  expect(children.length).toBeGreaterThanOrEqual(3)
  await dev.stop()
  await allEnded(children)
})

/** esbuild's process ends by itself, when it finds that its parent has gone. */
async function allEnded(children: readonly number[]): Promise<void> {
  for (const end = Date.now() + 60_000; children.some(isRunning) && Date.now() < end;) {
    await sleep(20)
  }
  expect(children.filter(isRunning).map(commandLine)).toEqual([])
}

describe('what is wrong stops before anything is started', () => {
  const wrong = newState()
  afterAll(() => wrong.remove())

  test.each([
    ['KEY_PEPPER', 'short'],
    ['SIGNING_KEYS', '{"keys":[]}'],
    ['ADMIN_TOKEN', ''],
    ['UPSTREAMS', '{"nothing":{"live":"https://a.example"}}'],
  ])('%s in .dev.vars is named, its value is not shown', async (name, value) => {
    await writeDevVars(wrong.dir, { [name]: value })
    const { code, output } = await runDev(wrong.dir, port)
    expect(code).toBe(1)
    expect(output).toContain(`\n  ${name} `)
    expect(output).not.toMatch(/^ +at /m)
    expect(existsSync(join(wrong.dir, '.wrangler'))).toBe(false)
  })

  test('.dev.vars without one of the secrets', async () => {
    writeFileSync(join(wrong.dir, '.dev.vars'), 'KEY_PEPPER=0123456789abcdef0123456789abcdef\n')
    const { code, output } = await runDev(wrong.dir, port)
    expect(code).toBe(1)
    expect(output).toMatch(/SIGNING_KEYS .*\n {2}ADMIN_TOKEN /)
  })

  test('PORT that is none, and PORT that is taken', async () => {
    expect((await runDev(state.dir, 'http')).output).toMatch(/^PORT must be/)
    const server = createServer().listen(port, '127.0.0.1')
    const { code, output } = await runDev(state.dir, port)
    server.close()
    expect(code).toBe(1)
    expect(output).toContain(`PORT ${port} is taken`)
  })

  test('an option that there is not', async () => {
    const { code, output } = await runDev(state.dir, port, ['--rest'])
    expect(code).toBe(1)
    expect(output).toContain("'--rest'")
    expect(output).toContain('--reset')
  })
})
