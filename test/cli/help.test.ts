import { describe, expect, it } from 'vitest'

import { runOps } from './harness.ts'

const GROUPS = {
  organization: ['create', 'list'],
  member: ['list', 'add', 'remove'],
  key: ['create', 'list', 'revoke'],
  'service-user': ['create', 'list'],
  token: ['mint', 'list'],
  webhook: ['create', 'deliveries'],
  audit: ['list', 'export'],
  usage: ['show'],
  change: ['show'],
  ip: ['allow', 'remove', 'list'],
  origin: ['allow', 'remove', 'list'],
  restriction: ['lift'],
  whoami: [],
  sync: [],
  doctor: [],
  deploy: [],
}
const COMMANDS = [
  [],
  ...Object.keys(GROUPS).map((group) => [group]),
  ...Object.entries(GROUPS).flatMap(([group, names]) => names.map((name) => [group, name])),
]

describe('help', () => {
  it.each(COMMANDS.map((words) => [words.join(' ') || 'at the top', words] as const))(
    '%s: with an example and the options of every command',
    async (_name, words) => {
      const ran = await runOps([...words, '--help'])
      expect(ran.exitCode).toBe(0)
      expect(ran.err).toBe('')
      expect(ran.out).toContain(`Usage: npm run ops -- ${words.join(' ')}`)
      expect(ran.out).toContain(`$ npm run ops -- ${words.join(' ')}`)
      for (const option of ['--local', '--remote', '--json', '--url', '--persist-to']) {
        expect(ran.out).toContain(option)
      }
    },
  )
})

describe('a command line that is wrong ends with 2', () => {
  const ORG = ['--organization', 'org_1']
  const KEY = ['--environment', 'live', '--name', 'K']
  it.each([
    [[], /Usage/],
    [['ip'], /Usage/],
    [['kye'], /Did you mean key\?/],
    [['key', 'rewoke'], /Did you mean revoke\?/],
    [['key', 'revoke'], /say which key/],
    [['key', 'revoke', 'org_1'], /begins with key_/],
    [['service-user', 'list', '--organization', 'su_1'], /begins with org_/],
    [['key', 'list', ...ORG, '--locl'], /Did you mean --local\?/],
    [['key', 'list', ...ORG, '--local', '--remote'], /cannot be used with/],
    [['key', 'create', ...ORG, ...KEY, '--kind', 'token'], /secret, publishable or jwt/],
    [['key', 'create', ...ORG, '--kind', 'secret'], /--name/],
    [['key', 'update', 'key_1', '--quota', 'plan'], /name=value/],
    [['key', 'rotate', 'key_1', '--grace-seconds', '-1'], /whole number/],
    [['key', 'explain', '--credential', 'x', '--method', 'GET', '--path', '/'], /takes - alone/],
    [['key', 'revoke', '--value', '-'], /goes with --direct/],
    [['audit', 'list', ...ORG, '--from', 'yesterday'], /--from must be a time/],
    [
      ['key', 'create', ...ORG, '--kind', 'secret', '--environment', 'prod', '--name', 'K'],
      /live or sandbox/,
    ],
    [['ip', 'allow', '10.0.0.1'], /--organization org_… or --key key_…/],
    [['ip', 'allow', ...ORG, '--key', 'key_1', '10.0.0.1'], /one of them/],
    [['ip', 'allow', ...ORG], /missing required argument/],
    [['ip', 'allow', ...ORG, '0.0.0.0/0'], /lift the restriction/],
    [['origin', 'allow', '--key', 'key_1', 'example.com'], /has no scheme/],
    [['restriction', 'lift', ...ORG], /--ip or --origin/],
    [['restriction', 'lift', ...ORG, '--ip', '--origin'], /one of them/],
    [['restriction', 'lift', ...ORG, '--origin'], /only publishable keys/],
    [['member', 'add', ...ORG, '--role', 'viewer'], /missing required argument/],
    [['member', 'add', ...ORG, 'ann@example.com'], /--role/],
    [['member', 'add', ...ORG, '--role', 'owner', 'ann@example.com'], /administrator or viewer/],

    [['sync', '--vars', '/nonexistent/vars'], /cannot be read/],
  ] as const)('%j', async (args, message) => {
    const ran = await runOps(args)
    expect(ran.exitCode).toBe(2)
    expect(ran.err).toMatch(message)
    expect(ran.out).toBe('')
  })

  it('and with --json the error is on stdout', async () => {
    const ran = await runOps(['ip', 'allow', ...ORG, '1.2.3.4/0', '--json'])
    expect(ran.exitCode).toBe(2)
    expect(ran.err).toBe('')
    expect(ran.json()).toEqual({
      error: { exit_code: 2, message: expect.stringContaining('lift') as string },
    })
  })
})
