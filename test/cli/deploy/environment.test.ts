import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { clashes, disagreements } from '../../../src/cli/deploy/check.ts'
import { hasEnvironment, withEnvironment } from '../../../src/cli/deploy/environment.ts'
import { readWorkers } from '../../../src/cli/deploy/workers.ts'
import { ROLES, type Role } from '../../../src/config/workers.ts'
import { World } from './account.ts'

let world: World
let nextId = 1000

function addStaging(): void {
  for (const role of ROLES) {
    world.edit(role, (source) => withEnvironment(source, 'staging', () => String((nextId += 1))))
  }
}

beforeEach(() => {
  world = new World()
})
afterEach(() => world.remove())

describe('an environment of the shipped files', () => {
  it('is read by wrangler as the top level is, with names of its own', async () => {
    addStaging()
    expect(ROLES.map((role) => hasEnvironment(world.read(role), 'staging'))).toEqual([
      true,
      true,
      true,
    ])
    const top = await readWorkers(world.root, undefined)
    const staging = await readWorkers(world.root, 'staging')
    expect(disagreements(staging)).toEqual([])
    expect(clashes(staging, top)).toEqual([])
    for (const role of ROLES) {
      const text = JSON.stringify(staging[role])
      const names = [...text.matchAll(/portcullis[a-z-]*/g)].map(([name]) => name)
      expect(names.length).toBeGreaterThan(0)
      expect(names.filter((name) => !name.endsWith('-staging'))).toEqual(
        // Paths of this world are in what wrangler resolves, the name of the top level too.
        names.filter(
          (name) => name.startsWith('portcullis-deploy-test') || name === top[role].name,
        ),
      )
    }
    const bindings = ({
      d1_databases,
      kv_namespaces,
      queues,
      services,
    }: typeof top.gate): object => ({
      d1: d1_databases.map(({ binding }) => binding),
      kv: kv_namespaces.map(({ binding }) => binding),
      queues: queues.producers?.map(({ binding }) => binding),
      services: services.map(({ binding }) => binding),
    })
    for (const role of ROLES) expect(bindings(staging[role])).toEqual(bindings(top[role]))
  })

  it('does not take the address of the top level', async () => {
    world.edit('gate', (source) => `routes = ["edge.acme.com/*"]\n${source}`)
    addStaging()
    expect((await readWorkers(world.root, 'staging')).gate.routes).toEqual([])
  })
})

describe('what the files must agree on', () => {
  type Edit = readonly [Role, string, string]
  it.each<[string, readonly Edit[], RegExp]>([
    [
      'one id of RECORDS',
      [['control', `id = "${'0'.repeat(32)}"`, `id = "${'1'.repeat(32)}"`]],
      /RECORDS must have one id, the same in/,
    ],
    [
      'one database',
      [['guard', 'database_name = "portcullis"', 'database_name = "other"']],
      /DB must have one database_name/,
    ],
    [
      'the settings that both read',
      [['gate', 'https://edge.example.com', 'https://edge.acme.com']],
      /ISSUER differs between/,
    ],
    [
      'the Worker of the guards',
      [['gate', 'script_name = "portcullis-guard"', 'script_name = "guard"']],
      /script_name of KEY_GUARD must be portcullis-guard/,
    ],
    [
      'control as the service',
      [['gate', 'service = "portcullis-control"', 'service = "control"']],
      /the service of CONTROL must be portcullis-control/,
    ],
    [
      'the secrets of each',
      [['gate', '"SIGNING_KEYS"]', '"SIGNING_KEYS", "ADMIN_TOKEN"]']],
      /secrets\.required must be \["KEY_PEPPER","SIGNING_KEYS"\]/,
    ],
    [
      'no log line a call',
      [['guard', 'invocation_logs = false', 'invocation_logs = true']],
      /invocation_logs must be false/,
    ],
    [
      'no door of control',
      [['control', 'workers_dev = false', 'workers_dev = true']],
      /control has no door/,
    ],
    [
      'placement of the gate alone',
      [['control', '[triggers]', '[placement]\nmode = "smart"\n\n[triggers]']],
      /placement belongs into wrangler\.toml alone/,
    ],
    [
      'guards that run what is deployed',
      [['guard', 'mode = "immediate"', 'mode = "deferred"']],
      /code_update_strategy must be/,
    ],
    [
      'a consumer of each queue',
      [['gate', 'queue = "portcullis-audit"', 'queue = "portcullis-events"']],
      /nothing consumes the queue portcullis-events/,
    ],
  ])('%s', async (_what, edits, sentence) => {
    expect(disagreements(await readWorkers(world.root, undefined))).toEqual([])
    for (const [role, before, after] of edits) {
      expect(world.read(role)).toContain(before)
      world.edit(role, (source) => source.replace(before, after))
    }
    expect(disagreements(await readWorkers(world.root, undefined)).join('\n')).toMatch(sentence)
  })

  it('counters and an address that no other environment has', async () => {
    world.edit('gate', (source) => `routes = ["edge.acme.com/*"]\n${source}`)
    addStaging()
    world.edit('gate', (source) =>
      source
        .replace('routes = []', 'routes = ["edge.acme.com/*"]')
        .replace(/"10\d\d"/, '"1734928051"'),
    )
    const staging = await readWorkers(world.root, 'staging')
    const found = clashes(staging, await readWorkers(world.root, undefined)).join('\n')
    expect(found).toMatch(/namespace_id of AUTH_FAILURES is that of the top level too/)
    expect(found).toMatch(/would take its address/)
  })
})
