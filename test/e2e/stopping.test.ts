// Stopping, and not starting where something is wrong. Each stack has a state and a port of its own, so
// that they start side by side.

import { existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { afterAll, describe, expect, test } from 'vitest'

import { freePort } from '../harness/free-port.ts'
import { newState, runDev, startDev, writeDevVars } from './dev-process.ts'
import { commandLine, descendants, isRunning } from './processes.ts'

const states: ReturnType<typeof newState>[] = []
afterAll(() => {
  for (const state of states) state.remove()
})

function newDir(): string {
  const state = newState()
  states.push(state)
  return state.dir
}

test.concurrent.each(['SIGTERM', 'SIGINT'] as const)('%s stops everything', async (name) => {
  const dev = await startDev(newDir())
  const children = descendants(dev.pid)
  expect(children.length).toBeGreaterThanOrEqual(2)
  expect(await dev.stop(name)).toBe(0)
  await allEnded(children)
})

test.concurrent('ending npm ends the stack that it runs', async () => {
  const dev = await startDev(newDir(), { through: 'npm' })
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

describe.concurrent('what is wrong stops before anything is started', () => {
  test.each([
    ['KEY_PEPPER', 'short'],
    ['SIGNING_KEYS', '{"keys":[]}'],
    ['ADMIN_TOKEN', ''],
    ['UPSTREAMS', '{"nothing":{"live":"https://a.example"}}'],
  ])('%s in .dev.vars is named, its value is not shown', async (name, value) => {
    const dir = newDir()
    await writeDevVars(dir, { [name]: value })
    const { code, output } = await runDev(dir, await freePort())
    expect(code).toBe(1)
    expect(output).toContain(`\n  ${name} `)
    expect(output).not.toMatch(/^ +at /m)
    expect(existsSync(join(dir, '.wrangler'))).toBe(false)
  })

  test('.dev.vars without one of the secrets', async () => {
    const dir = newDir()
    writeFileSync(join(dir, '.dev.vars'), 'KEY_PEPPER=0123456789abcdef0123456789abcdef\n')
    const { code, output } = await runDev(dir, await freePort())
    expect(code).toBe(1)
    expect(output).toMatch(/SIGNING_KEYS .*\n {2}ADMIN_TOKEN /)
  })

  test('PORT that is none, and PORT that is taken', async () => {
    const dir = newDir()
    expect((await runDev(dir, 'http')).output).toMatch(/^PORT must be/)
    const port = await freePort()
    const server = createServer().listen(port, '127.0.0.1')
    const { code, output } = await runDev(dir, port)
    server.close()
    expect(code).toBe(1)
    expect(output).toContain(`PORT ${port} is taken`)
  })

  test('an option that there is not', async () => {
    const { code, output } = await runDev(newDir(), await freePort(), ['--rest'])
    expect(code).toBe(1)
    expect(output).toContain("'--rest'")
    expect(output).toContain('--reset')
  })
})
