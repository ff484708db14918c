// What operators type, read strictly before anything is sent. The patterns are those of schema.sql;
// a mistake is answered with what would be right.

import { customAlphabet } from 'nanoid'

import { ENVIRONMENTS } from '../catalog/define.ts'
import type { Environment } from '../catalog/define.ts'
import { parseEmail } from '../control/api/members/email.ts'
import { ROLES } from '../control/api/members/role.ts'
import type { Role } from '../control/api/members/role.ts'
import { looksLike } from '../credentials/looks.ts'
import { readName as readPlainName } from '../lib/names.ts'
import { err, ok } from '../lib/result.ts'
import type { Result } from '../lib/result.ts'
import { usage } from './answer.ts'

const ID_NOUNS = { org: 'an organization', key: 'a key', su: 'a service user' } as const
const LIST_COMMANDS = {
  org: 'organization list',
  key: 'key list --organization org_…',
  su: 'service-user list',
} as const
type IdPrefix = keyof typeof ID_NOUNS

const randomId = customAlphabet(
  '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
  16,
)

/** `org_…`, `key_…` or `su_…` with 16 base62 characters: 95 bits. */
export function newId(prefix: IdPrefix): string {
  return `${prefix}_${randomId()}`
}

/** An id of the given kind. Whatever else was given for it is not repeated: it may be a secret. */
export function readId(prefix: IdPrefix, text: string): string {
  const looks = looksLike(text)
  if (looks === undefined && new RegExp(`^${prefix}_[0-9A-Za-z_]{1,60}$`).test(text)) return text
  const what = looks === undefined ? 'that' : `that looks like ${looks}: it`
  const leaked =
    looks === undefined
      ? []
      : [
          'It is in the history of your shell now: take it for leaked. To end it, by its value:',
          '  npm run ops -- key revoke --value -',
        ]
  throw usage(
    [
      `${what} is not the id of ${ID_NOUNS[prefix]}, which begins with ${prefix}_; see: npm run ops -- ${LIST_COMMANDS[prefix]}`,
      ...leaked,
    ].join('\n'),
  )
}

/** A name that can be shown on a line, its blanks folded. */
export function readName(text: string): string {
  const name = readPlainName(text)
  if (!name.ok) throw usage(`--name ${name.error}`)
  const looks = looksLike(name.value)
  if (looks !== undefined) throw usage(`--name looks like ${looks}; names are shown to everyone`)
  return name.value
}

export function readEnvironment(text: string): Environment {
  const environment = ENVIRONMENTS.find((one) => one === text)
  if (environment) return environment
  throw usage(`--environment must be ${ENVIRONMENTS.join(' or ')}`)
}

export function readRole(text: string): Role {
  const role = ROLES.find((one) => one === text)
  if (role) return role
  throw usage(`--role must be ${ROLES.join(' or ')}`)
}

/** An e-mail address, in lower case as it is stored. */
export function readEmail(text: string): string {
  const email = parseEmail(text)
  if (email !== undefined) return email
  throw usage('that is no e-mail address, such as ann@example.com')
}

/** Goes upstream in a header, so it is an identifier. */
export function readSourceSystem(text: string): string {
  if (/^[a-z][0-9a-z_-]{0,63}$/.test(text)) return text
  throw usage(
    '--source-system must be lower-case letters, digits, _ or -, a letter first, like vkyc',
  )
}

/** Compared byte for byte with the X-Approver-Department header. */
export function readDepartments(texts: readonly string[]): string[] {
  for (const text of texts) {
    if (!/^[0-9A-Za-z](?:[0-9A-Za-z ._-]{0,62}[0-9A-Za-z])?$/.test(text)) {
      throw usage(
        `--department ${JSON.stringify(text)} must be 1 to 64 letters, digits, spaces, . _ or -, like retail`,
      )
    }
  }
  return [...new Set(texts)]
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
  const read = expires === undefined ? readDuration(expiresIn ?? '', nowMs) : readInstant(expires)
  if (!read.ok) throw usage(read.error)
  if (read.value <= nowMs) throw usage(`--expires ${expires} has passed`)
  return Math.floor(read.value / 1000) * 1000
}

function readDuration(text: string, nowMs: number): Result<number, string> {
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
function readInstant(text: string): Result<number, string> {
  const rule = '--expires must be a time with its zone, like 2027-01-01T00:00:00Z'
  const match = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/.exec(
    text,
  )
  const day = new Date(`${match?.[1]}T00:00:00Z`)
  const ms = Date.parse(text)
  if (!match || Number.isNaN(ms) || Number.isNaN(day.getTime())) return err(rule)
  return day.toISOString().startsWith(match[1] ?? '') ? ok(ms) : err(rule)
}
