import { existsSync, readFileSync, rmSync, statSync } from 'node:fs'

import { afterEach, describe, expect, it } from 'vitest'

import { commandsOf } from '../../../src/cli/deploy/commands.ts'
import { planOf, type When } from '../../../src/cli/deploy/plan.ts'
import { secretsFile } from '../../../src/cli/deploy/secrets.ts'
import { readWorkers } from '../../../src/cli/deploy/workers.ts'
import { ROLES } from '../../../src/config/workers.ts'
import { withIssuer, World } from './account.ts'

const worlds: World[] = []

function world(): World {
  const made = new World()
  worlds.push(made)
  return made
}

/** A world whose files need nothing but a place for the database. */
function readyWorld(): World {
  const made = world()
  withIssuer(made)
  made.answers = ['weur']
  return made
}

/** What the dry run says will be run, under the conditions that hold. */
async function planned(one: World, holds: readonly When[], env?: string): Promise<string[]> {
  const workers = await readWorkers(one.root, env)
  return planOf({ commands: commandsOf(env) }, workers, 'weur')
    .flatMap(({ commands }) => commands)
    .filter(({ when }) => when === 'always' || holds.includes(when))
    .map(({ args }) => args.join(' '))
}

/** A file without the ids and numbers in it. */
const blank = (source: string): string =>
  source.replace(/^((?:database_id|id|namespace_id) = ").*"$/gm, '$1"')

const lines = (one: World): string[] => one.ran.map((args) => args.join(' '))

afterEach(() => {
  for (const one of worlds.splice(0)) one.remove()
})

describe('where nothing is there', () => {
  it('makes everything, in the order that the dry run prints', async () => {
    const one = readyWorld()
    const { answer, stopped } = await one.deploy()
    expect(stopped).toBe('')
    expect(lines(one)).toEqual(await planned(one, ['new']))
    expect([...one.account.workers.keys()]).toEqual([
      'portcullis-guard',
      'portcullis-control',
      'portcullis',
    ])
    expect(one.account.databases.get('portcullis')?.location).toBe('weur')
    expect(Object.fromEntries(one.account.queues)).toEqual({
      'portcullis-audit': 1_209_600,
      'portcullis-audit-dead': 1_209_600,
      'portcullis-webhooks': 1_209_600,
      'portcullis-fences': 1_209_600,
    })
    expect(answer?.json).toMatchObject({
      secrets_made: ['KEY_PEPPER', 'SIGNING_KEYS', 'ADMIN_TOKEN'],
    })
  })

  it('writes ids into the files and leaves every other byte', async () => {
    const one = readyWorld()
    const before = ROLES.map((role) => one.read(role))
    await one.deploy()
    const { gate, guard, control } = await readWorkers(one.root, undefined)
    const { uuid } = one.account.databases.get('portcullis') ?? {}
    for (const { d1_databases } of [gate, guard, control]) {
      expect(d1_databases.map(({ database_id }) => database_id)).toEqual([uuid])
    }
    const [record] = gate.kv_namespaces
    expect(record?.id).toBe(one.account.namespaces.get('portcullis-records'))
    expect(control.kv_namespaces).toEqual(gate.kv_namespaces)
    expect(ROLES.map((role) => blank(one.read(role)))).toEqual(before.map(blank))
  })

  it('gives the rate limits numbers of their own', async () => {
    const one = readyWorld()
    const other = readyWorld()
    await one.deploy()
    await other.deploy()
    const ids = (
      await Promise.all([one, other].map(({ root }) => readWorkers(root, undefined)))
    ).flatMap(({ gate }) => gate.ratelimits.map(({ namespace_id }) => namespace_id))
    expect(new Set([...ids, '1734928051', '1734928052']).size).toBe(6)
  })

  it('sends each Worker its secrets alone, by files that are gone', async () => {
    const one = readyWorld()
    await one.deploy()
    const names = (worker: string): string[] => [...(one.account.workers.get(worker)?.keys() ?? [])]
    expect(names('portcullis-guard')).toEqual([])
    expect(names('portcullis')).toEqual(['KEY_PEPPER', 'SIGNING_KEYS'])
    expect(names('portcullis-control')).toEqual(['KEY_PEPPER', 'SIGNING_KEYS', 'ADMIN_TOKEN'])
    const [gate, control] = ['portcullis', 'portcullis-control'].map((name) =>
      one.account.workers.get(name),
    )
    expect(gate?.get('KEY_PEPPER')).toBe(control?.get('KEY_PEPPER'))
    expect(gate?.get('SIGNING_KEYS')).toBe(control?.get('SIGNING_KEYS'))
    expect(one.files).toHaveLength(2)
    expect(one.files.filter((file) => existsSync(file))).toEqual([])
  })

  it('keeps what it made where only the operator can read it, and prints no value', async () => {
    const one = readyWorld()
    const { answer } = await one.deploy()
    const file = secretsFile(one.root, undefined)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const values = [...(one.account.workers.get('portcullis-control')?.values() ?? [])]
    expect(values).toHaveLength(3)
    const printed = [...one.said, JSON.stringify(answer), ...lines(one)].join('\n')
    for (const value of values) {
      expect(readFileSync(file, 'utf8')).toContain(value)
      expect(printed).not.toContain(value)
    }
    expect(answer?.lines.join('\n')).toContain(file)
  })

  it('asks for an ISSUER in place of the placeholder, and writes it', async () => {
    const one = world()
    one.answers = ['https://edge.acme.com', 'eeur']
    expect((await one.deploy()).stopped).toBe('')
    const { gate, control } = await readWorkers(one.root, undefined)
    expect([gate, control].map(({ vars }) => vars['ISSUER'])).toEqual([
      'https://edge.acme.com',
      'https://edge.acme.com',
    ])
  })

  it.each([
    ['an ISSUER', world, [], /ISSUER is still at edge\.example\.com.*set the origin/],
    ['a right ISSUER', world, ['edge.acme.com'], /ISSUER must be/],
    ['a place for the database', () => readyWorld(), [], /--location, one of weur, eeur/],
    ['a place that there is', () => readyWorld(), ['mars'], /--location, one of weur, eeur/],
  ] as const)('without %s stops and has made nothing', async (_what, make, answers, message) => {
    const one = make()
    one.answers = [...answers]
    expect((await one.deploy()).stopped).toMatch(message)
    expect(one.changes()).toEqual([])
  })
})

describe('where all is there', () => {
  it('deploys the three again, and makes, asks and overwrites nothing', async () => {
    const one = readyWorld()
    await one.deploy()
    const secrets = structuredClone([...one.account.workers])
    const files = ROLES.map((role) => one.read(role))
    one.said.length = 0
    const { answer, stopped } = await one.deploy()
    expect(stopped).toBe('')
    expect(lines(one)).toEqual(await planned(one, ['there']))
    expect(one.changes().filter((line) => !line.startsWith('queues update'))).toEqual([
      'deploy --config src/guard/wrangler.toml',
      'deploy --config src/control/wrangler.toml',
      'deploy --config wrangler.toml',
    ])
    expect([...one.account.workers]).toEqual(secrets)
    expect(ROLES.map((role) => one.read(role))).toEqual(files)
    expect(one.said.filter((line) => line.endsWith(': '))).toEqual([])
    expect(answer?.json).toMatchObject({ secrets_made: [] })
  })

  it('keeps the secrets of a Worker, whatever the operator gives', async () => {
    const one = readyWorld()
    await one.deploy()
    const before = structuredClone([...one.account.workers])
    const secrets = { ADMIN_TOKEN: 'another-admin-token-0123456789abcdef' }
    expect((await one.deploy({ secrets })).stopped).toBe('')
    expect([...one.account.workers]).toEqual(before)
  })

  it('sends schema.sql where the database is of an older release', async () => {
    const one = readyWorld()
    await one.deploy()
    one.account.applied.clear()
    await one.deploy()
    expect(one.changes()).toContain(
      'd1 execute portcullis --remote --yes --file schema.sql --config wrangler.toml',
    )
  })

  it('judges the wildcard origins of an older release before the gate that needs it', async () => {
    const one = readyWorld()
    await one.deploy()
    const { rows } = one
    rows.exec(`INSERT INTO origin_owners (origin) VALUES ('https://*.a.example'), ('https://*.uk')`)
    await one.deploy()
    const owners = 'SELECT owner, judged_by IS NULL AS waits FROM origin_owners ORDER BY origin'
    expect(rows.prepare(owners).all()).toEqual([
      { owner: 'a.example', waits: 0 },
      { owner: null, waits: 0 },
    ])
    const [written, ...deployed] = one.changes().filter((line) => !line.startsWith('queues'))
    expect(written).toContain('UPDATE origin_owners')
    expect(deployed).toHaveLength(3)
    await one.deploy()
    expect(one.changes().filter((line) => line.includes('origin_owners'))).toEqual([])
  })

  it('needs the file of made secrets no more', async () => {
    const one = readyWorld()
    await one.deploy()
    const file = secretsFile(one.root, undefined)
    rmSync(file)
    expect((await one.deploy()).stopped).toBe('')
    expect(existsSync(file)).toBe(false)
  })
})

describe('stopped in the middle and run again', () => {
  it.each(['stopAt', 'loseAt'] as const)('by %s any command, ends as one run does', async (how) => {
    const whole = readyWorld()
    await whole.deploy()
    const commands = whole.ran.length
    for (let stopped = 1; stopped <= commands; stopped += 1) {
      const one = readyWorld()
      let run = 0
      one[how] = () => (run += 1) === stopped
      const first = await one.deploy()
      expect(first.stopped).toContain('failed')
      one[how] = () => false
      one.answers = ['weur']
      const again = await one.deploy()
      expect(again.stopped, `stopped at command ${stopped}`).toBe('')
      expect([...one.account.databases.keys()]).toEqual(['portcullis'])
      expect([...one.account.namespaces.keys()]).toEqual(['portcullis-records'])
      expect([...one.account.queues.keys()]).toEqual([...whole.account.queues.keys()])
      expect([...one.account.workers.keys()]).toEqual([...whole.account.workers.keys()])
      const [control, gate] = ['portcullis-control', 'portcullis'].map((name) =>
        one.account.workers.get(name),
      )
      expect(gate?.get('KEY_PEPPER')).toBe(control?.get('KEY_PEPPER'))
      expect(one.files.filter((file) => existsSync(file))).toEqual([])
    }
  })

  it('takes what was made and whose id was not written', async () => {
    const one = readyWorld()
    const sources = ROLES.map((role) => one.read(role))
    await one.deploy()
    for (const [i, role] of ROLES.entries()) one.edit(role, () => sources[i] ?? '')
    expect((await one.deploy()).stopped).toBe('')
    expect(one.account.databases.size).toBe(1)
    expect(one.account.namespaces.size).toBe(1)
  })

  it('asks for a secret that one Worker has, the other needs and nobody gave', async () => {
    const one = readyWorld()
    await one.deploy()
    const pepper = one.account.workers.get('portcullis')?.get('KEY_PEPPER') ?? ''
    one.account.workers.get('portcullis-control')?.delete('KEY_PEPPER')
    rmSync(secretsFile(one.root, undefined))
    expect((await one.deploy()).stopped).toMatch(/KEY_PEPPER: gate has it, control needs the same/)
    expect((await one.deploy({ secrets: { KEY_PEPPER: pepper } })).stopped).toBe('')
    expect(one.account.workers.get('portcullis-control')?.get('KEY_PEPPER')).toBe(pepper)
  })

  it('makes no pepper for a database that holds keys of another', async () => {
    const one = readyWorld()
    await one.deploy()
    one.account.workers.clear()
    one.account.keys = true
    rmSync(secretsFile(one.root, undefined))
    expect((await one.deploy()).stopped).toMatch(/KEY_PEPPER and SIGNING_KEYS: the database/)
    expect(one.account.workers.size).toBe(0)
    expect(lines(one)).toEqual((await planned(one, ['there', 'made'])).slice(0, lines(one).length))
  })
})

describe('the wrong login', () => {
  it('is nobody', async () => {
    const one = readyWorld()
    one.account.loggedIn = false
    expect((await one.deploy()).stopped).toMatch(/nobody is logged in: run npx wrangler login/)
    expect(one.ran).toHaveLength(1)
  })

  it('is one of several accounts, and none is chosen', async () => {
    const one = readyWorld()
    one.account.accounts.push({ id: 'b'.repeat(32), name: 'Other' })
    const { stopped } = await one.deploy()
    expect(stopped).toMatch(/several accounts: set CLOUDFLARE_ACCOUNT_ID/)
    expect(stopped).toContain(`${'b'.repeat(32)}  Other`)
    expect(one.ran).toHaveLength(1)
  })

  it('is not of the account in the files', async () => {
    const one = readyWorld()
    for (const role of ROLES) {
      one.edit(role, (source) => `account_id = "${'c'.repeat(32)}"\n${source}`)
    }
    expect((await one.deploy()).stopped).toMatch(/account_id is c+, and this login has no such/)
  })

  it.each([
    ['database', (one: World) => one.account.databases.clear(), /no database of that name/],
    ['namespace', (one: World) => one.account.namespaces.clear(), /no such namespace/],
  ] as const)('is of an account without the %s of the files', async (_what, lose, message) => {
    const one = readyWorld()
    await one.deploy()
    lose(one)
    expect((await one.deploy()).stopped).toMatch(message)
    expect(one.changes()).toEqual([])
  })
})

describe('--env', () => {
  it('is written into the three files first, and read before it is deployed', async () => {
    const one = readyWorld()
    const before = ROLES.map((role) => one.read(role))
    expect((await one.deploy({ env: 'staging' })).stopped).toMatch(
      /\[env\.staging\] has been added to wrangler\.toml, src\/guard.*set ISSUER and UPSTREAMS/,
    )
    expect(one.ran).toEqual([])
    for (const [i, role] of ROLES.entries()) {
      expect(one.read(role).startsWith((before[i] ?? '').trimEnd())).toBe(true)
    }
    one.answers = []
    expect((await one.deploy({ env: 'staging' })).stopped).toMatch(/ISSUER is still at edge/)
  })

  it('is a deployment of its own, named so in every command', async () => {
    const one = readyWorld()
    await one.deploy()
    const top = structuredClone(one.account)
    await one.deploy({ env: 'staging' })
    one.answers = ['https://edge.staging.acme.com', 'eeur']
    const { stopped } = await one.deploy({ env: 'staging' })
    expect(stopped).toBe('')
    expect(lines(one)).toEqual(
      (await planned(one, ['new'], 'staging')).map((line) => line.replace('weur', 'eeur')),
    )
    const unnamed = lines(one).filter((line) => !line.includes('--env staging'))
    expect(unnamed).toEqual([
      'whoami --json',
      'kv namespace create portcullis-staging-records --config wrangler.toml',
    ])
    expect([...one.account.workers.keys()].slice(3)).toEqual([
      'portcullis-guard-staging',
      'portcullis-control-staging',
      'portcullis-staging',
    ])
    expect([...one.account.queues.keys()].slice(4)).toEqual([
      'portcullis-audit-staging',
      'portcullis-webhooks-staging',
      'portcullis-fences-staging',
      'portcullis-audit-dead-staging',
    ])
    expect([...one.account.databases.keys()]).toEqual(['portcullis', 'portcullis-staging'])
    const pepperOf = (name: string): string | undefined =>
      one.account.workers.get(name)?.get('KEY_PEPPER')
    expect(pepperOf('portcullis-staging')).not.toBe(pepperOf('portcullis'))
    for (const [name, secrets] of top.workers)
      expect(one.account.workers.get(name)).toEqual(secrets)
    const deployedAgain = await one.deploy()
    expect(deployedAgain.stopped).toBe('')
  })
})
