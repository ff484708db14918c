// Processes of the bench: started here, asked one thing at a time, ended by the handle that started
// them. CPU time is the operating system's own account.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts CPU time in hundredths of a second towards programs, on every architecture. */
const TICK_US = 10_000

export interface Child {
  /** Sends a message and resolves to the one that comes back. */
  ask<Answer>(message: object): Promise<Answer>
  stop(): Promise<void>
}

/** Starts a file of this folder as a process. */
export function startChild(file: string): Child {
  const child = fork(new URL(file, import.meta.url), { stdio: 'inherit' })
  return {
    async ask<Answer>(message: object): Promise<Answer> {
      const done = new AbortController()
      const { signal } = done
      try {
        const answered = once(child, 'message', { signal })
        const ended = once(child, 'exit', { signal }).then(() => {
          throw new Error(`${file} ended before it answered`)
        })
        child.send(message)
        const [value] = (await Promise.race([answered, ended])) as [Answer]
        return value
      } finally {
        done.abort()
      }
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill()
      await gone
    },
  }
}

/** The process of a name that this very process started; undefined where there is no /proc. */
export function childNamed(name: string): number | undefined {
  try {
    const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))
    return pids.map(Number).find((pid) => {
      const stat = statOf(pid)
      return stat?.name === name && stat.parent === process.pid
    })
  } catch {
    return undefined
  }
}

/** Microseconds of CPU that a process and its threads have used, in user and in system mode. */
export function cpuMicroseconds(pid: number): number {
  const stat = statOf(pid)
  if (!stat) throw new Error(`process ${pid} is gone`)
  return stat.ticks * TICK_US
}

/** proc(5), /proc/pid/stat: the name is in parentheses; the parent is field 4, times are 14 and 15. */
function statOf(pid: number): { name: string; parent: number; ticks: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const end = text.lastIndexOf(')')
    const fields = text.slice(end + 2).split(' ')
    const ticks = Number(fields[11]) + Number(fields[12])
    return { name: text.slice(text.indexOf('(') + 1, end), parent: Number(fields[1]), ticks }
  } catch {
    return undefined
  }
}

/** Bytes of a process that are in memory; null where there is no /proc. */
export function residentBytes(pid: number): number | null {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kilobytes === undefined ? null : Number(kilobytes) * 1024
  } catch {
    return null
  }
}

/** The CPU time of a process' living threads, finer than `cpuMicroseconds`. */
export function threadMicroseconds(pid: number): number | undefined {
  try {
    const threads = readdirSync(`/proc/${pid}/task`)
    const nanoseconds = threads.map((thread) =>
      Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
    )
    return nanoseconds.reduce((sum, one) => sum + one, 0) / 1000
  } catch {
    return undefined
  }
}
