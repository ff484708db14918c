// From what an operation takes to options of a command, and back from what was typed. What is right for
// the API is the API's to say; here only forms are read that a command line has of its own.

import { looksLike } from '../credentials/redact-values.ts'
import { usage } from './answer.ts'
import type { CommandRow } from './commands.ts'
import { readExpiry, readId, readInstant } from './input.ts'
import type { Field, Inputs } from './inputs.ts'

/** How a field is typed, as an option: `--service-user <id>`. */
export interface FieldOption {
  readonly flags: string
  readonly help: string
  readonly mandatory?: boolean
}

/** The name of a field's option, without its dashes: one entry of a list, one member of a map. */
export function nameOf(field: Field, { names }: CommandRow): string {
  const named = names?.[field.name]
  if (named !== undefined) return named
  if (field.name === 'expires_at') return 'expires'
  const plural = field.type === 'list' || field.type === 'numbers'
  return field.name.replaceAll('_', '-').replace(plural ? /s$/ : /$^/, '')
}

/** Fields that are typed as operands, in their order. */
export function operandsOf({ fields }: Inputs, { options }: CommandRow): Field[] {
  return fields.filter((field) => field.in === 'path' && !options?.includes(field.name))
}

/** The options that a field has; most have one. */
export function optionsOf(field: Field, row: CommandRow): FieldOption[] {
  const name = nameOf(field, row)
  const mandatory = field.required === true
  const said = HELP[field.name] ?? field.help
  const help = [field.choices && oneOf(field.choices), said].filter(Boolean).join('; ')
  const main = { flags: `--${name}${PLACES[field.type](field, name)}`, help, mandatory }
  const none = { flags: `--no-${name}`, help: `without --${name}` }
  if (field.type === 'boolean') return [main, none]
  if (field.type === 'time' && field.in === 'body') {
    const until = { flags: '--expires-in <duration>', help: 'in how long: 30m, 12h, 90d or 52w' }
    return [
      { ...main, help: 'when it ends, like 2027-01-01T00:00:00Z' },
      until,
      { ...none, help: 'it never ends' },
    ]
  }
  if (field.type === 'list' && field.nullable) {
    return [main, { ...none, help: `no list: from any ${name}` }]
  }
  return [main]
}

/** What the API does not say of a field, or says for those who write JSON. */
const HELP: Readonly<Record<string, string>> = {
  name: 'what people call it',
  scopes: 'what it may do (default: the default scopes of the catalog)',
  products: 'where (default: all that it can have)',
  ips: 'only from these addresses and networks',
  origins: 'only from pages of these origins (publishable keys)',
  quotas: 'requests per window by limit, in place of the plan’s',
  metadata: 'what you want to keep with it',
  search: 'a part of the name',
  limit: 'how many at a time',
  cursor: 'go on where the page before ended',
  ids: 'these alone, with commas between',
  sort: 'by this, the soonest first',
  sha256: 'of the whole key, in lower-case hex',
  credential: 'in place of --key; read from standard input: --credential -',
  from: 'not before, like 2026-11-28T00:00:00Z',
  to: 'before',
}

const PLACES: Readonly<Record<Field['type'], (field: Field, name: string) => string>> = {
  text: ({ prefix, name }) => (name === 'credential' ? ' <->' : prefix ? ' <id>' : ' <text>'),
  integer: () => ' <number>',
  boolean: () => '',
  time: () => ' <time>',
  list: (_, name) => ` <${name}...>`,
  texts: () => ' <name=text...>',
  numbers: () => ' <name=number...>',
}

function oneOf(words: readonly string[]): string {
  return [words.slice(0, -1).join(', '), words.at(-1)].filter(Boolean).join(' or ')
}

/** What commander made of the options, by their names. */
export type Typed = Readonly<Record<string, unknown>>

/**
 * The value of a field as the API takes it; undefined where nothing was typed.
 * @throws Stop where it has no such form, or looks like a credential: that is sent nowhere.
 */
export function readField(field: Field, row: CommandRow, typed: Typed, nowMs: number): unknown {
  const name = nameOf(field, row)
  const value = typed[camelCase(name)]
  if (field.type === 'time' && field.in === 'body') {
    if (value === false) return null
    return (
      readExpiry({ expires: value, expiresIn: typed['expiresIn'] } as Expiry, nowMs) ?? undefined
    )
  }
  if (value === undefined) return undefined
  if (field.type === 'boolean') return value
  if (value === false) return null
  const label = `--${name}`
  // An empty text stands for an empty list.
  const texts = [value].flat().map(String)
  for (const text of texts) checkLooks(label, text)
  const [text = ''] = texts
  if (field.type === 'list') return texts.filter((one) => one !== '').map(choiceOf(field, label))
  if (field.type === 'texts') return Object.fromEntries(texts.map((one) => pairOf(label, one)))
  if (field.type === 'numbers') {
    const pairs = texts.map((one) => pairOf(label, one))
    return Object.fromEntries(pairs.map(([key, number]) => [key, readNumber(label, number)]))
  }
  if (field.type === 'integer') return readNumber(label, text)
  if (field.type === 'time') return readInstant(label, text)
  return readText(field, label, text)
}

interface Expiry {
  readonly expires?: string
  readonly expiresIn?: string
}

/** A text of an option or operand. */
export function readText(field: Field, label: string, text: string): string {
  if (field.prefix !== undefined) return readId(field.prefix, text)
  checkLooks(label, text)
  return choiceOf(field, label)(text)
}

function checkLooks(label: string, text: string): void {
  const looks = looksLike(text)
  if (looks === undefined) return
  throw usage(
    [
      `${label} looks like ${looks}, which is never typed here`,
      'It is in the history of your shell now: take it for leaked.',
    ].join('\n'),
  )
}

const choiceOf =
  ({ choices }: Field, label: string) =>
  (text: string): string => {
    if (!choices || choices.includes(text)) return text
    throw usage(`${label} must be ${oneOf(choices)}`)
  }

function pairOf(label: string, text: string): readonly [string, string] {
  const at = text.indexOf('=')
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
  throw usage(`${label} takes a name and a value, like ${label} name=value`)
}

function readNumber(label: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw usage(`${label} must be a whole number`)
}

/** As commander names what it has read. */
export function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
