// What /proc knows of a process and its children.

import { readdirSync, readFileSync } from 'node:fs'

/** Ids of all processes below one, at any depth. */
export function descendants(pid: number): number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    // The command's name is in parentheses and may hold anything; the parent is second after it.
    const stat = read(`/proc/${name}/stat`)
    const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]
    if (parent !== undefined) parents.set(Number(name), Number(parent))
  }
  const below = (id: number): number[] =>
    [...parents]
      .filter(([, parent]) => parent === id)
      .flatMap(([child]) => [child, ...below(child)])
  return below(pid)
}

/** Whether it runs; what has ended but was not waited for does not. */
export function isRunning(pid: number): boolean {
  const stat = read(`/proc/${pid}/stat`)
  return stat !== '' && !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))
}

export function commandLine(pid: number): string {
  return read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')
}

/** Resident memory now. */
export function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`))?.[1]
  return Number(kilobytes ?? 0) * 1024
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // it has ended in between
  }
}
