// What operators type, read before anything is sent; a mistake is answered with what would be right.

import { looksLike } from '../credentials/redact-values.ts'
import { err, ok, type Result } from '../lib/result.ts'
import { usage } from './answer.ts'

/** What an id is of, and which command lists those. */
const IDS: Readonly<Record<string, readonly [noun: string, command: string]>> = {
  org: ['an organization', 'organization list'],
  key: ['a key', 'key list --organization org_…'],
  su: ['a service user', 'service-user list --organization org_…'],
  whe: ['a webhook endpoint', 'webhook list --organization org_…'],
  dlv: ['a delivery', 'webhook deliveries whe_…'],
  chg: ['a change', 'audit list --organization org_…'],
}

/** An id of the given kind. Whatever else was given for it is not repeated: it may be a secret. */
export function readId(prefix: string, text: string): string {
  const looks = looksLike(text)
  if (looks === undefined && new RegExp(`^${prefix}_[0-9A-Za-z_]{1,60}$`).test(text)) return text
  const what = looks === undefined ? 'that' : `that looks like ${looks}: it`
  const leaked =
    looks === undefined
      ? []
      : [
          'It is in the history of your shell now: take it for leaked. To end it, by its value:',
          '  npm run ops -- key revoke --direct --value -',
        ]
  const [noun, command] = IDS[prefix] ?? ['one', '--help']
  throw usage(
    [
      `${what} is not the id of ${noun}, which begins with ${prefix}_; see: npm run ops -- ${command}`,
      ...leaked,
    ].join('\n'),
  )
}

/** Which command lists what a refusal calls by this noun. */
export function listCommandOf(noun: string): string | undefined {
  if (noun === 'member') return 'member list --organization org_…'
  return Object.values(IDS).find(([known]) => known.endsWith(` ${noun}`))?.[1]
}

/** What an id stands for, without its article. */
export function nounOf(id: string): string {
  const [noun = 'a thing'] = IDS[id.split('_')[0] ?? ''] ?? []
  return noun.replace(/^an? /, '')
}

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const

/** An end by date or by duration, in Unix milliseconds of a whole second; null without either. */
export function readExpiry(
  options: { readonly expires?: string; readonly expiresIn?: string },
  nowMs: number,
): number | null {
  const { expires, expiresIn } = options
  if (expires !== undefined && expiresIn !== undefined) {
    throw usage('give --expires or --expires-in, not both')
  }
  if (expires === undefined && expiresIn === undefined) return null
  const read = expires === undefined ? durationOf(expiresIn ?? '', nowMs) : instantOf(expires)
  if (!read.ok) throw usage(read.error)
  if (read.value <= nowMs) throw usage(`--expires ${expires} has passed`)
  return Math.floor(read.value / 1000) * 1000
}

/** A time in Unix milliseconds. */
export function readInstant(label: string, text: string): number {
  const read = instantOf(text)
  if (read.ok) return read.value
  throw usage(read.error.replace('--expires', label))
}

function durationOf(text: string, nowMs: number): Result<number, string> {
  const [, amount, unit] = /^([1-9][0-9]{0,5})([mhdw])$/.exec(text) ?? []
  const end = nowMs + Number(amount) * (UNIT_MS[unit as keyof typeof UNIT_MS] ?? Number.NaN)
  if (Number.isNaN(new Date(end).getTime())) {
    return err(
      '--expires-in must be a number of minutes, hours, days or weeks: 30m, 12h, 90d or 52w',
    )
  }
  return ok(end)
}

/** RFC 3339 with a zone; a date of the calendar, so that 2027-02-30 is none. */
function instantOf(text: string): Result<number, string> {
  const rule = '--expires must be a time with its zone, like 2027-01-01T00:00:00Z'
  const match = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/.exec(
    text,
  )
  const day = new Date(`${match?.[1]}T00:00:00Z`)
  const ms = Date.parse(text)
  if (!match || Number.isNaN(ms) || Number.isNaN(day.getTime())) return err(rule)
  return day.toISOString().startsWith(match[1] ?? '') ? ok(ms) : err(rule)
}
