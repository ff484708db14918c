// Control in an emulator of its own, as it is when deployed: it is stopped and replaced under traffic. What
// is forwarded does not notice, guards keep what they have in memory, and only what is control's is refused
// meanwhile, by its name.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { startControl, startEdge, type Minted, type TestEdge } from '../harness/edge.ts'
import { until } from './control/world.ts'

/** Guards that tell when they were made, and a gate that asks them. */
const TELLING = {
  guard: `
import edge, { KeyGuard as Guard } from './edge.js'

export class KeyGuard extends Guard {
  made = crypto.randomUUID()
  born() {
    return this.made
  }
}

export default edge
`,
  gate: `
import edge from './edge.js'

export default {
  ...edge,
  async fetch(request, env, ctx) {
    const id = /^\\/born\\/(\\w+)$/.exec(new URL(request.url).pathname)?.[1]
    if (id === undefined) return await edge.fetch(request, env, ctx)
    return new Response(await env.KEY_GUARD.getByName('v1:' + id).born())
  },
}
`,
}

/** Control of another release: it says so. */
const NEWER = `
import Control from './edge.js'
export * from './edge.js'

export default class extends Control {
  async answer(request, call) {
    const answered = await super.answer(request, call)
    answered?.response.headers.set('x-release', 'newer')
    return answered
  }
}
`

let registry: string
let edge: TestEdge
let key: Minted
beforeAll(async () => {
  registry = await mkdtemp(join(tmpdir(), 'portcullis-registry-'))
  edge = await startEdge({ registry, shells: TELLING, onLog: () => undefined })
  key = await edge.mint('secret', {})
})
afterAll(async () => {
  await edge.stop()
  await rm(registry, { recursive: true })
})

test('control is stopped and replaced under traffic, and no forwarded request fails', async () => {
  const headers = { 'x-api-key': key.value }
  const whoami = async (): Promise<string> => {
    const { status, headers: told } = await edge.fetch('/edge/v1/whoami', { headers })
    return [status, told.get('x-edge-reason') ?? told.get('x-release')].filter(Boolean).join(' ')
  }
  const born = async (): Promise<string> => await (await edge.fetch(`/born/${key.id}`)).text()
  const told = async (answer: string): Promise<void> =>
    await until(async () => (await whoami()) === answer)

  const going = { on: true }
  const statuses = new Map<number, number>()
  const traffic = Array.from({ length: 4 }, async () => {
    while (going.on) {
      const { status } = await edge.fetch('/api/v1/sessions', { headers })
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
  })
  const forwarded = (): number => statuses.get(200) ?? 0
  const more = async (): Promise<void> => {
    const before = forwarded()
    await until(async () => forwarded() >= before + 20)
  }
  try {
    const first = await startControl(edge, { registry })
    await told('200')
    const guard = await born()
    await more()

    await first.dispose()
    await told('503 control_unreachable')
    for (const path of ['/edge/console/sign-in', '/edge/openapi.json']) {
      const answer = await edge.fetch(path)
      expect([path, answer.status, answer.headers.get('x-edge-reason')]).toEqual([
        path,
        503,
        'control_unreachable',
      ])
    }
    expect((await edge.fetch('/edge/health')).status).toBe(200)
    expect((await edge.fetch('/.well-known/jwks.json')).status).toBe(200)
    await more()

    const second = await startControl(edge, { registry, shells: { control: NEWER } })
    try {
      await told('200 newer')
      await more()
      expect(await born()).toBe(guard)
    } finally {
      await second.dispose()
    }
  } finally {
    going.on = false
    await Promise.all(traffic)
  }
  expect([...statuses.keys()]).toEqual([200])
})
