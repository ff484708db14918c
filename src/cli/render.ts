// Answers of the API as lines: facts, tables, receipts, and what is shown once.

import type { OperationName } from '../catalog/operations.ts'
import type { NewKey } from '../control/client/types.generated.ts'
import { COMMANDS } from './commands.ts'
import { clean, count, table, time } from './print.ts'
import { inForceLine, NEW_LINE, type Receipt } from './receipt.ts'

type Members = Readonly<Record<string, unknown>>

/** What null says where it is not just nothing. */
const NOTHING: Readonly<Record<string, string>> = {
  expires_at: 'never',
  ips: 'any',
  origins: 'any',
}
/** Printed in a way of their own. */
const APART = ['value', 'secret', 'curl', 'receipt', 'enforced_at', 'pending', 'change_id']

/** What an operation answered, for a terminal. */
export async function render(name: OperationName, value: unknown, url: string): Promise<string[]> {
  if (value === null) return ['done']
  if (typeof value === 'string') return [value.trimEnd()]
  const answer = value as Members
  if (Array.isArray(answer['items'])) return listed(name, answer)
  return [
    ...facts(answer),
    ...(isReceipt(answer) ? [inForceLine(answer)] : []),
    ...(isReceipt(answer['receipt']) ? [inForceLine(answer['receipt'])] : []),
    ...(await shownOnce(answer, url)),
  ]
}

/** A table, what stands beside it, and how to go on. */
function listed(name: OperationName, { items, next_cursor, ...others }: Members): string[] {
  const { columns = [], words } = COMMANDS[name]
  const rows = items as readonly Members[]
  const shown = columns.filter((column) => rows.length === 0 || rows.some((row) => column in row))
  return [
    ...table(
      shown.map((column) => column.replace(/_(?:at|id)$/, '').replaceAll('_', ' ')),
      rows.map((row) => shown.map((column) => text(column, row[column]))),
    ),
    count(rows.length, words.split(' ')[0] === 'audit' ? 'event' : 'row'),
    ...Object.entries(others).flatMap(([key, value]) => factLines(key, value)),
    ...(typeof next_cursor === 'string'
      ? [`there are more: --cursor ${next_cursor}, or --all`]
      : []),
  ]
}

function facts(answer: Members, under = ''): string[] {
  return Object.entries(answer)
    .filter(([key]) => !APART.includes(key))
    .flatMap(([key, value]) => factLines(under + key, value))
}

function factLines(key: string, value: unknown): string[] {
  if (Array.isArray(value) && value.some((one) => typeof one === 'object')) {
    const rows = value as readonly Members[]
    const columns = Object.keys(rows[0] ?? {})
    const lines = table(
      columns,
      rows.map((row) => columns.map((column) => text(column, row[column]))),
    )
    return ['', `${key}:`, ...lines.map((line) => `  ${line}`)]
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    if (Object.values(value).every((one) => typeof one !== 'object') && !('id' in value)) {
      const pairs = Object.entries(value).map(([name, one]) => `${name}=${String(one)}`)
      return [`  ${key.padEnd(18)} ${clean(pairs.join(' ') || '-')}`]
    }
    // The thing itself, as after a change; what else there is says whose its facts are.
    return facts(value as Members, key === 'old' ? 'old ' : '')
  }
  return [`  ${key.padEnd(18)} ${clean(text(key.split(' ').at(-1) ?? key, value))}`]
}

function text(key: string, value: unknown): string {
  if (value === null || value === undefined) return NOTHING[key] ?? '-'
  if (typeof value === 'number' && /(?:^|_)at$/.test(key)) return time(value)
  if (Array.isArray(value)) return value.join(' ') || (key in NOTHING ? 'nobody' : '-')
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function isReceipt(value: unknown): value is Receipt {
  return typeof value === 'object' && value !== null && 'enforced_at' in value && 'pending' in value
}

/** A new value or secret; of a key with the first call that it may make. */
async function shownOnce(answer: Members, url: string): Promise<string[]> {
  const made = [answer, answer['key']].find(isNew)
  if (made === undefined) return []
  const value = made['value'] ?? made['secret']
  if (typeof value !== 'string') return ['', 'It was made before, and its value shown then.']
  const curl = 'curl' in made ? made['curl'] : await firstCall(made, url)
  return [
    ...('receipt' in answer || 'secret' in made ? [] : [`  ${NEW_LINE}`]),
    '',
    value,
    '',
    'Copy it now: it is stored nowhere and will not be shown again.',
    ...(typeof curl === 'string' ? ['', curl] : []),
  ]
}

function isNew(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && ('value' in value || 'secret' in value)
}

async function firstCall(made: Members, url: string): Promise<string | undefined> {
  if (!('kind' in made)) return undefined
  const [{ curlLine }, { shipped }] = await Promise.all([
    import('../catalog/curl.ts'),
    import('../catalog.ts'),
  ])
  const { kind, scopes, products, origins, ips, value } = made as NewKey
  return curlLine(shipped, { url, kind, value: value ?? '', scopes, products, origins, ips })
}
