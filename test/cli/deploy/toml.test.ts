import { describe, expect, it } from 'vitest'

import { copyUnder, placesOf, readToml, setTexts } from '../../../src/cli/deploy/toml.ts'

const SOURCE = `# first
name = "a" # of the Worker
inline = { id = "1", list = [ "x", { id = "2" } ] }

[[d1]] # the database
binding = "DB"
id   =   '3'   # kept

[[d1]]
id = """4"""

[env.staging.vars]
"quoted.key" = "5"
dotted.key = "6"
`

describe('setTexts', () => {
  it.each([
    [['name'], 'name = "a"', 'name = "é\\"\\\\"'],
    [['inline', 'id'], 'id = "1"', 'id = "é\\"\\\\"'],
    [['inline', 'list', 1, 'id'], 'id = "2"', 'id = "é\\"\\\\"'],
    [['d1', 0, 'id'], "id   =   '3'", 'id   =   "é\\"\\\\"'],
    [['d1', 1, 'id'], 'id = """4"""', 'id = "é\\"\\\\"'],
    [['env', 'staging', 'vars', 'quoted.key'], '= "5"', '= "é\\"\\\\"'],
    [['env', 'staging', 'vars', 'dotted', 'key'], '= "6"', '= "é\\"\\\\"'],
  ] as const)('%j: these bytes and no others', (path, before, after) => {
    const changed = setTexts(SOURCE, [{ path, text: 'é"\\' }])
    expect(changed).toBe(SOURCE.replace(before, () => after))
    expect(placesOf(changed)).toContainEqual({ path, text: 'é"\\' })
  })

  it('makes several changes at once, in whatever order they are given', () => {
    const changed = setTexts(SOURCE, [
      { path: ['name'], text: 'longer' },
      { path: ['d1', 1, 'id'], text: '' },
      { path: ['inline', 'id'], text: 'longest of all' },
    ])
    expect(readToml(changed)).toMatchObject({
      name: 'longer',
      inline: { id: 'longest of all' },
      d1: [{ id: '3' }, { id: '' }],
    })
  })

  it('adds nothing', () => {
    expect(() => setTexts(SOURCE, [{ path: ['d1', 2, 'id'], text: 'x' }])).toThrow(
      'there is no d1.2.id',
    )
  })
})

describe('copyUnder', () => {
  it('repeats the named tables and values, with what is written in them', () => {
    const copy = copyUnder(SOURCE, {
      names: new Set(['inline', 'd1']),
      under: ['env', 'b'],
      first: ['routes = []'],
    })
    expect(copy).toContain('[[env.b.d1]] # the database\nbinding = "DB"\nid   =   \'3\'   # kept\n')
    expect(readToml(SOURCE + copy)).toEqual({
      ...readToml(SOURCE),
      env: {
        staging: { vars: { 'quoted.key': '5', dotted: { key: '6' } } },
        b: {
          routes: [],
          inline: { id: '1', list: ['x', { id: '2' }] },
          d1: [{ binding: 'DB', id: '3' }, { id: '4' }],
        },
      },
    })
  })
})
