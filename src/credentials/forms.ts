// The forms that a field's value has: how D1 keeps it, and what of it is believed. What has another form
// is Malformed, so that a damaged row, or whatever stands in KV, refuses instead of granting.

import { isObject } from '../lib/json.ts'

/** Not of its form. */
export class Malformed extends Error {}

/** `stored` as JSON text, or plain as it is. `read` takes the value itself. @throws Malformed */
export interface Form<T, N extends string = string> {
  readonly name: N
  readonly stored: 'plain' | 'json'
  readonly read: (value: unknown) => T
}

export const id = plain('id', readText)
export const text = plain('text', readText)
export const integer = plain('integer', readInteger)
/** Unix milliseconds; null: never. */
export const time = plain('time', nullable(readInteger))
export const textOrNull = plain('textOrNull', nullable(readText))
export const texts = json('texts', readTexts)
/** null: not restricted. An empty list admits nobody. */
export const list = json('list', nullable(readTexts))
/** Numbers of requests by limit name. */
export const quotas = json('quotas', (value): Readonly<Record<string, number>> => {
  const read = readObject(value)
  for (const quota of Object.values(read)) {
    if (readInteger(quota) < 1) throw new Malformed()
  }
  return read as Record<string, number>
})
/** Registrable domains by wildcard origin. */
export const owners = json('owners', (value): Readonly<Record<string, string>> => {
  const read = readObject(value)
  for (const [origin, owner] of Object.entries(read)) {
    if (!origin.includes('://*.')) throw new Malformed()
    readText(owner)
  }
  return read as Record<string, string>
})
/** Texts by name, which nothing rests on. */
export const notes = json('notes', (value) => readObject(value) as Readonly<Record<string, string>>)

/** One of some words. The name is that of the set. */
export function oneOf<const T extends string, const N extends string>(
  name: N,
  values: readonly T[],
): Form<T, N> {
  return plain(name, (value) => {
    if (!values.includes(value as T)) throw new Malformed()
    return value as T
  })
}

function plain<T, const N extends string>(name: N, read: (value: unknown) => T): Form<T, N> {
  return { name, stored: 'plain', read }
}

function json<T, const N extends string>(name: N, read: (value: unknown) => T): Form<T, N> {
  return { name, stored: 'json', read }
}

/** A member that is not there is not null: it is Malformed. */
function nullable<T>(read: (value: unknown) => T): (value: unknown) => T | null {
  return (value) => (value === null ? null : read(value))
}

function readText(value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new Malformed()
  return value
}

function readInteger(value: unknown): number {
  if (!Number.isSafeInteger(value)) throw new Malformed()
  return value as number
}

function readTexts(value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw new Malformed()
  for (const one of value) readText(one)
  return value as string[]
}

/** An object of members, not a list. @throws Malformed */
export function readObject(value: unknown): Record<string, unknown> {
  if (!isObject(value)) throw new Malformed()
  return value
}

/** A value as D1 keeps it. @throws Malformed, or SyntaxError where it is to be JSON and is not */
export function readStored<T>({ stored, read }: Form<T>, value: unknown): T {
  if (stored === 'plain' || value === null) return read(value)
  const parsed: unknown = JSON.parse(readText(value))
  // What is not there is NULL in D1: the text `null` is damage.
  if (parsed === null) throw new Malformed()
  return read(parsed)
}
