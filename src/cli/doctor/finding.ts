// What doctor finds.

/**
 * `refusing`: calls are refused, or a change is not in force, until it is put right. `warning`:
 * something has no effect or is not as it should be. `info`: as it was meant, good to know.
 */
export type Level = 'refusing' | 'warning' | 'info'

export interface Finding {
  readonly level: Level
  /** Stable, for scripts. */
  readonly code: string
  /** Where: a setting, a table, an owner and an entry. */
  readonly subject: string
  /** What is wrong and what would be right. Never a secret. */
  readonly message: string
}

export function finding(level: Level, code: string, subject: string, message: string): Finding {
  return { level, code, subject, message }
}
