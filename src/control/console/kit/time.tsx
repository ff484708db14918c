// A time, in UTC; script adds how long ago it was.

/** `2026-11-22 17:40:05` of Unix milliseconds. */
export function timeText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ')
}

/** `otherwise` stands where there is no time. */
export function Time({ ms, otherwise = 'never' }: { ms: number | null; otherwise?: string }) {
  if (ms === null) return <>{otherwise}</>
  return (
    <time datetime={new Date(ms).toISOString()} data-relative>
      {`${timeText(ms)} UTC`}
    </time>
  )
}

/** The value of a `datetime-local` input, which is asked for in UTC. */
export function timeInput(ms: number | null): string {
  return ms === null ? '' : new Date(ms).toISOString().slice(0, 16)
}

/** Unix milliseconds of such an input; null where it is empty, NaN where it is no time. */
export function readTimeInput(text: string | null): number | null {
  if (text === null || text.trim() === '') return null
  return Date.parse(text.endsWith('Z') ? text : `${text}Z`)
}
