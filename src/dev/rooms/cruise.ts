// Looks at every import of `src`, those of types too, by dependency-cruiser: rules made from the table of
// rooms, no cycle of files, nothing unresolved; and the map of what each room uses.

import { cruise, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser'

import { NARROW, ROOMS, type Narrow, type Room } from './rooms.ts'

export interface Cruised {
  /** Files looked at. */
  readonly files: number
  /** A line for each arrow that may not be, and for each that the table allows in vain. */
  readonly flaws: readonly string[]
  /** The rooms that each room uses, both in the order of the table. */
  readonly map: ReadonlyMap<string, readonly string[]>
}

/** Cruises `src` below a folder. */
export async function cruiseRooms(baseDir: string): Promise<Cruised> {
  const { output } = await cruise(['src'], {
    baseDir,
    validate: true,
    ruleSet: { forbidden: rules() },
    tsPreCompilationDeps: true,
    doNotFollow: { path: '^(?!src/)' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.mjs', '.js'] },
  })
  const { modules, summary } = output as ICruiseResult
  const used = new Map(ROOMS.map(({ name }) => [name, new Set<string>()]))
  const own = modules.filter(({ source }) => source.startsWith('src/'))
  for (const { source, dependencies } of own) {
    const from = roomOf(source)
    for (const { resolved } of dependencies) {
      const to = roomOf(resolved)
      if (from && to && from !== to) used.get(from.name)?.add(to.name)
    }
  }
  const broken = summary.violations.map(
    ({ rule, from, to, cycle }) =>
      `${rule.name}: ${from} → ${cycle ? cycle.map(({ name }) => name).join(' → ') : to}`,
  )
  const map = new Map(
    [...used].map(([name, to]) => [name, ROOMS.map((room) => room.name).filter((n) => to.has(n))]),
  )
  return { files: own.length, flaws: [...broken, ...inVain(map)], map }
}

/** The map as lines: `lists → lib`. */
export function linesOf(map: Cruised['map']): string[] {
  return [...map].map(([name, to]) => `${name} → ${to.join(', ') || 'nothing'}`)
}

function roomOf(file: string): Room | undefined {
  return ROOMS.find(({ name, files }) =>
    files ? files.some((one) => file === `src/${one}`) : file.startsWith(`src/${name}/`),
  )
}

/** As dependency-cruiser's rules name files: by regular expressions. */
function patternsOf({ name, files }: Room): string[] {
  return files?.map((file) => `^src/${file.replace('.', '[.]')}$`) ?? [`^src/${name}/`]
}

function rules(): IForbiddenRuleType[] {
  const rooms = ROOMS.map((room, at): IForbiddenRuleType => {
    const below = ROOMS.slice(0, at).filter(({ name }) => room.uses.includes(name))
    const allowed = [room, ...below].flatMap(patternsOf)
    return {
      name: `${room.name} uses ${room.uses.join(', ') || 'no other room'}`,
      severity: 'error',
      from: { path: patternsOf(room) },
      to: { path: '^src/', pathNot: allowed },
    }
  })
  return [
    { name: 'no cycle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'every import leads somewhere',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, path: '^[.]' },
    },
    {
      name: 'every file is in a room',
      severity: 'error',
      from: { path: '^src/', pathNot: ROOMS.flatMap(patternsOf) },
      to: {},
    },
    ...rooms,
    ...NARROW.flatMap(narrowed),
  ]
}

function narrowed({ name, from, only, to, part }: Narrow): IForbiddenRuleType[] {
  const others: IForbiddenRuleType = {
    name,
    severity: 'error',
    from: { path: from, pathNot: only },
    to: { path: to },
  }
  if (part === undefined) return [others]
  return [others, { ...others, from: { path: only }, to: { path: to, pathNot: part } }]
}

/** Arrows that the table allows and no file needs any more. */
function inVain(map: Cruised['map']): string[] {
  return ROOMS.flatMap(({ name, uses }) =>
    uses
      .filter((other) => !map.get(name)?.includes(other))
      .map((other) => `${name} does not use ${other}: take it out of src/dev/rooms/rooms.ts`),
  )
}
