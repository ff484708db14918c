// The rooms of the source: the table is one of arrows down, docs/design.md shows it, and the lint finds
// what goes against it, types counted. `npm run check` runs it over the source.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { afterEach, describe, expect, it } from 'vitest'

import { cruiseRooms, linesOf } from '../../src/dev/rooms/cruise.ts'
import { ROOMS } from '../../src/dev/rooms/rooms.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

async function allFlawsOf(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rooms-'))
  folders.push(folder)
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  return (await cruiseRooms(folder)).flaws
}

/** Without the arrows that so few files need not. */
async function flawsOf(files: Readonly<Record<string, string>>): Promise<string[]> {
  return (await allFlawsOf(files)).filter((flaw) => !flaw.includes('take it out'))
}

const THING = 'export interface Thing { readonly x: number }\n'
const uses = (from: string): string =>
  `import type { Thing } from '${from}'\nexport type T = Thing\n`

describe('the table of rooms', () => {
  it('has arrows down alone', () => {
    const names = ROOMS.map(({ name }) => name)
    const up = ROOMS.flatMap(({ name, uses: others }, at) =>
      others.filter((other) => !names.slice(0, at).includes(other)).map((o) => `${name} → ${o}`),
    )
    expect(up).toEqual([])
  })

  it('is the map that docs/design.md shows', () => {
    const design = readFileSync(new URL('../../docs/design.md', import.meta.url), 'utf8')
    const shown = /```text rooms\n(.*?)```/s.exec(design)?.[1]
    const order = ROOMS.map(({ name }) => name)
    const map = new Map(
      ROOMS.map((room) => [room.name, order.filter((name) => room.uses.includes(name))]),
    )
    expect(shown?.trim().split('\n')).toEqual(linesOf(map))
  })
})

describe('the lint', () => {
  it('lets arrows down pass', async () => {
    expect(
      await flawsOf({
        'src/lib/thing.ts': THING,
        'src/gate/step.ts': uses('../lib/thing.ts'),
        'src/gate/path.ts': THING,
        'src/control/api/explain/trace.ts': uses('../../../gate/path.ts'),
        'src/control/settings.ts': THING,
        'src/cli/settings.ts': uses('../control/settings.ts'),
      }),
    ).toEqual([])
  })

  it.each([
    [
      'a type out of a room above',
      { 'src/gate/a.ts': THING, 'src/lib/b.ts': uses('../gate/a.ts') },
    ],
    [
      'a call of import() out of a room above',
      { 'src/control/worker.ts': THING, 'src/gate/b.ts': `await import('../control/worker.ts')\n` },
    ],
    ['the gate in the command', { 'src/cli/a.ts': THING, 'src/gate/b.ts': uses('../cli/a.ts') }],
    [
      'a page that uses the gate',
      { 'src/gate/path.ts': THING, 'src/control/console/b.ts': uses('../../gate/path.ts') },
    ],
    [
      'explain with what is no step',
      {
        'src/gate/app.ts': THING,
        'src/control/api/explain/trace.ts': uses('../../../gate/app.ts'),
      },
    ],
    [
      'a command that reaches into the API',
      { 'src/control/api/a.ts': THING, 'src/cli/b.ts': uses('../control/api/a.ts') },
    ],
    [
      'a command that reads the settings of a deployment',
      { 'src/control/settings.ts': THING, 'src/cli/b.ts': uses('../control/settings.ts') },
    ],
    [
      'a step that knows the shipped catalog',
      { 'src/catalog.ts': THING, 'src/gate/b.ts': uses('../catalog.ts') },
    ],
    [
      'two files that use each other’s types',
      {
        'src/lib/a.ts': `import type { B } from './b.ts'\nexport interface A { b?: B }\n`,
        'src/lib/b.ts': `import type { A } from './a.ts'\nexport interface B { a?: A }\n`,
      },
    ],
    ['a file in no room', { 'src/attic/a.ts': uses('../lib/b.ts'), 'src/lib/b.ts': THING }],
    ['an import that leads nowhere', { 'src/lib/a.ts': uses('./gone.ts') }],
  ])('finds %s', async (_what, files) => {
    expect(await flawsOf(files as Record<string, string>)).not.toEqual([])
  })

  it('names an arrow that the table allows in vain', async () => {
    const flaws = await allFlawsOf({ 'src/lib/a.ts': THING })
    expect(flaws).toContain('lists does not use lib: take it out of src/dev/rooms/rooms.ts')
  })
})
