// The configuration of the three Workers: what each is bound to, that only the gate has a door, and that
// both files say the same where both must.

import { join } from 'node:path'

import { describe, expect, it } from 'vitest'
import { unstable_readConfig } from 'wrangler'

import { compareConfigs } from '../../src/cli/doctor/deployment.ts'
import type { Config } from '../../src/cli/settings.ts'
import { BINDINGS, byRole, CONFIGS, ROLES, SECRETS } from '../../src/config/workers.ts'
import { ROOT } from '../harness/bundle.ts'

/** What is looked at; wrangler's own types do not resolve. */
interface Read extends Config {
  readonly name: string
  readonly workers_dev: boolean
  readonly preview_urls: boolean
  readonly routes?: unknown
  readonly route?: unknown
  readonly placement?: unknown
  readonly compatibility_date: string
  readonly observability: { readonly logs?: { readonly invocation_logs?: boolean } }
  readonly secrets?: { readonly required?: readonly string[] }
  readonly d1_databases: readonly { readonly binding: string; readonly database_id?: string }[]
  readonly durable_objects: {
    readonly bindings: readonly { readonly name: string; readonly script_name?: string }[]
  }
  readonly services: readonly { readonly binding: string; readonly service: string }[]
  readonly queues: {
    readonly producers: readonly { readonly binding: string }[]
    readonly consumers?: readonly unknown[]
  }
  readonly ratelimits: readonly { readonly name: string }[]
  readonly triggers: { readonly crons?: readonly string[] }
}

const read = (file: string): Read => {
  const config: unknown = unstable_readConfig({ config: join(ROOT, file) }, { hideWarnings: true })
  return config as Read
}
const configs = byRole((role) => read(CONFIGS[role]))

const bindingsOf = (config: Read): string[] =>
  [
    ...config.d1_databases.map(({ binding }) => binding),
    ...config.kv_namespaces.map(({ binding }) => binding),
    ...config.durable_objects.bindings.map(({ name }) => name),
    ...(config.services ?? []).map(({ binding }) => binding),
    ...config.queues.producers.map(({ binding }) => binding),
    ...config.ratelimits.map(({ name }) => name),
  ].toSorted()

describe('each Worker', () => {
  it.each(ROLES)('%s logs no invocations, and needs the secrets that are told of it', (role) => {
    expect(configs[role].observability.logs?.invocation_logs).toBe(false)
    expect(configs[role].secrets?.required ?? []).toEqual(SECRETS[role])
  })

  it.each(ROLES)('%s has no door that a deploy opens by itself', (role) => {
    const { workers_dev, preview_urls, route, routes } = configs[role]
    expect([workers_dev, preview_urls, route, routes]).toEqual([false, false, undefined, undefined])
  })

  it.each(ROLES)('%s is bound to what it needs and to nothing else', (role) => {
    expect(bindingsOf(configs[role])).toEqual(Object.keys(BINDINGS[role]).toSorted())
  })

  it('has the parts that the others bind', () => {
    for (const { durable_objects } of [configs.gate, configs.control]) {
      const guard = durable_objects.bindings.find(({ name }) => name === 'KEY_GUARD')
      expect(guard?.script_name).toBe(configs.guard.name)
    }
    expect(configs.gate.services).toMatchObject([{ service: configs.control.name }])
    expect(configs.control.queues.consumers).toHaveLength(3)
    expect(configs.control.triggers.crons).toEqual(['* * * * *'])
  })

  it('is of one date, on one database; control and guards are placed nowhere', () => {
    const all = Object.values(configs)
    expect(new Set(all.map((one) => one.compatibility_date)).size).toBe(1)
    expect(new Set(all.map((one) => one.d1_databases[0]?.database_id)).size).toBe(1)
    expect([configs.guard.placement, configs.control.placement]).toEqual([undefined, undefined])
  })
})

it('the Worker of the tests inside workerd binds what the three do', () => {
  const all = new Set(Object.values(configs).flatMap(bindingsOf))
  expect(bindingsOf(read('test/workerd/wrangler.toml'))).toEqual([...all].toSorted())
})

describe('what gate and control are told', () => {
  const { gate, control } = configs
  const found = (over: Partial<Config>): string[] =>
    compareConfigs(gate, { ...control, ...over }).map(({ code, subject }) => `${code} ${subject}`)

  it('is the same', () => {
    expect(compareConfigs(gate, control)).toEqual([])
  })

  it('is compared setting by setting, save what is control’s alone', () => {
    const vars = { ...control.vars, ISSUER: 'https://b.example', KEY_BRAND: 'b', CONSOLE: 'token' }
    expect(found({ vars })).toEqual(['settings_differ ISSUER', 'settings_differ KEY_BRAND'])
  })

  it.each([
    ['another', [{ binding: 'RECORDS', id: '1' }]],
    ['none', [{ binding: 'RECORDS' }]],
    ['not bound', []],
  ])('has one KV namespace: %s', (_, kv_namespaces) => {
    expect(found({ kv_namespaces })).toEqual(['settings_differ RECORDS'])
  })
})
